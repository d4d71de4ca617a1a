"""Whoever brings more than can be sorted in one go is not made to wait for the next beat."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rooms.server.connections.test_connections import house
from rooms.server.connections.test_gateway import connection, fix, give, series

from garance.server.connections import gateway as at_work


async def test_what_waits_beyond_one_go_is_sorted_without_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_work, "AT_ONCE", 2)
    monkeypatch.setattr(at_work, "TICK_S", 60.0)
    async with house(tmp_path) as one:
        await one.attach()
        async with asyncio.timeout(30):
            await give(one, *(fix(f"unit-{number}") for number in range(12)))
        assert len(await series(one)) == 12
        assert connection(one).waiting == 0
