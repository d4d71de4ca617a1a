"""Signing in by another service: believed when everything holds, refused when anything does not."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey
from support.house import Door
from support.oidc import StrictProvider, StrictServer, mock_provider, strict_server
from support.people import NOW

from garance.kernel.clock import SystemClock
from garance.server.sign_in.oidc import ALGORITHMS

START = "/api/v1/oidc/start"
NOW_S = int(NOW.timestamp())


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with mock_provider() as found:
        yield found


@pytest.fixture
async def outside() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient() as client:
        yield client


@pytest.fixture(scope="module")
def server() -> Iterator[StrictServer]:
    with strict_server() as found:
        yield found


@pytest.fixture
def strict(server: StrictServer) -> StrictProvider:
    return server.provider(NOW_S)


async def land(browser: httpx2.AsyncClient, address: str) -> str:
    """Follow the service back to us; gives where we then send the browser."""
    parts = urlsplit(address)
    response = await browser.get(f"{parts.path}?{parts.query}")
    assert response.status_code == 303
    assert response.headers["cache-control"] == "no-store"
    return str(response.headers["location"])


async def depart(browser: httpx2.AsyncClient) -> str:
    """Begin a crossing; gives the address of the service."""
    response = await browser.get(START)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


async def cross(browser: httpx2.AsyncClient, outside: httpx2.AsyncClient) -> str:
    """The whole way through our strict service."""
    sent_back = await outside.get(await depart(browser))
    return await land(browser, sent_back.headers["location"])


async def who(browser: httpx2.AsyncClient) -> str | None:
    shown = (await browser.get("/api/v1/session")).json()
    return shown["person"]["id"] if shown["signed_in"] else None


# -- a server written by others ---------------------------------------------------------------------------------------


async def authorise(outside: httpx2.AsyncClient, address: str, subject: str = "anne-sub") -> str:
    """Choose an account on the page of `oidc-provider-mock`; gives where it sends the browser back to."""
    page = await outside.get(address)
    assert page.status_code == 200, page.text
    answer = await outside.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


async def test_a_linked_person_signs_in(door: Door, issuer: str, outside: httpx2.AsyncClient) -> None:
    person = await door.enrol("anne")
    door.entrance.accounts.link(issuer, "anne-sub", person=person)
    door.clock.set(_real_now())
    async with door.browser(service=door.service(issuer, outside)) as browser:
        assert (await browser.get("/api/v1/session")).json()["oidc"] == {"title_fr": "Connexion", "title_en": "Sign in"}
        sent_back = await authorise(outside, await depart(browser))
        assert await land(browser, sent_back) == "/"
        assert await who(browser) == person
        # Neither the code nor the state is good twice, even in the same browser.
        assert await land(browser, sent_back) == "/?refused=oidc-not-begun"


async def test_an_unknown_subject_is_refused(door: Door, issuer: str, outside: httpx2.AsyncClient) -> None:
    await door.enrol("anne")
    door.clock.set(_real_now())
    async with door.browser(service=door.service(issuer, outside)) as browser:
        sent_back = await authorise(outside, await depart(browser))
        assert await land(browser, sent_back) == "/?refused=oidc-unknown-person"
        assert await who(browser) is None


@pytest.mark.parametrize(
    ("subject", "allowed", "lands"),
    [
        ("anne-sub", True, "/"),
        ("anne-sub", False, "/?refused=oidc-unknown-person"),
        ("plain-sub", True, "/?refused=oidc-unknown-person"),
        ("nobody-sub", True, "/?refused=oidc-unknown-person"),
    ],
)
async def test_a_verified_address_is_followed_only_when_allowed(
    door: Door, issuer: str, outside: httpx2.AsyncClient, subject: str, allowed: bool, lands: str
) -> None:
    person = await door.enrol("anne")
    door.clock.set(_real_now())
    async with door.browser(service=door.service(issuer, outside, link_by_email=allowed)) as browser:
        sent_back = await authorise(outside, await depart(browser), subject)
        assert await land(browser, sent_back) == lands
    assert door.entrance.accounts.linked(issuer, subject) == (person if lands == "/" else None)


async def test_a_token_with_another_nonce_is_refused(door: Door, issuer: str, outside: httpx2.AsyncClient) -> None:
    door.entrance.accounts.link(issuer, "anne-sub", person=await door.enrol("anne"))
    door.clock.set(_real_now())
    async with door.browser(service=door.service(issuer, outside)) as browser:
        address = await depart(browser)
        nonce = parse_qs(urlsplit(address).query)["nonce"][0]
        sent_back = await authorise(outside, address.replace(nonce, "another-nonce"))
        assert await land(browser, sent_back) == "/?refused=oidc-refused"


async def test_a_code_for_another_client_is_refused(door: Door, issuer: str, outside: httpx2.AsyncClient) -> None:
    door.entrance.accounts.link(issuer, "anne-sub", person=await door.enrol("anne"))
    door.clock.set(_real_now())
    async with door.browser(service=door.service(issuer, outside)) as browser:
        address = await depart(browser)
        sent_back = await authorise(outside, address.replace("client_id=garance", "client_id=other"))
        assert await land(browser, sent_back) == "/?refused=oidc-refused"


async def test_a_person_who_declines_is_sent_back(door: Door, issuer: str, outside: httpx2.AsyncClient) -> None:
    door.clock.set(_real_now())
    async with door.browser(service=door.service(issuer, outside)) as browser:
        answer = await outside.post(await depart(browser), data={"action": "deny"})
        # This server forgets to send the state back: so we cannot know whose refusal it is.
        assert await land(browser, answer.headers["location"]) in (
            "/?refused=oidc-refused",
            "/?refused=oidc-not-begun",
        )
        assert await who(browser) is None


def _real_now() -> datetime:
    return SystemClock().now()


# -- a strict server, that can be told to lie ------------------------------------------------------------------------


@pytest.fixture
async def crossing(
    door: Door, strict: StrictProvider, outside: httpx2.AsyncClient
) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser about to cross to the strict service, which knows a linked person."""
    door.entrance.accounts.link(strict.issuer, "anne-sub", person=await door.enrol("anne"))
    async with door.browser(service=door.service(strict.issuer, outside)) as browser:
        yield browser


@pytest.mark.parametrize("basic", [True, False])
async def test_everything_in_order(
    crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient, basic: bool
) -> None:
    strict.basic = basic
    assert await cross(crossing, outside) == "/"
    assert await who(crossing) is not None
    assert await cross(crossing, outside) == "/"
    assert strict.key_reads == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": None},
        {"aud": ["garance", "other"]},
        {"aud": ["garance", "other"], "azp": "other"},
        {"azp": "other"},
        {"iss": "http://elsewhere.example"},
        {"iss": None},
        {"exp": NOW_S - 31},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": NOW_S + 3600},
        {"iat": None},
        {"nbf": NOW_S + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
    ids=str,
)
async def test_a_claim_that_does_not_hold(
    crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient, claims: dict[str, Any]
) -> None:
    strict.claims = claims
    assert await cross(crossing, outside) == "/?refused=oidc-refused"
    assert await who(crossing) is None


@pytest.mark.parametrize("claims", [{"aud": ["garance"]}, {"aud": ["garance", "x"], "azp": "garance"}, {"exp": NOW_S}])
async def test_a_claim_that_holds(
    crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient, claims: dict[str, Any]
) -> None:
    strict.claims = claims
    assert await cross(crossing, outside) == "/"


async def test_an_old_token_is_refused(
    door: Door, crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient
) -> None:
    sent_back = await outside.get(await depart(crossing))
    door.clock.advance(timedelta(minutes=6))
    assert await land(crossing, sent_back.headers["location"]) == "/?refused=oidc-refused"


async def test_an_old_crossing_is_refused(
    door: Door, crossing: httpx2.AsyncClient, outside: httpx2.AsyncClient
) -> None:
    sent_back = await outside.get(await depart(crossing))
    door.clock.advance(timedelta(minutes=10))
    assert await land(crossing, sent_back.headers["location"]) == "/?refused=oidc-not-begun"


async def test_another_key_signs_nothing(
    crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient
) -> None:
    strict.shown_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    assert await cross(crossing, outside) == "/?refused=oidc-refused"


async def test_a_public_key_is_no_shared_secret(
    crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient
) -> None:
    strict.header = {"alg": "HS256", "kid": "one"}
    assert await cross(crossing, outside) == "/?refused=oidc-refused"


@pytest.mark.parametrize("raw", ["", "a.b.c", "none"])
async def test_a_token_that_nobody_signed(
    crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient, raw: str
) -> None:
    address = await depart(crossing)
    if raw == "none":
        nonce = parse_qs(urlsplit(address).query)["nonce"][0]
        claims = {
            "iss": strict.issuer,
            "sub": "anne-sub",
            "aud": "garance",
            "nonce": nonce,
            "iat": NOW_S,
            "exp": NOW_S + 9,
        }
        raw = f"{_b64({'alg': 'none'})}.{_b64(claims)}."
    strict.raw_token = raw or " "
    sent_back = await outside.get(address)
    assert await land(crossing, sent_back.headers["location"]) == "/?refused=oidc-refused"


def _b64(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_service_may_change_its_key(
    door: Door, crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient
) -> None:
    assert await cross(crossing, outside) == "/"
    strict.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    strict.header = {"alg": "RS256", "kid": "two"}
    assert await cross(crossing, outside) == "/?refused=oidc-refused"  # read a moment ago: not again so soon
    door.clock.advance(timedelta(minutes=2))
    strict.now_s += 120
    assert await cross(crossing, outside) == "/"
    assert strict.key_reads == 2


async def test_another_browser_cannot_end_the_crossing(
    door: Door, crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient
) -> None:
    """Login by force: an attacker's own answer, opened in the victim's browser, signs nobody in."""
    sent_back = await outside.get(await depart(crossing))
    async with door.browser(service=door.service(strict.issuer, outside)) as victim:
        assert await land(victim, sent_back.headers["location"]) == "/?refused=oidc-not-begun"
        await depart(victim)  # even with a crossing of its own under way
        assert await land(victim, sent_back.headers["location"]) == "/?refused=oidc-not-begun"
        assert await who(victim) is None


async def test_another_services_answer_is_not_taken_for_this_ones(
    crossing: httpx2.AsyncClient, strict: StrictProvider, outside: httpx2.AsyncClient
) -> None:
    sent_back = await outside.get(await depart(crossing))
    mixed_up = sent_back.headers["location"].replace("iss=http%3A%2F%2F127", "iss=http%3A%2F%2F128")
    assert await land(crossing, mixed_up) == "/?refused=oidc-refused"


async def test_a_person_shut_out_stays_out(
    door: Door, crossing: httpx2.AsyncClient, outside: httpx2.AsyncClient
) -> None:
    door.entrance.accounts.bar(door.entrance.accounts.known("anne").person)
    assert await cross(crossing, outside) == "/?refused=sign-in-refused"


@pytest.mark.parametrize(
    ("userinfo", "lands"),
    [
        ({"sub": "anne-sub", "email": "ANNE@example.org", "email_verified": True}, "/"),
        ({"sub": "anne-sub", "email": "anne@example.org", "email_verified": True, "signed": True}, "/"),
        ({"sub": "other", "email": "anne@example.org", "email_verified": True}, "/?refused=oidc-unknown-person"),
        ({"sub": "anne-sub", "email": "anne@example.org"}, "/?refused=oidc-unknown-person"),
        ({"sub": "anne-sub", "email": "anne@example.org", "email_verified": "true"}, "/?refused=oidc-unknown-person"),
    ],
    ids=str,
)
async def test_an_address_may_be_asked_for(
    door: Door, strict: StrictProvider, outside: httpx2.AsyncClient, userinfo: dict[str, Any], lands: str
) -> None:
    await door.enrol("anne")
    strict.userinfo = userinfo
    async with door.browser(service=door.service(strict.issuer, outside, link_by_email=True)) as browser:
        assert await cross(browser, outside) == lands


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "http://elsewhere.example"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"authorization_endpoint": None},
        {"padding": "x" * 300_000},
    ],
    ids=["issuer", "scheme", "missing", "size"],
)
async def test_a_service_that_is_not_what_it_should_be(
    door: Door, strict: StrictProvider, outside: httpx2.AsyncClient, discovery: dict[str, Any]
) -> None:
    strict.discovery = discovery
    async with door.browser(service=door.service(strict.issuer, outside)) as browser:
        assert await depart(browser) == "/?refused=oidc-unavailable"


async def test_a_service_that_does_not_answer(door: Door, outside: httpx2.AsyncClient) -> None:
    async with door.browser(service=door.service("http://127.0.0.1:9", outside)) as browser:
        assert await depart(browser) == "/?refused=oidc-unavailable"


async def test_the_crossings_cookie(crossing: httpx2.AsyncClient) -> None:
    response = await crossing.get(START)
    attributes = set(response.headers["set-cookie"].split("; ")[1:])
    assert attributes == {"Path=/", "Max-Age=600", "HttpOnly", "SameSite=Lax"}
    query = parse_qs(urlsplit(response.headers["location"]).query)
    assert len(query["state"][0]) == len(query["nonce"][0]) == len(query["code_challenge"][0]) == 43


def test_no_weak_signature_is_believed() -> None:
    assert not {"none", "HS256", "HS384", "HS512"} & set(ALGORITHMS)
