"""From an empty node to somebody else's first line: a fresh administrator enrols, invites, opens a situation."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
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

Visit = Callable[..., DeskPage]
LOGIN, NAME, PASSWORD = "claire", "Claire Vasseur", "une pluie fine sur le port"
HERS, HER_LOGIN, HER_PASSWORD = "Nadia Ferrand", "nadia", "trois mouettes sur la digue"
SITUATION = "Exercice de submersion"
FAILED = r"console error: Failed to load resource: .* 4\d\d .*"
MINUTES_S = 180.0


@pytest.fixture(scope="module")
def node(start_node: Callable[..., NodeProcess]) -> NodeProcess:
    """`./run serve` in an empty folder."""
    return start_node("serve")


def come(visit: Visit, node: NodeProcess) -> DeskPage:
    """Somebody's browser. This node has no territory, and its desk says so in words."""
    desk = visit(node.url)
    desk.witness.expect(r"console error: Failed to load resource: .* 404 .*/api/v1/territory\b")
    return desk


def become_administrator(page: Page, node: NodeProcess) -> None:
    link = re.search(r"(http://\S+/premier-acces#\S+)", node.said)
    assert link, node.said
    page.goto(link[1])
    page.get_by_label("Nom affiché").fill(NAME)
    page.get_by_label("Identifiant").fill(LOGIN)
    page.get_by_label(re.compile(r"Mot de passe \(")).fill(PASSWORD)
    page.get_by_label("Mot de passe, une seconde fois").fill(PASSWORD)
    page.get_by_role("button", name="Créer le compte").click()
    page.get_by_role("link", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Situations")).to_be_visible()


def sign_in(page: Page, login: str, password: str) -> None:
    page.goto("/?test")
    page.get_by_label("Identifiant").fill(login)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Entrer").click()


def section(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Tenir le nœud").get_by_role("button", name=name).click()


def open_person(page: Page, name: str) -> None:
    row = page.get_by_role("button", name=re.compile(name))
    if row.get_attribute("aria-expanded") != "true":
        row.click()


@pytest.mark.opening
def test_a_new_node_is_at_work_in_three_minutes(node: NodeProcess, visit: Visit, album: Album) -> None:
    begun_s = time.monotonic()
    page = come(visit, node).page
    become_administrator(page, node)
    expect(page.get_by_text("Ce nœud est neuf")).to_be_visible()
    check_accessible(page, "a new node")
    album.take(page, "keeping-new-node")
    page.get_by_role("link", name="Tenir le nœud").click()

    # The first step of the guide opens the form; role and invitation go with it.
    page.get_by_role("button", name="Inscrivez les personnes").click()
    expect(page.get_by_label("Nom et prénom")).to_be_focused()
    page.get_by_label("Nom et prénom").fill(HERS)
    page.get_by_label("Rôle", exact=True).select_option("logbook-secretary")
    check_accessible(page, "enrolling")
    album.take(page, "keeping-enrol")
    page.get_by_role("button", name="Inscrire", exact=True).click()
    link = page.get_by_role("textbox", name=f"Lien d'invitation de {HERS}")
    expect(link).to_be_focused()
    address = link.input_value()
    assert address.startswith(f"{node.url}/invitation#")
    check_accessible(page, "an invitation")
    album.take(page, "keeping-invitation")

    # She opens her link on another machine and chooses.
    hers = come(visit, node)
    hers.page.goto(address)
    expect(hers.page.get_by_text(f"Bienvenue, {HERS}")).to_be_visible()
    check_accessible(hers.page, "accepting an invitation")
    hers.page.get_by_label("Identifiant").fill(HER_LOGIN)
    hers.page.get_by_label(re.compile(r"Mot de passe \(")).fill(HER_PASSWORD)
    hers.page.get_by_label("Mot de passe, une seconde fois").fill(HER_PASSWORD)
    album.take(hers.page, "keeping-accept")
    hers.page.get_by_role("button", name="Choisir ce mot de passe").click()
    expect(hers.page.get_by_role("link", name="Entrer dans Garance")).to_be_visible()
    check_accessible(hers.page, "an invitation accepted")
    album.take(hers.page, "keeping-accepted")

    # The administrator opens a situation, knowing what each mode means.
    page.get_by_role("button", name="C'est noté").click()
    page.get_by_role("button", name="Ouvrez une situation").click()
    page.get_by_label("Titre").fill(SITUATION)
    page.get_by_label("Type").select_option("storm-surge")
    page.get_by_role("radio", name=re.compile("Exercice")).check()
    check_accessible(page, "opening a situation")
    album.take(page, "keeping-situation")
    page.get_by_role("button", name="Ouvrir une situation").last.click()
    expect(page.get_by_role("link", name=SITUATION)).to_be_visible()
    expect(page.get_by_role("region", name="Pour commencer")).to_have_count(0)

    # She writes in it.
    hers.page.goto("/?test")
    hers.wait_ready()
    hers.write("Prise de poste à la main courante.")
    expect(hers.row("Prise de poste")).to_have_count(1)
    assert time.monotonic() - begun_s < MINUTES_S


@pytest.mark.slow
def test_the_door_closes_and_the_name_is_erased(node: NodeProcess, visit: Visit, album: Album) -> None:
    admin = come(visit, node)
    page = admin.page
    sign_in(page, LOGIN, PASSWORD)
    admin.wait_ready()
    page.keyboard.press("Control+k")
    page.keyboard.type("tenir le")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Personnes et rôles")).to_be_visible()
    hers = come(visit, node)
    hers.witness.expect(FAILED)
    sign_in(hers.page, HER_LOGIN, HER_PASSWORD)
    hers.wait_ready()

    # A role more, in one situation; then taken back, with the reason.
    open_person(page, HERS)
    page.get_by_role("button", name="Attribuer un rôle").click()
    page.get_by_label("Rôle", exact=True).select_option("cell-head")
    page.get_by_label("Où").select_option(label=SITUATION)
    page.get_by_label("Cellule", exact=True).fill("Transmissions")
    page.get_by_role("button", name="Limiter dans le temps").click()
    page.get_by_label("Jusqu'à").fill("2099-12-31T18:00")
    check_accessible(page, "giving a role")
    album.take(page, "keeping-role")
    page.get_by_role("button", name="Attribuer un rôle").click()
    role = page.get_by_role("listitem").filter(has_text="Transmissions")
    expect(role.last).to_contain_text("2099 à 18:00")
    page.get_by_role("button", name="Retirer le rôle Chef de cellule").click()
    page.get_by_label("Motif (obligatoire)").fill("Fin de poste")
    page.get_by_role("button", name="Retirer", exact=True).click()
    expect(page.get_by_text("Rôle retiré.")).to_be_visible()

    # The last administrator cannot be shut out: it is said in words.
    admin.witness.expect(FAILED + "/disable")
    open_person(page, NAME)
    page.get_by_role("button", name="Fermer le compte").click()
    expect(page.get_by_role("alert")).to_contain_text("administrateur")

    # Her door closes: her desk goes dark at once.
    open_person(page, HERS)
    page.get_by_role("button", name="Fermer le compte").click()
    expect(page.get_by_role("button", name=re.compile(HERS))).to_contain_text("Compte fermé")
    hers.wait_for("desk.link === 'ended'")
    check_accessible(page, "an account closed")
    album.take(page, "keeping-closed")

    # Erasing asks for the name, letter for letter.
    page.get_by_role("button", name="Effacer cette personne").click()
    confirm = page.get_by_role("button", name="Effacer pour toujours")
    page.get_by_label("Motif (obligatoire)").fill("Départ de la commune")
    page.get_by_label(re.compile("Pour confirmer")).fill("Nadia")
    expect(confirm).to_be_disabled()
    page.get_by_label(re.compile("Pour confirmer")).fill(HERS)
    check_accessible(page, "erasing")
    album.take(page, "keeping-erase")
    confirm.click()
    expect(page.get_by_text("Personne effacée")).to_be_visible()
    expect(page.get_by_text(HERS)).to_have_count(0)


@pytest.mark.slow
def test_walls_and_organisations_are_kept(node: NodeProcess, visit: Visit, album: Album) -> None:
    page = come(visit, node).page
    sign_in(page, LOGIN, PASSWORD)
    page.wait_for_url("**situation=**")
    page.goto("/noeud#organisations")
    page.get_by_role("button", name="Enregistrer un organisme").click()
    page.get_by_label("Nom").fill("SDIS 17")
    page.get_by_label("Échelon").select_option("departement")
    check_accessible(page, "registering an organisation")
    page.get_by_role("button", name="Enregistrer un organisme").click()
    expect(page.get_by_role("listitem").filter(has_text="SDIS 17")).to_be_visible()
    album.take(page, "keeping-organisations")
    section(page, "Écrans muraux")
    page.get_by_role("button", name="Donner une adresse à un écran").click()
    page.get_by_label("Nom de l'écran").fill("Mur du PCC")
    page.get_by_label("Situation montrée").select_option(label=SITUATION)
    page.get_by_role("button", name="Donner une adresse à un écran").click()
    address = page.get_by_role("textbox", name="Adresse de l'écran Mur du PCC").input_value()
    check_accessible(page, "a wall's address")
    album.take(page, "keeping-wall")
    wall = come(visit, node)
    wall.page.goto(address)
    expect(wall.page.get_by_role("heading", name=SITUATION)).to_be_visible()
    page.get_by_role("button", name="Éteindre l'écran Mur du PCC").click()
    expect(page.get_by_text("L'écran est éteint.")).to_be_visible()


@pytest.mark.slow
def test_ones_own_account(node: NodeProcess, visit: Visit, album: Album) -> None:
    here, there = come(visit, node), come(visit, node)
    for one in (there, here):
        sign_in(one.page, LOGIN, PASSWORD)
        one.page.wait_for_url("**situation=**")
    page = here.page
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Mon compte").click()
    expect(page.get_by_text("cette session", exact=True)).to_be_visible()
    check_accessible(page, "my account")

    # A second factor, with the code a phone would show.
    factor = page.locator("section").filter(has=page.get_by_role("heading", name="Second facteur"))
    factor.get_by_label("Mot de passe actuel").fill(PASSWORD)
    factor.get_by_role("button", name="Mettre en place").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    check_accessible(page, "the second factor proposed")
    album.take(page, "own-factor")
    clock = SystemClock()
    file = open_accounts(node.data)
    account = Accounts(file, clock).find(LOGIN)
    file.close()
    assert account is not None
    assert account.factor is not None
    shown = re.sub(r"\s", "", page.locator(".secret").inner_text())
    address = second_factor.address_of(account.factor, login=LOGIN, issuer="Garance")
    assert shown == parse_qs(urlsplit(address).query)["secret"][0]
    page.get_by_label(re.compile("Code à six chiffres")).fill(second_factor.code_at(account.factor, clock.now()))
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("Le second facteur est en place.")).to_be_visible()
    assert page.locator(".codes li").count() == second_factor.RECOVERY_CODES
    check_accessible(page, "the recovery codes")
    album.take(page, "own-recovery")
    page.get_by_role("button", name="Je les ai gardés").click()
    here.witness.expect(FAILED + "/(second-factor/drop|password)")
    factor.get_by_label("Mot de passe actuel").fill("pas le bon")
    factor.get_by_role("button", name="Retirer le second facteur").click()
    expect(page.get_by_role("alert")).to_contain_text("n'est pas le bon")
    factor.get_by_label("Mot de passe actuel").fill(PASSWORD)
    factor.get_by_role("button", name="Retirer le second facteur").click()
    expect(factor.get_by_role("button", name="Mettre en place")).to_be_visible()

    # A session elsewhere is ended; another language says it all.
    page.get_by_role("button", name="Fermer cette session").last.click()
    there.wait_for("desk.link === 'ended'")
    page.get_by_label("Langue").select_option("en")
    expect(page.get_by_role("heading", name="My sessions")).to_be_visible()
    check_accessible(page, "my account in English")
    album.take(page, "own-english")
    page.get_by_label("Language").select_option("fr")
    page.get_by_label("Mot de passe actuel").first.fill(PASSWORD)
    page.get_by_label(re.compile("Nouveau mot de passe")).fill(PASSWORD + "!")
    page.get_by_label("Mot de passe, une seconde fois").fill(PASSWORD + "!")
    page.get_by_role("button", name="Changer le mot de passe").click()
    expect(page.get_by_text("Mot de passe changé.")).to_be_visible()
