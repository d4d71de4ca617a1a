"""Connections to the outside at the desk: attached, seen on the map, watched, set aside and let in, detached."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, expect
from support.axe import check_accessible
from support.chromium import chromium_path
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Visit = Callable[..., DeskPage]
OFFICER = "Officière SDIS"
TOKEN = "un jeton de seize lettres"
SOON_MS = 20_000
SETTINGS = """
[connections.telephones]
connector = "osmand"
title = "Téléphones des équipes"
token = "{token}"
fastest_mps = 60

[connections.balises]
connector = "mqtt"
title = "Balises du service technique"
host = "127.0.0.1"
port = {port}
topics = ["owntracks/#"]

[connections.passants]
connector = "osmand"
title = "Navires de passage"
token = "{token}"

[connections.navires]
connector = "osmand"
title = "Navires du port"
token = "{token}"
speed_unit = "parsecs"
"""


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory, town_pack: Path) -> Iterator[NodeProcess]:
    """The made-up town with connections: one that phones push to, one whose server is gone, one badly set."""
    chromium_path()
    folder = tmp_path_factory.mktemp("wired")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "garance.toml"
    settings.write_text(SETTINGS.format(token=TOKEN, port=port), "utf-8")
    told = ("--settings", str(settings), "--territory", str(town_pack), "--at", "04:20", "--speed", "1")
    node = NodeProcess("demo", folder, told)
    node.start()
    yield node
    node.stop()


class Phone:
    """A phone with Traccar Client, somewhere near the middle of the town."""

    def __init__(
        self, node: NodeProcess, name: str, place: tuple[float, float], connection: str = "telephones"
    ) -> None:
        self.name, self.place = name, place
        self._url = f"{node.url}/api/v1/connections/{connection}/frames"

    def push(self, *, north_deg: float = 0.0, late_s: float = 0.0, **said: Any) -> httpx2.Response:
        """Say where it is now; `late_s` is by how much its clock is late."""
        now_s = datetime.now(UTC).timestamp()  # noqa: TID251 - a phone reads its own clock
        lon_deg, lat_deg = self.place
        asked: dict[str, Any] = {
            "id": self.name,
            "lat": lat_deg + north_deg,
            "lon": lon_deg,
            "timestamp": int(now_s - late_s),
        }
        headers = {"authorization": f"Bearer {TOKEN}"}
        return httpx2.get(self._url, params={**asked, "speed": "12", "bearing": "80", **said}, headers=headers)


def feeds(desk: DeskPage) -> Locator:
    """The section of connections."""
    desk.tab(re.compile("^(Capteurs|Sensors)"))
    return desk.page.get_by_role("region", name=re.compile("Liaisons avec l'extérieur|Connections to the outside"))


def line(section: Locator, name: str) -> Locator:
    """One connection."""
    return section.locator("li[data-connection]").filter(has_text=name)


def middle(desk: DeskPage) -> tuple[float, float]:
    """Where the map is looked at."""
    camera = desk.camera()
    return camera["lon_deg"], camera["lat_deg"]


def test_a_phone_comes_onto_the_map_and_what_is_doubtful_waits_for_a_person(
    wired: NodeProcess, visit: Visit, album: Album
) -> None:
    desk = visit(wired.url).open(role=OFFICER)
    page = desk.page
    section = feeds(desk)
    phones = line(section, "Téléphones des équipes")
    section.scroll_into_view_if_needed()
    expect(phones).to_contain_text("En attente")
    expect(phones).to_contain_text("rien reçu")
    beacons = line(section, "Balises du service technique")
    expect(beacons).to_contain_text("Coupée", timeout=SOON_MS)
    expect(beacons).to_contain_text("refuse la connexion")
    expect(line(section, "Navires du port")).to_contain_text("Mal réglée")
    check_accessible(page, "connections, none attached")
    album.take(page, "feeds-found")

    # Attached by keyboard: the form opens on its button and Enter sends it.
    phones.get_by_role("button", name=re.compile("^Brancher")).press("Enter")
    form = section.get_by_role("form", name=re.compile("Téléphones des équipes"))
    expect(form).to_contain_text("Positions de personnes")
    album.take(page, "feeds-attach", chosen="liaison-brancher")
    check_accessible(page, "connections, attaching")
    form.get_by_role("button", name="Brancher").press("Enter")
    expect(phones).to_contain_text("Branchée ici", timeout=SOON_MS)

    phone = Phone(wired, "VTU 7", middle(desk))
    assert phone.push().status_code == 200
    desk.wait_for("desk.units.some(({ resource }) => resource.name === 'VTU 7')", timeout_ms=SOON_MS)
    expect(phones).to_contain_text("En service", timeout=SOON_MS)
    expect(phones).to_contain_text("1 par minute", timeout=SOON_MS)
    unit = desk.ask("desk.units.find(({ resource }) => resource.name === 'VTU 7')")
    assert unit["position"] == pytest.approx(list(phone.place), abs=1e-5)
    assert unit["source"] == "track"

    # A jump of eleven kilometres in a second, and a clock late by ten days: neither moves the unit.
    phone.push(north_deg=0.1)
    phone.push(late_s=10 * 86_400)
    aside = phones.get_by_role("button", name="2 mis à l'écart")
    expect(aside).to_be_visible(timeout=SOON_MS)
    still = desk.ask("desk.units.find(({ resource }) => resource.name === 'VTU 7')")["position"]
    assert still == pytest.approx(unit["position"], abs=1e-5)
    aside.press("Enter")
    listed = phones.get_by_role("list", name="Mis à l'écart par le tri")
    expect(listed).to_contain_text("saut impossible (11,1 km)")
    expect(listed).to_contain_text("horloge en retard (10 j)")
    listed.scroll_into_view_if_needed()
    album.take(page, "feeds-aside", chosen="liaison-ecart")
    check_accessible(page, "connections, what was set aside")

    jump = listed.locator("li").filter(has_text="saut impossible")
    jump.get_by_role("button", name=re.compile("^Laisser entrer")).press("Enter")
    page.keyboard.type("Héliporté : confirmé par radio")
    page.keyboard.press("Enter")
    expect(jump).to_contain_text("Entré, sur décision d'une personne", timeout=SOON_MS)
    desk.wait_for(
        f"desk.units.find(({{ resource }}) => resource.name === 'VTU 7').position[1] > {phone.place[1] + 0.05}",
        timeout_ms=SOON_MS,
    )

    # What cannot even be read is kept with its reason, and there is nothing to let in.
    assert phone.push(lat="95").status_code == 422
    assert Phone(wired, "VTU 8", phone.place).push(lat="nord").status_code == 422
    expect(phones.get_by_role("button", name="4 mis à l'écart")).to_be_visible(timeout=SOON_MS)
    expect(listed).to_contain_text("il n'y a rien à laisser entrer", timeout=SOON_MS)
    expect(listed.get_by_role("button", name=re.compile("^Laisser entrer"))).to_have_count(1)

    # Where it is on the map, how fresh, and who says so: on its card.
    desk.ask("desk.select({ kind: 'resource', id: desk.picture.resources.find(({ name }) => name === 'VTU 7').id })")
    card = page.get_by_role("region", name="Fiche de VTU 7")
    expect(card).to_contain_text("position mesurée")
    desk.wait_idle()
    album.take(page, "feeds-unit", chosen="liaison-moyen")
    page.keyboard.press("Escape")

    # In English, in the light and the high contrast looks.
    section = feeds(desk)
    for said, theme in (("switch to english", None), ("light", "light"), ("high contrast", "contrast")):
        page.keyboard.press("Control+k")
        page.keyboard.type("english" if theme is None else said)
        page.keyboard.press("Enter")
        if theme is not None:
            expect(page.locator("html")).to_have_attribute("data-theme", theme)
            feeds(desk).scroll_into_view_if_needed()
            check_accessible(page, f"connections, {theme}")
            album.take(page, f"feeds-{theme}")
    expect(phones).to_contain_text("In service")
    expect(phones).to_contain_text("Attached here")
    phones.get_by_role("button", name="4 set aside").press("Enter")
    expect(listed_in_english(phones)).to_contain_text("impossible jump (11.1 km)")

    # Detached: it goes on being heard, and moves nothing here any more.
    page.keyboard.press("Control+k")
    page.keyboard.type("français")
    page.keyboard.press("Enter")
    phones.get_by_role("button", name=re.compile("^Débrancher")).click()
    expect(phones.get_by_role("button", name=re.compile("^Brancher"))).to_be_visible(timeout=SOON_MS)
    last = desk.ask("desk.units.find(({ resource }) => resource.name === 'VTU 7')")["position"]
    phone.push(north_deg=0.101)
    expect(phones).to_contain_text("En service", timeout=SOON_MS)
    page.wait_for_timeout(1_500)
    assert desk.ask("desk.units.find(({ resource }) => resource.name === 'VTU 7')")["position"] == pytest.approx(last)


def test_what_passes_by_is_a_layer_of_its_own_and_no_means(wired: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(wired.url).open(role=OFFICER)
    page = desk.page
    section = feeds(desk)
    ships = line(section, "Navires de passage")
    ships.get_by_role("button", name=re.compile("^Brancher")).click()
    form = section.get_by_role("form", name=re.compile("Navires de passage"))
    form.get_by_label("Ce qu'elle amène").select_option("traffic")
    form.get_by_role("button", name="Brancher").click()
    expect(ships).to_contain_text("Du trafic", timeout=SOON_MS)
    means = desk.ask("desk.picture.resources.length")
    lon_deg, lat_deg = middle(desk)
    for number, east_deg in enumerate((-0.02, -0.026)):
        Phone(wired, f"GALENE {number + 1}", (lon_deg + east_deg, lat_deg - 0.004), "passants").push()
    desk.wait_for("desk.sight.passers.length === 2", timeout_ms=SOON_MS)
    assert desk.ask("desk.picture.resources.length") == means
    desk.wait_idle()
    ids = desk.ask("desk.sight.passers.map(({ series }) => series.id).sort()")
    assert desk.drawn(["traffic-points"]) == ids

    listed = page.get_by_role("button", name=re.compile("^GALENE 1"))
    expect(listed).to_contain_text("de passage")
    expect(listed).to_contain_text("Navires de passage")
    listed.press("Enter")
    expect(page.locator(".passer")).to_contain_text("22 km/h · cap 80°")
    desk.wait_idle()
    album.take(page, "feeds-traffic", chosen="liaison-trafic")
    check_accessible(page, "what passes by")

    # Hidden by its own layer, and only it.
    desk.ask("desk.show('traffic', false)")
    desk.wait_idle()
    assert desk.drawn(["traffic-points"]) == []


def listed_in_english(phones: Locator) -> Locator:
    """What was set aside, when the desk speaks English."""
    return phones.get_by_role("list", name="Set aside by intake")


def test_without_a_connection_the_desk_says_where_to_write_one(town: NodeProcess, visit: Visit, album: Album) -> None:
    desk = visit(town.url).open(role=OFFICER)
    section = feeds(desk)
    expect(section).to_contain_text("[connections.telephones]")
    expect(section).to_contain_text("Brancher le terrain")
    section.scroll_into_view_if_needed()
    album.take(desk.page, "feeds-none")
    check_accessible(desk.page, "no connection")


def test_who_may_not_attach_sees_nothing_of_connections(wired: NodeProcess, visit: Visit) -> None:
    desk = visit(wired.url).open(role="Observateur")
    desk.tab(re.compile("^Capteurs"))
    expect(desk.page.get_by_role("region", name="Liaisons avec l'extérieur")).to_have_count(0)
