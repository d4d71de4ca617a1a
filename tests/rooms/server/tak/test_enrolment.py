"""From an invitation to a phone on the relay, over true TLS; and everybody else kept out."""

from __future__ import annotations

import asyncio
import base64
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from support.tak import said
from support.tak_web import Camp, camp, keys_in, keys_of, request_for

from garance.connectors.tak.package import read_package
from garance.connectors.tak.relay.authority import open_authority
from garance.kernel.clock import SystemClock

CONFIG, SIGN, PROFILE = "/Marti/api/tls/config", "/Marti/api/tls/signClient", "/Marti/api/tls/profile/enrollment"
LATER = "2099-01-01T00:00:00Z"


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Camp]:
    """A node with its TAK ports open."""
    async with camp(tmp_path) as made:
        yield made


async def test_an_invited_phone_enrols_and_is_heard_by_those_of_its_group_alone(one: Camp) -> None:
    ann, bob = await one.enrol("Ann", groups=["secteur 1"]), await one.enrol("Bob", groups=["secteur 1", "logistique"])
    eve = await one.enrol("Eve", groups=["secteur 2"])
    links = [await one.link(phone) for phone in (ann, bob, eve)]
    for each, phone in zip(links, (ann, bob, eve), strict=True):
        each.say(said(f"uid-{phone.name}", callsign=phone.name, stale=LATER))
    heard = await links[1].hear_uids(2)
    assert "uid-Ann" in heard
    assert b"uid-Eve" not in links[1].raw
    assert not any(name in links[2].raw for name in (b"uid-Ann", b"uid-Bob"))

    shown = (await ann.web.get("/Marti/api/clientEndPoints")).json()
    assert {each["callsign"] for each in shown["data"]} == {"Ann", "Bob"}
    contacts = (await eve.web.get("/Marti/api/contacts/all")).json()
    assert [each["uid"] for each in contacts] == ["uid-Eve"]
    groups = (await bob.web.get("/Marti/api/groups/all")).json()["data"]
    assert {(each["name"], each["direction"]) for each in groups} == {
        (name, way) for name in ("secteur 1", "logistique") for way in ("IN", "OUT")
    }
    devices = {each["name"]: each for each in (await one.ask("GET", "/devices")).json()["items"]}
    assert {name: each["connected"] for name, each in devices.items()} == {"Ann": True, "Bob": True, "Eve": True}
    assert devices["Bob"]["groups"] == ["secteur 1", "logistique"]


async def test_a_revoked_phone_is_out_at_once_and_for_ever(one: Camp) -> None:
    ann = await one.enrol("Ann")
    on = await one.link(ann)
    on.say(said("uid-Ann", callsign="Ann", stale=LATER))
    assert (await ann.web.get("/Marti/api/version")).status_code == 200
    assert (await one.ask("POST", f"/devices/{ann.serial}/revocation")).status_code == 204
    assert await on.is_closed()
    refused = await ann.web.get("/Marti/api/version")
    assert (refused.status_code, refused.json()["code"]) == (403, "certificate-revoked")
    assert await (await one.link(ann)).is_closed()
    item = (await one.ask("GET", "/devices")).json()["items"][0]
    assert item["revoked_at"] is not None
    assert not item["connected"]
    assert one.authority.is_revoked(ann.serial)
    assert (await one.ask("POST", "/devices/AB/revocation")).json()["code"] == "unknown"


async def test_a_word_of_passage_lets_in_as_often_as_said_and_only_its_name(one: Camp) -> None:
    made = await one.invite("Ann", uses=2, team="Cyan", role="Medic")
    word = made["token"]
    async with one.door("ann", word.upper().replace("-", " ")) as web:
        config = await web.get(CONFIG)
        assert config.status_code == 200
        names = {
            each.get("name"): each.get("value")
            for each in ElementTree.fromstring(config.content).iter()
            if each.get("name")
        }
        assert names == {"O": "Garance", "OU": "TAK"}
        wrong = await web.post(f"{SIGN}/v2", content=request_for("Bob")[0])
        assert wrong.json()["code"] == "certificate-name-differs"
        xml = await web.post(f"{SIGN}/v2", content=request_for("Ann")[0], headers={"accept": "application/xml"})
        assert ElementTree.fromstring(xml.content).find("signedCert") is not None
        store = await web.post(f"{SIGN}?clientUid=x", content=request_for("ANN")[0])
        chain = pkcs12.load_pkcs12(store.content, b"atakatak")
        assert len(chain.additional_certs) == 2
        profile = await web.get(PROFILE)
        content = read_package(profile.content).contents[0].body
        assert all(word in content for word in (b"Ann", b"Cyan", b"Medic"))
        third = await web.post(f"{SIGN}/v2", content=request_for("Ann")[0])
        assert (third.status_code, third.headers["www-authenticate"][:5]) == (401, "Basic")
    assert (await one.ask("GET", "/invitations")).json()["items"] == []
    assert len((await one.ask("GET", "/devices")).json()["items"]) == 2
    kept = (one.folder / "autorite" / "devices.sqlite").read_bytes()
    assert word.encode() not in kept
    assert word.replace("-", "").encode() not in kept


async def test_of_two_at_once_for_the_last_use_one_is_let_in(one: Camp) -> None:
    made = await one.invite("Ann")
    async with one.door("Ann", made["token"]) as web:
        answers = await asyncio.gather(*(web.post(f"{SIGN}/v2", content=request_for("Ann")[0]) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_wrong_words_are_refused_and_counted(one: Camp) -> None:
    made = await one.invite("Ann")
    async with one.door() as web:
        answer = await web.get(CONFIG)
        assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-refused")
        for header in ("Basic", "Basic !!", "Bearer x", "Basic " + base64.b64encode(b"\xff:\xff").decode()):
            assert (await web.get(CONFIG, headers={"authorization": header})).status_code == 401
    async with one.door("Bob", made["token"]) as web:
        assert (await web.get(CONFIG)).status_code == 401
    async with one.door("Ann", "aaaa-aaaa-aaaa-aaaa") as web:
        codes = [(await web.get(CONFIG)).status_code for _ in range(9)]
    assert codes == [401] * 8 + [429]
    async with one.door("Ann", made["token"]) as web:
        late = await web.get(CONFIG)
        assert (late.status_code, late.json()["code"]) == (429, "too-many-attempts")


async def test_a_withdrawn_invitation_lets_nobody_in(one: Camp) -> None:
    made = await one.invite("Ann")
    item = (await one.ask("GET", "/invitations")).json()["items"][0]
    assert item == made["invitation"]
    assert (await one.ask("DELETE", f"/invitations/{item['id']}")).status_code == 204
    assert (await one.ask("DELETE", f"/invitations/{item['id']}")).json()["code"] == "unknown"
    async with one.door("Ann", made["token"]) as web:
        assert (await web.get(CONFIG)).status_code == 401


async def test_what_is_scanned_says_where_and_who(one: Camp) -> None:
    made = await one.invite("VSAV 1", hours=2)
    where = f"{one.host}%3A{one.ports['tls_port']}"
    assert made["link"] == (f"tak://com.atakmap.app/enroll?host={where}&username=VSAV%201&token={made['token']}")
    assert made["itak"] == f"TAK (ATAK  iTAK  WinTAK),{one.host},{one.ports['tls_port']},ssl"
    assert made["link_drawing"].startswith("<svg")
    assert made["itak_drawing"].startswith("<svg")


@pytest.mark.parametrize("client", ["atak", "itak", "wintak"])
async def test_a_package_made_here_connects(one: Camp, client: str) -> None:
    answer = await one.ask("POST", "/devices", json={"name": "Poste 1", "client": client, "groups": ["pc"]})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        said_there = package.read(
            next(name for name in package.namelist() if name.endswith("connection.pref"))
        ).decode()
    phone = one.phone("Poste 1", *keys_in(answer.content))
    assert (await phone.web.get("/Marti/api/groups/all")).json()["data"][0]["name"] == "pc"
    item = (await one.ask("GET", "/devices")).json()["items"][0]
    assert (item["how"], item["serial"]) == ("package", phone.serial)
    assert one.ports["tls_port"]
    assert f"{one.host}:{one.ports['tls_port']}:ssl" in said_there


async def test_the_package_without_secret_only_trusts(one: Camp) -> None:
    answer = await one.ask("GET", "/trust-package", params={"client": "atak"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert sorted(Path(name).name for name in package.namelist()) == [
            "connection.pref", "manifest.xml", "truststore.p12"
        ]  # fmt: skip
        assert b"enrollForCertificateWithTrust0" in package.read("certs/connection.pref")


async def test_without_a_certificate_of_this_authority_nobody_is_answered(one: Camp, tmp_path: Path) -> None:
    base = f"https://{one.host}:{one.ports['web_port']}"
    async with httpx2.AsyncClient(base_url=base, verify=one.tls()) as web:
        with pytest.raises(httpx2.TransportError):
            await web.get("/Marti/api/version")
    now = SystemClock().now()
    foreign, key = open_authority(tmp_path / "autre", "autre", now).client("Ann", now)
    stranger = one.phone("Ann", foreign.public_bytes(serialization.Encoding.PEM), key)
    with pytest.raises(httpx2.TransportError):
        await stranger.web.get("/Marti/api/version")
    unlisted, key = one.authority.client("Ann", now)
    ghost = one.phone("Ann", unlisted.public_bytes(serialization.Encoding.PEM), key)
    refused = await ghost.web.get("/Marti/api/version")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert await (await one.link(ghost)).is_closed()


async def test_odd_requests_are_refused_with_a_code_never_a_fault(one: Camp) -> None:
    made = await one.invite("Ann")
    async with one.door("Ann", made["token"]) as web:
        for content in (b"", b"\0" * 100, b"-----BEGIN", b"<!DOCTYPE x>", b"A" * (17 << 10), b"\xff" * 16_384):
            answer = await web.post(f"{SIGN}/v2", content=content)
            assert 400 <= answer.status_code < 500, (content[:10], answer.text)
            assert answer.json()["code"]
        assert (await web.get(SIGN)).status_code == 405
        assert (await web.get("/Marti/nowhere")).status_code == 404
        assert (await web.get(f"{CONFIG}?x={'y' * 5000}")).status_code == 200
        long = await web.post(f"{SIGN}/v2?clientUid={'y' * 5000}", content=request_for("Ann")[0])
        assert long.json()["code"] == "value-wrong"
        assert (await web.post(f"{SIGN}/v2", content=request_for("Ann")[0])).status_code == 200


def taken(store: str) -> bytes:
    """What a file holds, which is no longer wanted."""
    content = Path(store).read_bytes()
    Path(store).unlink()
    return content


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pytak asks aiohttp in an old way
async def test_pytak_enrols_and_speaks_on_the_relay(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="pytak enrols with aiohttp")
    from pytak.functions import enroll_tak

    async with camp(tmp_path, host="127.0.0.86", enrol_port=8446) as one:  # pytak knows no other port
        made = await one.invite("Drone")
        store, word = await enroll_tak(one.host, "Drone", made["token"])
        drone, ann = one.phone("Drone", *keys_of(taken(store), word)), await one.enrol("Ann")
        on, ear = await one.link(drone), await one.link(ann)
        on.say(said("uid-Drone", callsign="Drone", stale=LATER))
        assert (await ear.hear_uids(1))[0]
