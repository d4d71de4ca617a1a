"""Sources that lie, jump, flood or take another's name, through a node: nothing is lost, nobody else is slowed."""

from __future__ import annotations

import asyncio
import random
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from support.hub_house import TOKEN, HubHouse, hub_house, until

HERE = (45.94, -0.96)
AREA = {"area": [-2.0, 45.0, 0.5, 47.0], "per_source_per_s": 5, "burst": 20, "fastest_mps": 60}
CONNECTIONS: dict[str, Any] = {
    "telephones": {"connector": "owntracks", "title": "Téléphones", "token": TOKEN, "behind_s": 86_400, **AREA},
    "ouverte": {"connector": "owntracks", "title": "Sans jeton", **AREA},
}


def now_s() -> float:
    return datetime.now(UTC).timestamp()  # noqa: TID251 - a phone reads its own clock


async def say(one: HubHouse, user: str, connection: str = "telephones", **said: Any) -> int:
    """One position of a phone; the status of the answer."""
    message = {"_type": "location", "lat": HERE[0], "lon": HERE[1], "tst": int(now_s()), "tid": user[:2], **said}
    headers = {"x-limit-u": user, "x-limit-d": "phone"}
    headers |= {"authorization": f"Bearer {TOKEN}"} if connection == "telephones" else {}
    answer = await one.web.post(f"/api/v1/connections/{connection}/frames", json=message, headers=headers)
    return answer.status_code


async def balanced(one: HubHouse, connection: str = "telephones") -> dict[str, Any]:
    """How it stands once all that arrived is kept, set aside with a reason, or counted."""

    async def settled() -> Any:
        shown = await one.counts(connection)
        health, frames = shown["health"], len(shown["health"]["refused"])
        said = health["kept"] + health["let_go"] + sum(shown["aside"].values()) - frames
        return shown if said == health["heard"] else None

    found: dict[str, Any] = await until(settled, timeout_s=20)
    return found


async def test_wrong_clocks_places_and_jumps_are_set_aside_each_with_its_reason(tmp_path: Path) -> None:
    async with hub_house(tmp_path, CONNECTIONS) as one:
        await one.attach(one.actual, "telephones")
        now = int(now_s())
        wrong: list[tuple[str, dict[str, Any], str]] = [
            ("ahead", {"tst": now + 3_600}, "clock-ahead"),
            ("epoch", {"tst": 86_400}, "clock-behind"),
            ("week", {"tst": now - 1024 * 7 * 86_400}, "clock-rollover"),
            ("zero", {"lat": 0.0, "lon": 0.0}, "place-zero"),
            ("paris", {"lat": 48.85, "lon": 2.35}, "place-outside"),
            ("fast", {"vel": 900}, "speed-implausible"),
            ("high", {"alt": 60_000}, "altitude-implausible"),
            ("vague", {"acc": 90_000}, "fix-coarse"),
        ]
        for user, said, _ in wrong:
            await say(one, user, **said)
        await say(one, "jumper")
        await say(one, "jumper", lat=46.5, tst=now + 2)
        shown = await balanced(one)
        assert shown["aside"] == {reason: 1 for _, _, reason in wrong} | {"jump-implausible": 1}
        series = (await one.get(f"/api/v1/situations/{one.actual}/picture"))["series"]
        assert len(series) == 1, "only who was believed is on the map"


async def test_milliseconds_are_told_from_seconds_and_moments_that_never_come_are_refused(tmp_path: Path) -> None:
    async with hub_house(tmp_path, CONNECTIONS) as one:
        await one.attach(one.actual, "telephones")
        at_ms = int(now_s() * 1000)
        assert await say(one, "milli", tst=at_ms) == 200
        assert await say(one, "jamais", tst=10**17) >= 400
        assert (await balanced(one))["health"]["kept"] == 1
        series = (await one.get(f"/api/v1/situations/{one.actual}/picture"))["series"]
        rows = (await one.get(f"/api/v1/situations/{one.actual}/samples", series=series[0]["id"]))["samples"]
        assert abs(rows[0][0] - at_ms) <= 1_000


async def test_a_name_that_a_proven_sender_holds_is_not_taken_over(tmp_path: Path) -> None:
    async with hub_house(tmp_path, CONNECTIONS) as one:
        await one.attach(one.actual, "telephones")
        await one.attach(one.node.situation, "ouverte")
        await say(one, "vsav-1")
        # Without proof, on another connection: it is another thing there, and moves nothing here.
        await say(one, "vsav-1", "ouverte", lat=45.95)
        await one.sorted(1, "telephones")
        await one.sorted(1, "ouverte")
        series = (await one.get(f"/api/v1/situations/{one.actual}/picture"))["series"]
        rows = (await one.get(f"/api/v1/situations/{one.actual}/samples", series=series[0]["id"]))["samples"]
        assert [row[2] for row in rows] == [45.94]


async def test_one_that_floods_is_held_back_and_another_stays_timely(tmp_path: Path) -> None:
    async with hub_house(tmp_path, CONNECTIONS) as one:
        await one.attach(one.actual, "telephones")
        base = int(now_s()) - 300

        async def flood() -> None:
            for number in range(150):
                await say(one, "fou", tst=base + number)

        mad = asyncio.get_running_loop().create_task(flood())
        await asyncio.sleep(0.2)
        await say(one, "calme")

        async def calm() -> Any:
            shown = await one.get(f"/api/v1/situations/{one.actual}/picture")
            return any("calme" in series["name"] for series in shown["series"]) or len(shown["series"]) >= 2

        await until(calm, timeout_s=5)
        await mad
        shown = await balanced(one)
        assert set(shown["aside"]) == {"too-often"}
        assert shown["health"]["heard"] == 151


async def test_whatever_is_sent_is_answered_for(tmp_path: Path) -> None:
    dice = random.Random(17)
    async with hub_house(tmp_path, CONNECTIONS) as one:
        await one.attach(one.actual, "telephones")
        for number in range(120):
            where = {"lat": dice.uniform(-95, 95), "lon": dice.uniform(-185, 185)} if dice.random() < 0.3 else {}
            when = {"tst": int(now_s() + dice.choice([0, 0, 0, 1e4, -1e6, -1e9, 1e12]))}
            body: dict[str, Any] = {
                "vel": dice.choice([0, 30, 1e9, -4]),
                "alt": dice.choice([0, -9e9, 120]),
                **when,
                **where,
            }
            await say(one, f"u{number % 7}", **body)
        headers = {"authorization": f"Bearer {TOKEN}"}
        for junk in (b"", b"{", b"[]", b"\xff\xfe", b"{}" * 1000, struct.pack("<d", 1.0), b'{"_type":"location"}'):
            await one.web.post("/api/v1/connections/telephones/frames", content=junk, headers=headers)
        shown = await balanced(one)
        assert shown["health"]["state"] == "up"
        assert await say(one, "sain") == 200
