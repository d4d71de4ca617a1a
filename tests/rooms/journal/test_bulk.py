"""The cycle collector is held back for a while, and always given back."""

from __future__ import annotations

import gc
import threading

import pytest

from garance.journal.bulk import in_bulk


def fail_within() -> None:
    with in_bulk():
        with in_bulk():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise ZeroDivisionError


def test_held_back_within_also_when_nested_and_given_back_after_a_failure() -> None:
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        fail_within()
    assert gc.isenabled()


def test_the_last_thread_gives_it_back() -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with in_bulk():
            entered.set()
            leave.wait(5)

    thread = threading.Thread(target=hold)
    with in_bulk():
        thread.start()
        entered.wait(5)
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()


def test_one_who_wants_no_collector_is_left_without() -> None:
    gc.disable()
    try:
        with in_bulk():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
