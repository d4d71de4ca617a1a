"""Cursors tell nothing and cannot be made up."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garance.kernel.refusal import Refused
from garance.kernel.signature import new_key
from garance.server.live.cursor import CURSOR_LETTERS, Cursors, open_cursors


@given(st.integers(0, 2**63))
def test_a_cursor_opens_to_its_position_and_all_look_alike(position: int) -> None:
    cursors = Cursors(new_key())
    one, two = cursors.seal(position), cursors.seal(position)
    assert cursors.open(one) == cursors.open(two) == position
    assert one != two
    assert len(one) == len(two) == CURSOR_LETTERS


@given(st.text(max_size=60))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="cursor-wrong"):
        Cursors(new_key()).open(text)


def test_a_changed_letter_is_refused() -> None:
    cursors = Cursors(new_key())
    cursor = cursors.seal(7)
    for place in range(CURSOR_LETTERS):
        letter = "A" if cursor[place] != "A" else "B"
        with pytest.raises(Refused, match="cursor-wrong"):
            cursors.open(cursor[:place] + letter + cursor[place + 1 :])


def test_the_secret_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "cursors.key"
    cursor = open_cursors(file).seal(12)
    assert open_cursors(file).open(cursor) == 12
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        open_cursors(file)
