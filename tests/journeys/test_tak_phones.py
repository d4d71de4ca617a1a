"""Phones with ATAK or iTAK at the desk: invited, shown what to scan, enrolled, seen connected, revoked."""

from __future__ import annotations

import io
import re
import socket
import ssl
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, expect
from support.axe import check_accessible
from support.chromium import chromium_path
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess
from support.tak import said
from support.tak_web import free_ports, request_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Visit = Callable[..., DeskPage]
OFFICER = "Officière SDIS"
HOST = "127.0.0.1"
SOON_MS = 20_000
LATER = "2099-01-01T00:00:00Z"
SETTINGS = """
[connections.tak]
connector = "tak"
title = "Téléphones des équipes"
host = "127.0.0.1"
names = ["127.0.0.1"]
tls_port = {tls_port}
enrol_port = {enrol_port}
web_port = {web_port}
authority = "{folder}/autorite"

[connections.sansnom]
connector = "tak"
title = "Téléphones des renforts"
host = "0.0.0.0"
tls_port = {other_port}
enrol_port = {other_enrol_port}
authority = "{folder}/autre"
"""
PORTS = ("tls_port", "enrol_port", "web_port", "other_port", "other_enrol_port")


class Outpost:
    """A demonstration node with phones, and what a phone needs to know of it."""

    def __init__(self, folder: Path, town_pack: Path) -> None:
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.folder = folder
        settings = folder / "garance.toml"
        settings.write_text(SETTINGS.format(folder=folder, **self.ports), "utf-8")
        told = ("--settings", str(settings), "--territory", str(town_pack), "--at", "04:20", "--speed", "1")
        self.node = NodeProcess("demo", folder, told)

    def trust(self) -> ssl.SSLContext:
        """What the trust package gives: the authority of the node."""
        return ssl.create_default_context(cadata=(self.folder / "autorite" / "authority.pem").read_text())

    def enrol(self, name: str, word: str) -> httpx2.Response:
        """As a phone does it: its own key, the name, the word of passage."""
        asked, key = request_for(name)
        (self.folder / f"{name}.key").write_bytes(key)
        base = f"https://{HOST}:{self.ports['enrol_port']}"
        with httpx2.Client(base_url=base, verify=self.trust(), auth=(name, word), timeout=20) as web:
            return web.post("/Marti/api/tls/signClient/v2", params={"clientUid": f"uid-{name}"}, content=asked)

    def connect(self, name: str, certificate: str) -> ssl.SSLSocket:
        """On the relay with that certificate, having said who it is."""
        file = self.folder / f"{name}.pem"
        pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
        file.write_bytes(pem.encode() + (self.folder / f"{name}.key").read_bytes())
        tls = self.trust()
        tls.load_cert_chain(file)
        link = tls.wrap_socket(socket.create_connection((HOST, self.ports["tls_port"])), server_hostname=HOST)
        link.sendall(said(f"uid-{name}", callsign=name, stale=LATER))
        return link


@pytest.fixture(scope="module")
def outpost(tmp_path_factory: pytest.TempPathFactory, town_pack: Path) -> Iterator[Outpost]:
    """That node, started: two connections for phones, one of which has no name on the network."""
    chromium_path()
    made = Outpost(tmp_path_factory.mktemp("phones"), town_pack)
    made.node.start()
    yield made
    made.node.stop()


def phones_of(desk: DeskPage, title: str) -> Locator:
    """The phones of that connection, opened by keyboard."""
    desk.tab(re.compile("^(Capteurs|Sensors)"))
    line = desk.page.locator("li[data-connection]").filter(has_text=title)
    button = line.get_by_role("button", name=re.compile("^(Téléphones|Phones)"))
    if button.get_attribute("aria-expanded") != "true":
        button.press("Enter")
    return line.get_by_role("region", name=title)


def test_a_phone_is_invited_enrols_is_seen_and_revoked(outpost: Outpost, visit: Visit, album: Album) -> None:
    desk = visit(outpost.node.url).open(role=OFFICER)
    page = desk.page
    phones = phones_of(desk, "Téléphones des équipes")
    expect(phones).to_contain_text("Aucun téléphone encore", timeout=SOON_MS)
    phones.scroll_into_view_if_needed()
    album.take(page, "tak-none")
    check_accessible(page, "phones, none yet")

    # Invited without the mouse.
    phones.get_by_role("button", name="Inviter un téléphone").press("Enter")
    page.keyboard.type("VSAV 1")
    page.keyboard.press("Tab")
    page.keyboard.type("secteur 1, logistique")
    form = phones.get_by_role("form", name="Inviter un téléphone")
    form.scroll_into_view_if_needed()
    album.take(page, "tak-invite", chosen="tak-inviter")
    check_accessible(page, "phones, inviting")
    page.keyboard.press("Enter")

    sheet = page.get_by_role("dialog", name="Inviter VSAV 1")
    code = sheet.get_by_role("img", name="QR code de l'invitation, pour ATAK")
    expect(code).to_be_visible(timeout=SOON_MS)
    box = code.bounding_box()
    assert box is not None
    assert box["width"] >= 280, "a phone scans it from the screen"
    assert code.evaluate("(image) => image.complete && image.naturalWidth > 0")
    expect(sheet).to_contain_text("Montré cette seule fois")
    expect(sheet.locator("code").filter(has_text="tak://com.atakmap.app/enroll")).to_be_visible()
    word = sheet.locator("dd code").nth(1).inner_text()
    sheet.get_by_role("button", name="Copier : Mot de passe").click()
    expect(sheet.get_by_role("status")).to_have_text(re.compile("Copié : Mot de passe|à la main"))
    album.take(page, "tak-atak", chosen="tak-qr-atak")
    check_accessible(page, "phones, the code for ATAK")

    sheet.get_by_role("tab", name=re.compile("^ATAK")).press("ArrowRight")
    expect(sheet.get_by_role("img", name="QR code du serveur, pour iTAK")).to_be_visible()
    expect(sheet).to_contain_text("Scan QR")
    album.take(page, "tak-itak", chosen="tak-qr-itak")
    check_accessible(page, "phones, the code for iTAK")
    with page.expect_download() as taken:
        sheet.get_by_role("button", name="Paquet de confiance pour iTAK").press("Enter")
    assert taken.value.suggested_filename == "tak-itak.zip"
    sheet.get_by_role("tab", name=re.compile("^iTAK")).press("End")
    expect(sheet.get_by_role("img")).to_have_count(0)
    expect(sheet).to_contain_text(HOST)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()

    waiting = phones.get_by_role("list", name="Invitations en attente")
    expect(waiting).to_contain_text("VSAV 1")
    expect(waiting).to_contain_text("secteur 1, logistique · encore 1 appareil")
    assert word not in page.content()

    # A phone comes: it uses the invitation up, appears, connects.
    answer = outpost.enrol("VSAV 1", word)
    assert answer.status_code == 200, answer.text
    inside = phones.get_by_role("list", name="Téléphones")
    expect(inside).to_contain_text("VSAV 1", timeout=SOON_MS)
    expect(waiting).to_have_count(0)
    expect(inside).to_contain_text("non connecté")
    link = outpost.connect("VSAV 1", answer.json()["signedCert"])
    one = inside.locator("li").filter(has_text="VSAV 1")
    expect(one).not_to_contain_text("non connecté", timeout=SOON_MS)
    expect(one).to_contain_text("connecté")
    expect(one).to_contain_text("certificat jusqu'au")

    # One invited by error is withdrawn.
    phones.get_by_role("button", name="Inviter un téléphone").press("Enter")
    page.keyboard.type("Par erreur")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible(timeout=SOON_MS)
    page.keyboard.press("Escape")
    one.scroll_into_view_if_needed()
    album.take(page, "tak-devices", chosen="tak-appareils")
    check_accessible(page, "phones, one in and one invited")
    waiting.get_by_role("button", name="Retirer : Par erreur").press("Enter")
    expect(waiting).to_have_count(0, timeout=SOON_MS)

    # In English, in the light and the high contrast looks.
    for spoken, theme in (("english", None), ("light", "light"), ("high contrast", "contrast")):
        page.keyboard.press("Control+k")
        page.keyboard.type(spoken)
        page.keyboard.press("Enter")
        if theme is not None:
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            check_accessible(page, f"phones, {theme}")
            album.take(page, f"tak-{theme}")
    phones = phones_of(desk, "Téléphones des équipes")
    expect(phones.get_by_role("list", name="Phones")).to_contain_text("certificate until")
    page.keyboard.press("Control+k")
    page.keyboard.type("français")
    page.keyboard.press("Enter")

    # Revoked: what that does is said first, and Escape gives it up.
    one.get_by_role("button", name="Révoquer : VSAV 1").press("Enter")
    expect(one).to_contain_text("C'est sans retour")
    album.take(page, "tak-revoke", chosen="tak-revoquer")
    check_accessible(page, "phones, revoking")
    page.keyboard.press("Escape")
    expect(one).not_to_contain_text("C'est sans retour")
    one.get_by_role("button", name="Révoquer : VSAV 1").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(one).to_contain_text("révoqué", timeout=SOON_MS)
    link.settimeout(10)
    while link.recv(65_536):
        pass
    link.close()


def test_a_package_made_here_is_a_device_at_once(outpost: Outpost, visit: Visit) -> None:
    desk = visit(outpost.node.url).open(role=OFFICER)
    page = desk.page
    phones = phones_of(desk, "Téléphones des équipes")
    phones.get_by_role("button", name="Inviter un téléphone").press("Enter")
    page.keyboard.type("Poste 1")
    form = phones.get_by_role("form", name="Inviter un téléphone")
    form.get_by_label("Comment").select_option("package")
    expect(form).to_contain_text("qui le tient est cet appareil")
    with page.expect_download() as taken:
        form.get_by_role("button", name="Créer le paquet").press("Enter")
    assert taken.value.suggested_filename == "tak-atak.zip"
    with zipfile.ZipFile(io.BytesIO(Path(taken.value.path()).read_bytes())) as package:
        assert any(name.endswith("client.p12") for name in package.namelist())
    expect(phones.get_by_role("list", name="Téléphones")).to_contain_text("par paquet", timeout=SOON_MS)


def test_without_a_name_on_the_network_the_desk_says_what_to_write(outpost: Outpost, visit: Visit) -> None:
    desk = visit(outpost.node.url).open(role=OFFICER)
    desk.witness.expect("status of 422")
    page = desk.page
    phones = phones_of(desk, "Téléphones des renforts")
    phones.get_by_role("button", name="Inviter un téléphone").press("Enter")
    page.keyboard.type("VSAV 2")
    page.keyboard.press("Enter")
    refused = phones.get_by_role("alert")
    expect(refused).to_contain_text('names = ["garance.ville.fr"]', timeout=SOON_MS)
    check_accessible(page, "phones, no name on the network")


def test_who_may_not_invite_sees_no_phones(outpost: Outpost, visit: Visit) -> None:
    desk = visit(outpost.node.url).open(role="Observateur")
    desk.tab(re.compile("^Capteurs"))
    expect(desk.page.get_by_role("button", name=re.compile("^Téléphones"))).to_have_count(0)
    answer = desk.page.request.get("/api/v1/connections/tak/devices")
    assert (answer.status, answer.json()["code"]) == (403, "not-allowed")
