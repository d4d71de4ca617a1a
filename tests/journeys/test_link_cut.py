"""The link breaks: nothing written is lost, nothing is sent twice, and the desk comes back by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import expect
from support.axe import check_accessible
from support.desk import CUT_SHORT, NO_NETWORK, DeskPage
from support.images import Album
from support.node_process import NodeProcess

MAYOR = "Maire"
OFFICER = "Officière SDIS"
SAID_OFFLINE = "Coupure : le pont de la D13 est fermé par la patrouille."
"""What the browser says when the link breaks while it is taking the pages to keep them."""

BACK_MS = 30_000
"""The desk waits longer between each try, up to this."""


def link_state(desk: DeskPage) -> str:
    state: str = desk.ask("desk.link")
    return state


def test_what_is_written_offline_is_sent_once_with_its_time(
    town: NodeProcess, visit: Callable[..., DeskPage], album: Album
) -> None:
    mayor, officer = visit(town.url), visit(town.url, viewport={"width": 900, "height": 560})
    mayor.witness.expect(NO_NETWORK)
    mayor.open(role=MAYOR)
    officer.open(role=OFFICER)
    page = mayor.page
    page.context.set_offline(True)
    expect(page.get_by_role("button", name="Lien coupé")).to_be_visible()
    mayor.write(SAID_OFFLINE)
    said_ms = mayor.ask("desk.story_now_ms")
    expect(page.get_by_role("button", name="Lien coupé")).to_contain_text("1 non envoyé")
    expect(page.get_by_role("tabpanel")).to_contain_text("En attente d'envoi")
    expect(page.get_by_role("tabpanel")).to_contain_text(SAID_OFFLINE)
    assert mayor.ask("desk.parcels.length") == 1
    check_accessible(page, "link cut")
    page.wait_for_timeout(3_000)  # time enough for the original hour to differ from that of the sending
    album.take(page, "link-cut")
    expect(officer.row(SAID_OFFLINE)).to_have_count(0)

    page.context.set_offline(False)
    expect(officer.row(SAID_OFFLINE)).to_have_count(1, timeout=BACK_MS)
    mayor.wait_for("desk.link === 'live' && desk.parcels.length === 0", timeout_ms=BACK_MS)
    expect(mayor.row(SAID_OFFLINE)).to_have_count(1)
    sent = [entry for entry in officer.logbook() if entry["text"] == SAID_OFFLINE]
    assert len(sent) == 1
    occurred_ms = datetime.fromisoformat(sent[0]["occurred_at"]).timestamp() * 1000
    assert abs(occurred_ms - said_ms) < 2_000, "the hour is that of the writing, not of the sending"


@pytest.mark.slow
def test_a_page_reloaded_offline_still_sends_what_waited(town: NodeProcess, visit: Callable[..., DeskPage]) -> None:
    text = "Écrit juste avant que le navigateur ne se ferme."
    mayor = visit(town.url)
    mayor.witness.expect(NO_NETWORK)
    mayor.open(role=MAYOR)
    mayor.page.context.set_offline(True)
    mayor.wait_for("desk.link === 'cut'")
    mayor.write(text)
    mayor.wait_for("desk.parcels.length === 1")
    mayor.page.goto("about:blank")
    mayor.page.context.set_offline(False)
    mayor.open()
    expect(mayor.row(text)).to_have_count(1)
    mayor.wait_for("desk.parcels.length === 0")
    assert [entry["text"] for entry in mayor.logbook()].count(text) == 1


@pytest.mark.slow
def test_a_killed_server_comes_back_with_everything(town: NodeProcess, visit: Callable[..., DeskPage]) -> None:
    before, during = "Noté juste avant la panne du serveur.", "Noté pendant la panne du serveur."
    mayor = visit(town.url)
    mayor.witness.expect(
        f"ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|{CUT_SHORT}"
    )
    mayor.open(role=MAYOR)
    mayor.write(before)
    expect(mayor.row(before)).to_have_count(1)
    known = {fact for fact in mayor.ask("desk.journal.all('recorded').map(({ id }) => id)")}
    town.kill()
    mayor.wait_for("desk.link !== 'live'")
    mayor.write(during)
    mayor.wait_for("desk.parcels.length === 1")
    town.start()
    mayor.wait_for("desk.link === 'live' && desk.parcels.length === 0", timeout_ms=BACK_MS)
    expect(mayor.row(before)).to_have_count(1)
    expect(mayor.row(during)).to_have_count(1)
    held = mayor.ask("desk.journal.all('recorded').map(({ id }) => id)")
    assert len(held) == len(set(held))
    assert known <= set(held)
    texts = [entry["text"] for entry in mayor.logbook()]
    assert texts.count(before) == texts.count(during) == 1
    assert link_state(mayor) == "live"
