"""Headers from elsewhere: read, or refused; never a value that breaks what comes after."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.journal import MOMENT, Chain, draft

from garance.journal.envelope import MAX_HEADER_BYTES, enclose, read_header
from garance.kernel.clock import as_utc
from garance.kernel.refusal import Refused

HEADER, RECORD = Chain().enclose(draft())
MEMBERS = msgspec.json.decode(RECORD.header)


def with_members(**changed: object) -> bytes:
    return msgspec.json.encode(MEMBERS | changed)


def test_a_header_reads_as_it_was_written() -> None:
    assert read_header(RECORD.header) == HEADER


@pytest.mark.parametrize(
    "changed",
    [
        {"occurred_at": "2026-11-23T08:00:00"},
        {"occurred_at": "0001-01-01T00:00:00+14:00"},
        {"recorded_at": "9999-12-31T23:59:59-14:00"},
        {"seq": 0},
        {"seq": 10**17},
        {"tick": 70_000},
        {"writer": "someone"},
        {"name": "no version"},
        {"previous": "0"},
        {"surprise": 1},
        {"mode": "real"},
        {"refs": [{"rel": "follows", "fact": "w0-1"}]},
    ],
)
def test_what_is_no_header_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(Refused, match="header-malformed"):
        read_header(with_members(**changed))


def test_a_later_format_and_an_oversize_header_are_told_apart() -> None:
    with pytest.raises(Refused, match="header-format-unknown"):
        read_header(with_members(format=2))
    with pytest.raises(Refused, match="header-too-large"):
        read_header(b" " * (MAX_HEADER_BYTES + 1))


def test_a_body_too_large_is_refused() -> None:
    large = msgspec.structs.replace(draft(), body=b"x" * (1 << 20) + b"x")
    with pytest.raises(Refused, match="body-too-large"):
        enclose(large, writer=HEADER.writer, tail=Chain().tail, moment=MOMENT, tick=0, command=HEADER.command)


@given(when=st.text("0123456789-:TZ+.", max_size=30) | st.datetimes().map(lambda d: f"{d.isoformat()}+14:00"))
def test_any_time_read_can_be_told_in_utc(when: str) -> None:
    try:
        header = read_header(with_members(occurred_at=when))
    except Refused:
        return
    assert as_utc(header.occurred_at) == header.occurred_at
