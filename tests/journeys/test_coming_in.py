"""A real node, from its first start: the first administrator, going out, coming back, the second factor."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

from garance.kernel.clock import SystemClock
from garance.server.sign_in import second_factor
from garance.server.sign_in.accounts import Accounts
from garance.server.sign_in.accounts_file import open_accounts

LOGIN, NAME, PASSWORD = "claire", "Claire Vasseur", "une pluie fine sur le port"
LINK = re.compile(r"(http://\S+/premier-acces#\S+)")


@pytest.fixture(scope="module")
def node(start_node: Callable[..., NodeProcess]) -> NodeProcess:
    """`./run serve` in an empty folder."""
    return start_node("serve")


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Identifiant").fill(LOGIN)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Entrer").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()


def come(node: NodeProcess, visit: Callable[..., DeskPage]) -> DeskPage:
    """A browser on a node without a territory, where some requests are rightly refused."""
    desk = visit(node.url)
    desk.witness.expect(r"Failed to load resource: .* 404 .*/api/v1/territory\b")
    desk.witness.expect(r"Failed to load resource: .* 4\d\d .*/api/v1/(first-administrator|session)\b")
    return desk


def test_the_first_day_of_a_node(node: NodeProcess, visit: Callable[..., DeskPage], album: Album) -> None:
    page = come(node, visit).page
    page.goto("/?test")
    expect(page.get_by_text("Aucun administrateur n'existe encore")).to_be_visible()
    check_accessible(page, "sign-in of a new node")

    # The link that the node printed at its first start.
    link = LINK.search(node.said)
    assert link, node.said
    page.goto(link[1])
    page.get_by_label("Nom affiché").fill(NAME)
    page.get_by_label("Identifiant").fill(LOGIN)
    page.get_by_label(re.compile(r"Mot de passe \(")).fill(PASSWORD)
    page.get_by_label("Mot de passe, une seconde fois").fill(PASSWORD + "?")
    page.get_by_role("button", name="Créer le compte").click()
    expect(page.get_by_role("alert")).to_contain_text("diffèrent")
    check_accessible(page, "first administrator")
    page.get_by_label("Mot de passe, une seconde fois").fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte").click()
    expect(page.get_by_role("status")).to_contain_text(LOGIN)

    # The link is worth nothing any more.
    again = come(node, visit)
    again.page.goto(link[1])
    again.page.get_by_label("Nom affiché").fill("Un inconnu")
    again.page.get_by_label("Identifiant").fill("inconnu")
    again.page.get_by_label(re.compile(r"Mot de passe \(")).fill(PASSWORD)
    again.page.get_by_label("Mot de passe, une seconde fois").fill(PASSWORD)
    again.page.get_by_role("button", name="Créer le compte").click()
    expect(again.page.get_by_role("alert")).not_to_be_empty()
    expect(again.page.get_by_role("status")).to_have_count(0)

    # In, out, a wrong password, in again.
    page.get_by_role("link", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Situations")).to_be_visible()
    sign_out(page)
    album.take(page, "sign-in", chosen="sign-in")
    sign_in(page, "un autre mot de passe")
    expect(page.get_by_role("alert")).not_to_be_empty()
    check_accessible(page, "sign-in refused")
    sign_in(page)
    expect(page.get_by_role("heading", name="Situations")).to_be_visible()

    # Nothing is happening yet: the page says so, and what to do.
    expect(page.get_by_text("Ce nœud est neuf")).to_be_visible()
    check_accessible(page, "no situation")
    page.get_by_role("button", name="Ouvrir une situation").click()
    page.get_by_label("Titre").fill("Veille d'automne")
    page.get_by_label("Type").select_option("watch")
    page.get_by_role("radio", name=re.compile("Exercice")).check()
    check_accessible(page, "opening a situation")
    page.get_by_role("button", name="Ouvrir une situation").last.click()
    page.wait_for_url("**situation=**")
    expect(page.get_by_role("heading", name="Veille d'automne")).to_be_visible()
    expect(page.get_by_text("Aucun territoire n'est installé")).to_be_visible()
    expect(page.get_by_role("tabpanel")).to_contain_text("Administrateur")
    check_accessible(page, "an empty desk")
    album.take(page, "empty-desk")


def test_a_second_factor_is_asked_for(node: NodeProcess, visit: Callable[..., DeskPage]) -> None:
    clock = SystemClock()
    file = open_accounts(node.data)
    try:
        accounts = Accounts(file, clock)
        if accounts.find(LOGIN) is None:
            pytest.skip("needs the account made by the first journey of this module")
        secret = accounts.propose_factor(LOGIN)
        earlier = second_factor.code_at(secret, clock.now() - timedelta(seconds=30))
        recovery = accounts.confirm_factor(LOGIN, earlier)
    finally:
        file.close()
    page = come(node, visit).page
    page.goto("/?test")
    sign_in(page)
    code = page.get_by_label(re.compile("Code à six chiffres"))
    expect(code).to_be_focused()
    check_accessible(page, "second factor")
    code.fill("000000")
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    code.fill(second_factor.code_at(secret, clock.now()))
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_label("Identifiant")).to_have_count(0)
    assert "secret" in parse_qs(urlsplit(second_factor.address_of(secret, login=LOGIN, issuer="Garance")).query)
    assert len(recovery) == second_factor.RECOVERY_CODES
