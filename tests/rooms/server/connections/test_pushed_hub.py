"""The hub over HTTP: acknowledged and refused in its words; nothing refused that speaks of a person is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import httpx2
from support.hub import FIRE, SAMU, case, enveloped, now
from support.hub_house import hub_house, until

from garance.connectors.hub_15_18.message import Message
from garance.connectors.hub_15_18.reading import read


def said_by(answer: httpx2.Response) -> Message:
    return read(answer.content, content_type=answer.headers["content-type"])


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_what_is_taken_is_acknowledged(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        frame = enveloped("createCase", case(now()), unique="1")
        answer = await one.push(frame)
        assert answer.status_code == 200
        message = said_by(answer)
        assert message.bodies[0].model.name == "RC-REF"
        assert message.bodies[0].content == {"distributionID": f"{SAMU}_1", "step": "RECU"}
        assert message.envelope is not None
        assert (message.envelope.sender_id, message.envelope.recipient) == (FIRE, SAMU)
        # An acknowledgement is not acknowledged.
        back = enveloped("reference", {"distributionID": f"{FIRE}_x", "step": "RECU"}, kind="Ack")
        assert (await one.push(back)).content == b"[]"


async def test_what_is_refused_says_where_and_is_kept_without_what_it_held(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        await one.attach(one.actual)
        wrong = case(now() - timedelta(minutes=1), code="C4")
        answer = await one.push(enveloped("createCase", wrong, unique="2"))
        assert answer.status_code == 422
        message = said_by(answer)
        assert message.bodies[0].model.name == "RS-ERROR"
        content = message.bodies[0].content
        assert content["referencedDistributionID"] == f"{SAMU}_2"
        assert "qualification.whatsHappen.code" in content["errorCause"]
        assert "Martin" not in answer.text
        item = (await until(one.aside))[0]
        assert (item["why"], item["observation"]) == ("hub-message-invalid", None)
        held = everything_in(tmp_path)
        assert b"Martin" not in held
        assert "diabétique".encode() not in held


async def test_what_nobody_signed_is_refused_in_our_words(tmp_path: Path) -> None:
    async with hub_house(tmp_path) as one:
        answer = await one.push(b'{"createCase": {}}')
        assert answer.status_code >= 400
        assert json.loads(answer.content)["code"] == "hub-message-invalid"
