"""Telemetry on the live stream: in ticks, the newest samples, to those who may follow the series."""

from __future__ import annotations

import asyncio

from support.live import COMMUNE, SITUATION, Ground, author, ground

from garance.kernel.label import Audience, Label
from garance.server.live.pace import Pace
from garance.server.live.telemetry import Declaration


def declare(place: Ground, series: str, label: Label | None = None) -> None:
    """Make a series of the commune known to the hub."""
    place.declarations[series] = Declaration(SITUATION, author("Jeanne", COMMUNE), label or Label())


async def test_samples_go_out_in_ticks() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne:
        declare(place, "boat")
        await jeanne.until("presence")
        for t_ms in range(50):
            assert place.hub.observe("boat", [[t_ms, -1.0, 45.9, None, 3.0, 90.0]])
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.15)
        await place.jot("end")
        await jeanne.until("facts")
        ticks = [frame["series"]["boat"] for frame in jeanne.frames if frame["type"] == "tracks"]
        assert 4 <= len(ticks) <= 9
        assert all(len(samples) <= place.hub.pace.samples_kept for samples in ticks)
        assert ticks[-1][-1] == [49, -1.0, 45.9, None, 3.0, 90.0]
        times = [sample[0] for samples in ticks for sample in samples]
        assert times == sorted(set(times))


async def test_a_series_is_followed_only_by_those_who_may_see_its_declaration() -> None:
    async with ground() as place, place.reader("Jeanne") as jeanne, place.reader("Lise") as lise:
        declare(place, "gauge")
        declare(place, "patrol", Label(Audience.ORGANISATION))
        await jeanne.until("presence")
        await lise.until("presence")
        place.hub.observe("patrol", [[1, -1.0, 45.9]])
        place.hub.observe("gauge", [[1, 4.2]])
        assert (await jeanne.until("tracks"))["series"] == {"patrol": [[1, -1.0, 45.9]], "gauge": [[1, 4.2]]}
        assert (await lise.until("tracks"))["series"] == {"gauge": [[1, 4.2]]}
        place.hub.observe("patrol", [[2, -1.0, 45.9]])
        assert (await jeanne.until("tracks"))["series"] == {"patrol": [[2, -1.0, 45.9]]}
        await place.jot("end")
        await lise.until("facts")
        assert sum(frame["type"] == "tracks" for frame in lise.frames) == 1


async def test_one_who_arrives_gets_the_newest_sample_of_each_series() -> None:
    async with ground() as place:
        declare(place, "gauge")
        place.hub.observe("gauge", [[10, 4.2], [20, 4.3]])
        place.hub.observe("gauge", [[15, 4.25]])  # late
        await asyncio.sleep(0.25)
        async with place.reader("Jeanne") as jeanne:
            assert (await jeanne.until("tracks"))["series"] == {"gauge": [[20, 4.3]]}


async def test_samples_of_a_series_nobody_declared_are_not_taken() -> None:
    async with ground() as place:
        assert not place.hub.observe("stranger", [[1, 4.2]])


async def test_a_reader_without_room_skips_ticks_and_gets_the_newest_afterwards() -> None:
    pace = Pace(tracks_bytes=4_000, buffer_bytes=50_000_000, samples_kept=100)
    async with ground(pace=pace) as place, place.slow_reader("Jeanne") as jeanne:
        await jeanne.until("presence")
        names = [f"series-{number}" for number in range(200)]
        for name in names:
            declare(place, name)
        for t_ms in range(1, 61):
            for name in names:
                place.hub.observe(name, [[t_ms, x / 7] for x in range(60)])
            await asyncio.sleep(0.02)
        place.hub.observe(names[0], [[61, 0.5]])
        newest: dict[str, int] = {}
        ticks = 0
        while newest.get(names[0]) != 61 or newest.get(names[-1]) != 60:
            ticks += 1
            for name, samples in (await jeanne.until("tracks"))["series"].items():
                newest[name] = samples[-1][0]
        assert all(newest[name] >= 60 for name in names)
        assert place.hub.counts.fell_behind == 0
