"""What a person has sent to partners: once, marked, no more than may be seen, tried again, answered, remembered."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import aio_pika
import httpx2
from starlette.responses import Response
from support.amqp import broker
from support.hub import CASE, FIRE, SAMU, case, enveloped, means, now
from support.hub_house import HUB, HubHouse, hub_house, until
from support.partner import partner
from support.running_node import RunningNode, settings_for
from support.serving import served

from garance.connectors.hub_15_18.acknowledgements import acknowledge
from garance.connectors.hub_15_18.message import Message
from garance.connectors.hub_15_18.reading import emit, read
from garance.kernel.identity import new_id
from garance.kernel.label import Mode
from garance.server.app import open_app

FIRE_TOLD: dict[str, Any] = {"nature": "fire", "title": "Feu d'entrepôt", "place": "Zone portuaire"}
FIRE_TOLD |= {"geometry": {"type": "Point", "coordinates": [-0.97, 45.95]}}


def message_of(body: bytes) -> Message:
    return read(body, content_type="application/json")


def acknowledged(body: bytes) -> Response:
    """The partner says that it received it, as the models want."""
    message = message_of(body)
    answer = acknowledge(message, now=now(), unique=new_id(), step="INTEGRE")
    assert answer is not None
    return Response(emit(answer, message.mode), media_type="application/json")


async def incident_in(one: HubHouse, situation: str, **label: Any) -> str:
    incident = new_id()
    asked = {
        "id": new_id(),
        "situation": situation,
        "role": one.node.grant,
        "body": {"incident": incident, **FIRE_TOLD},
    }
    answer = await one.web.post("/api/v1/commands/incidents.describe", json=asked | label, headers=one.node.headers)
    assert answer.status_code == 200, answer.text
    return incident


async def send(one: HubHouse, feed: str, situation: str, *, matter: str = "incident", **said: Any) -> str:
    dispatch = new_id()
    body = {"dispatch": dispatch, "feed": feed, "matter": matter, "to": [SAMU], **said}
    await one.done("feeds.dispatch", body, situation=situation)
    return dispatch


async def said_of(one: HubHouse, situation: str, dispatch: str) -> dict[str, Any]:
    found = (await one.things(situation)).get("dispatch", [])
    thing = next((each for each in found if each["id"] == dispatch), None)
    return {name: each["value"] for name, each in thing["said"].items()} if thing else {}


async def until_said(one: HubHouse, situation: str, dispatch: str, aspect: str) -> dict[str, Any]:
    async def said() -> Any:
        return (await said_of(one, situation, dispatch)).get(aspect)

    found: dict[str, Any] = await until(said)
    return found


async def test_an_incident_is_sent_and_its_acknowledgement_remembered(tmp_path: Path) -> None:
    async with partner() as samu, hub_house(tmp_path, {"hub": {**HUB, "address": samu.url}}) as one:
        samu.usual = acknowledged
        feed = await one.attach(one.actual)
        incident = await incident_in(one, one.actual)
        dispatch = await send(one, feed, one.actual, incident=incident)
        sent = await until_said(one, one.actual, dispatch, f"sent|{SAMU}")
        answer = await until_said(one, one.actual, dispatch, f"answer|{SAMU}|integrated")
        assert "intégré" in answer["text"]
        message = message_of(samu.bodies[0])
        assert message.envelope is not None
        assert (message.mode, message.envelope.kind) == (Mode.ACTUAL, "Report")
        assert (message.envelope.recipient, sent["model"]) == (SAMU, "RC-EDA")
        assert sent["reference"] == message.envelope.distribution_id
        content = message.bodies[0].content
        assert content["caseId"] == f"{FIRE}.{incident}"
        assert await one.lines() == [], "the acknowledgement is not a line of the logbook besides"
        again = await send(one, feed, one.actual, incident=incident)
        await until_said(one, one.actual, again, f"sent|{SAMU}")
        second = message_of(samu.bodies[1])
        assert second.envelope is not None
        assert second.envelope.kind == "Update"


async def test_an_exercise_leaves_as_an_exercise(tmp_path: Path) -> None:
    async with partner() as samu, hub_house(tmp_path, {"hub": {**HUB, "address": samu.url}}) as one:
        feed = await one.attach(one.node.situation)
        incident = await incident_in(one, one.node.situation)
        for matter in ("incident", "situation"):
            dispatch = await send(one, feed, one.node.situation, matter=matter, incident=incident)
            await until_said(one, one.node.situation, dispatch, f"sent|{SAMU}")
        assert [message_of(body).mode for body in samu.bodies] == [Mode.EXERCISE, Mode.EXERCISE]
        assert all(b"Actual" not in body and b"ACTUAL" not in body for body in samu.bodies)


async def test_a_case_of_another_keeps_its_name_and_so_do_its_means(tmp_path: Path) -> None:
    async with partner() as samu, hub_house(tmp_path, {"hub": {**HUB, "address": samu.url}}) as one:
        feed = await one.attach(one.actual)
        at = now() - timedelta(minutes=5)
        await one.push(enveloped("createCase", case(at), at=at))
        await one.push(enveloped("resourcesInfoCisu", means(at, "ARRIVEE", position=(45.94, -0.96)), at=at))
        await one.sorted(3)
        incident = (await one.things())["incident"][0]["id"]
        for matter, model in (("resources", "RC-RI"), ("positions", "GEO-POS"), ("situation", "EMSI")):
            dispatch = await send(one, feed, one.actual, matter=matter, incident=incident)
            sent = await until_said(one, one.actual, dispatch, f"sent|{SAMU}")
            assert sent["model"] == model
        told, placed, whole = (message_of(body).bodies[0].content for body in samu.bodies)
        assert told["caseId"] == whole["EVENT"]["MAIN_EVENT_ID"] == CASE
        assert told["resource"][0]["resourceId"] == f"{FIRE}.resource.VSAV1"
        assert placed["position"][0]["resourceId"] == whole["RESOURCE"][0]["ID"] == f"{FIRE}.resource.VSAV1"


async def test_what_cannot_leave_now_is_tried_again_under_the_same_name(tmp_path: Path) -> None:
    async with partner() as samu, hub_house(tmp_path, {"hub": {**HUB, "address": samu.url}}) as one:
        samu.next.append(lambda _: Response(status_code=503))
        feed = await one.attach(one.actual)
        dispatch = await send(one, feed, one.actual, incident=await incident_in(one, one.actual))
        await until_said(one, one.actual, dispatch, f"sent|{SAMU}")
        assert len(samu.bodies) == 2
        assert samu.bodies[0] == samu.bodies[1]


async def test_what_is_refused_says_why_and_is_not_tried_again(tmp_path: Path) -> None:
    async with partner() as samu, hub_house(tmp_path, {"hub": {**HUB, "address": samu.url}}) as one:
        samu.usual = lambda _: Response(status_code=403)
        feed = await one.attach(one.actual)
        incident = await incident_in(one, one.actual)
        first = await send(one, feed, one.actual, incident=incident)
        assert (await until_said(one, one.actual, first, f"failed|{SAMU}"))["why"] == "hub-not-sent"
        second = await send(one, feed, one.actual, incident=incident, to=["not a client"])
        assert (await until_said(one, one.actual, second, "failed|not a client"))["why"] == "hub-client-malformed"
        third = await send(one, feed, one.actual, matter="resources", incident=incident)
        assert (await until_said(one, one.actual, third, f"failed|{SAMU}"))["why"] == "hub-resources-needed"
        assert len(samu.bodies) == 1


async def test_only_what_the_audience_of_the_feed_may_see_leaves(tmp_path: Path) -> None:
    async with partner() as samu, hub_house(tmp_path, {"hub": {**HUB, "address": samu.url}}) as one:
        feed = await one.attach(one.actual)
        hidden = await incident_in(one, one.actual, label={"audience": "organisation", "sensitivity": "ordinary"})
        dispatch = await send(one, feed, one.actual, incident=hidden)
        assert (await until_said(one, one.actual, dispatch, f"failed|{SAMU}"))["why"] == "dispatch-nothing"
        # A line of the note that only the organisation may read does not leave with what all may see.
        shown = await incident_in(one, one.actual)
        note = {"incident": shown, **FIRE_TOLD, "title": "Confidentiel"}
        asked = {"id": new_id(), "situation": one.actual, "role": one.node.grant, "body": note}
        asked["label"] = {"audience": "organisation", "sensitivity": "ordinary"}
        (
            await one.web.post("/api/v1/commands/incidents.describe", json=asked, headers=one.node.headers)
        ).raise_for_status()
        dispatch = await send(one, feed, one.actual, incident=shown)
        await until_said(one, one.actual, dispatch, f"sent|{SAMU}")
        assert b"Confidentiel" not in samu.bodies[0]


async def test_nothing_is_ordered_without_a_feed_an_incident_nor_the_right(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        feed = await one.attach(one.actual)
        body = {"dispatch": new_id(), "feed": feed, "matter": "incident", "to": [SAMU]}
        assert (await one.command("feeds.dispatch", body)).json()["code"] == "incident-needed"
        body = {**body, "feed": new_id(), "incident": await incident_in(one, one.actual)}
        assert (await one.command("feeds.dispatch", body)).json()["code"] == "feed-unknown"


async def test_what_waits_leaves_after_a_restart(tmp_path: Path) -> None:
    async with partner() as samu:
        samu.usual = lambda _: Response(status_code=503)
        connections = {"hub": {**HUB, "address": samu.url}}
        async with hub_house(tmp_path, connections) as one:
            feed = await one.attach(one.actual)
            dispatch = await send(one, feed, one.actual, incident=await incident_in(one, one.actual))

            async def tried() -> Any:
                return samu.bodies

            await until(tried)
            node, actual = one.node, one.actual
        samu.usual = acknowledged
        settings = settings_for(tmp_path, connections=connections)
        async with (
            open_app(settings) as opened,
            served(opened.app, settings, stopping=opened.stopping) as running,
            httpx2.AsyncClient(base_url=running.url) as web,
        ):
            back = RunningNode(running.url, node.session, node.csrf, node.grant, node.situation, opened)
            again = HubHouse(back, web, actual)
            await until_said(again, actual, dispatch, f"answer|{SAMU}|integrated")
        references = {json.loads(body)["distributionID"] for body in samu.bodies}
        assert len(references) == 1


async def test_by_the_link_of_the_hub_and_its_error_comes_back(tmp_path: Path) -> None:
    (tmp_path / "broker").mkdir()
    with broker(tmp_path / "broker") as (host, port):
        async with await aio_pika.connect(host=host, port=port) as far:
            channel = await far.channel()
            exchange = await channel.declare_exchange("hubsante", aio_pika.ExchangeType.DIRECT)
            leaving = await channel.declare_queue("dispatch")
            await leaving.bind(exchange, FIRE)
            for kind in ("message", "ack", "info"):
                await channel.declare_queue(f"{FIRE}.{kind}")
            link = {"host": host, "port": port, "tls": False, "user": "guest", "password": "guest"}
            async with hub_house(tmp_path / "node", {"hub": {**HUB, **link}}) as one:
                feed = await one.attach(one.actual)
                dispatch = await send(one, feed, one.actual, incident=await incident_in(one, one.actual))
                sent = await until_said(one, one.actual, dispatch, f"sent|{SAMU}")
                arrived = await leaving.get(no_ack=True)
                assert json.loads(arrived.body)["distributionID"] == sent["reference"]
                error = {
                    "errorCode": {"statusCode": 300, "statusString": "INVALID_MESSAGE"},
                    "errorCause": "caseId inconnu",
                    "referencedDistributionID": sent["reference"],
                }
                told = enveloped("error", error, kind="Error", headed=False)
                await channel.default_exchange.publish(
                    aio_pika.Message(told, content_type="application/json"), f"{FIRE}.info"
                )
                answer = await until_said(one, one.actual, dispatch, f"answer|{SAMU}|refused")
                assert "caseId inconnu" in answer["text"]
