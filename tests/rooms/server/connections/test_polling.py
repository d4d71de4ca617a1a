"""A source asked over HTTP: at its pace, never twice for the same, patient when it falls, bounded, never elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from support.hub_house import hub_house, until
from support.partner import Partner, partner

from garance.kernel.refusal import Refused
from garance.ports.connector import MAX_FRAME_BYTES
from garance.server.connections.outside import Got, Outside, check_address
from garance.server.connections.polling import LONGEST_WAIT_S, asked_to_wait_s, pause_after_s


def aircraft(lat_deg: float = 45.9, *, icao: str = "39c4b2", speed_kt: float = 240.0) -> Response:
    """What a receiver serves: one aircraft over Rochefort, just now."""
    seen = {"hex": icao, "flight": "DRAGON17", "lat": lat_deg, "lon": -0.95, "alt_baro": 1500, "gs": speed_kt}
    seen |= {"track": 90.0, "seen": 0.1, "seen_pos": 0.2, "category": "A7"}
    at_s = datetime.now(UTC).timestamp()  # noqa: TID251 - a receiver reads its own clock
    return Response(json.dumps({"now": at_s, "messages": 1, "aircraft": [seen]}), media_type="application/json")


def settings(place: Partner) -> dict[str, Any]:
    return {"ciel": {"connector": "adsb", "title": "Ciel", "url": place.url, "every_s": 1.0}}


async def test_aircraft_pass_on_the_map_and_are_no_means(tmp_path: Path) -> None:
    async with partner() as receiver:
        receiver.usual = lambda _: aircraft()
        async with hub_house(tmp_path, settings(receiver)) as one:
            await one.attach(one.actual, "ciel", brings="traffic")

            async def tracked() -> Any:
                shown = await one.get(f"/api/v1/situations/{one.actual}/picture")
                return shown if shown["series"] else None

            shown = await until(tracked)
            (series,) = shown["series"]
            assert (series["name"], series["kind"], series["mobile"]) == ("DRAGON17", "position", "helicopter")
            assert series["provenance"] == "Ciel (ciel)"
            assert "resource" not in series
            assert shown["resources"] == []
            samples = await one.get(f"/api/v1/situations/{one.actual}/samples", series=series["id"])
            assert samples["samples"][0][1:3] == [-0.95, 45.9]
            health = (await one.counts("ciel"))["health"]
            assert (health["state"], health["why"]) == ("up", "")


async def test_what_did_not_change_is_not_given_again(tmp_path: Path) -> None:
    async with partner() as receiver:

        def first(_: bytes) -> Response:
            answer = aircraft()
            answer.headers["etag"] = '"7"'
            return answer

        receiver.next.append(first)
        receiver.usual = lambda _: Response(status_code=304)
        async with hub_house(tmp_path, settings(receiver)) as one:

            async def twice() -> Any:
                return len(receiver.asked) >= 2

            await until(twice)
            assert "if-none-match" not in receiver.asked[0]
            assert receiver.asked[1]["if-none-match"] == '"7"'
            shown = (await one.counts("ciel"))["health"]
            assert (shown["state"], shown["heard"]) == ("up", 1)


async def test_one_that_falls_says_so_once_and_comes_back(tmp_path: Path) -> None:
    async with partner() as receiver:
        receiver.next.append(lambda _: Response(status_code=500))
        receiver.usual = lambda _: aircraft()
        async with hub_house(tmp_path, settings(receiver)) as one:

            async def state(wanted: str) -> Any:
                shown = (await one.counts("ciel"))["health"]
                return shown if shown["state"] == wanted else None

            assert (await until(lambda: state("lost")))["why"] == "HTTP 500"
            assert (await until(lambda: state("up")))["heard"] >= 1


async def test_what_cannot_be_read_is_kept_with_its_reason(tmp_path: Path) -> None:
    async with partner() as receiver:
        receiver.usual = lambda _: Response("<html>Bienvenue</html>", media_type="text/html")
        async with hub_house(tmp_path, settings(receiver)) as one:

            async def refused() -> Any:
                return (await one.counts("ciel"))["health"]["refused"]

            assert (await until(refused))[0]["why"]


async def test_a_redirection_is_not_followed_and_a_flood_is_not_swallowed() -> None:
    outside = Outside()
    try:
        async with partner() as far, partner() as near:
            near.usual = lambda _: Response(status_code=302, headers={"location": far.url})
            assert (await outside.get(near.url)).status == 302
            assert far.asked == []
            near.usual = lambda _: Response(b" " * (MAX_FRAME_BYTES + 1))
            with pytest.raises(Refused, match="answer-too-large"):
                await outside.get(near.url)
            gone = near.url
        with pytest.raises(Refused, match="address-unreachable"):
            await outside.get(gone)
        with pytest.raises(Refused, match="dispatch-later"):
            await outside.post(gone, b"{}", "application/json")
    finally:
        await outside.close()


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "ftp://x/y", "http://", "javascript:1", "http://[", 7])
def test_only_a_web_address_is_asked(address: Any) -> None:
    with pytest.raises(Refused, match="connector-setting-wrong"):
        check_address(address, setting="url")


def test_patience_grows_and_has_an_end() -> None:
    assert pause_after_s(2.0, 0) == 2.0
    assert [pause_after_s(2.0, 1) >= 4.0, pause_after_s(2.0, 3) >= 16.0] == [True, True]
    assert pause_after_s(2.0, 500) <= 375.0
    assert pause_after_s(900.0, 4) >= 900.0, "never more often than asked"
    assert asked_to_wait_s(Got(status=429, data=b"", retry_after="120")) == 120
    assert asked_to_wait_s(Got(status=429, data=b"", retry_after="999999")) == LONGEST_WAIT_S
    assert asked_to_wait_s(Got(status=429, data=b"", retry_after="Fri, 31 Dec 1999 23:59:59 GMT")) == 0
