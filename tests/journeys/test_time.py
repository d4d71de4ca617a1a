"""The time conductor on the made-up town: windows, a panel at its own instant, typed hours, the exercise clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from support.axe import check_accessible
from support.desk import DeskPage
from support.images import Album
from support.node_process import NodeProcess

pytestmark = pytest.mark.slow

MAYOR = "Maire"
DUTY_OFFICER = "Cadre de permanence"
SECRETARY = "Secrétaire de la main courante"
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS

Visit = Callable[..., DeskPage]


@pytest.fixture
def mayor(town: NodeProcess, visit: Visit) -> DeskPage:
    return visit(town.url).open(role=MAYOR)


def milliseconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


def iso(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def entries_between(desk: DeskPage, from_ms: float, to_ms: float) -> list[str]:
    """What the API says was written of that window, the last first."""
    found = [one for one in desk.logbook() if from_ms <= milliseconds(one["occurred_at"]) <= to_ms]
    return [one["entry"] for one in found][::-1]


def rows(desk: DeskPage) -> list[str]:
    listed: list[str] = desk.rows.evaluate_all("(rows) => rows.map((row) => row.dataset.entry)")
    return listed


def type_hour(page: Page, text: str) -> None:
    page.keyboard.press("g")
    expect(page.locator("#go-to")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def busiest_hour(desk: DeskPage) -> tuple[float, float]:
    """An hour of the night that holds some entries and leaves others out."""
    times = sorted(milliseconds(one["occurred_at"]) for one in desk.logbook())
    from_ms = times[len(times) // 2] - 1
    inside = [at for at in times if from_ms <= at <= from_ms + HOUR_MS]
    assert 0 < len(inside) < len(times)
    return from_ms, from_ms + HOUR_MS


def test_a_fixed_window_shows_what_happened_in_it_and_nothing_else(mayor: DeskPage, album: Album) -> None:
    page = mayor.page
    start = mayor.ask("desk.conductor.now_ms") - 3 * HOUR_MS
    page.get_by_label("Fenêtre de temps").select_option("fixed")
    fields = page.get_by_role("group", name="Fenêtre fixe")
    fields.get_by_label("Début de la fenêtre").fill(mayor.page.evaluate(SAID, start))
    page.keyboard.press("Enter")
    fields.get_by_label("Fin de la fenêtre").fill(mayor.page.evaluate(SAID, start + HOUR_MS))
    page.keyboard.press("Enter")
    window = mayor.ask("desk.conductor.lens")
    assert window["to_ms"] - window["from_ms"] == HOUR_MS
    expect(mayor.banner).to_contain_text("Fenêtre fixe")
    wanted = entries_between(mayor, window["from_ms"], window["to_ms"])
    expect(mayor.rows).to_have_count(len(wanted))
    assert rows(mayor) == wanted
    whole = len([one for one in mayor.logbook() if milliseconds(one["occurred_at"]) <= window["to_ms"]])
    assert len(wanted) < whole
    told = page.locator("#panel").get_by_role("status").filter(has_text="fenêtre fixe")
    expect(told).to_contain_text(f"{len(wanted)} sur {whole}")
    drawn = mayor.ask("desk.map.engine.getSource('entries').serialize().data.features.map((one) => one.properties.id)")
    assert set(drawn) <= set(wanted)
    times = mayor.ask("desk.journal.times('occurred')")
    assert mayor.ask("desk.timeline.counted") == sum(window["from_ms"] <= at <= window["to_ms"] for at in times)
    mayor.wait_idle()
    check_accessible(page, "fixed window")
    album.take(page, "time-fixed-window")

    # The shown time stays in the window, and a replay ends at its end, in so many words.
    mayor.ask("desk.conductor.seek(0)")
    assert mayor.ask("desk.conductor.shown_ms") == window["from_ms"]
    mayor.ask("(desk.conductor.speed = 1800)")
    page.get_by_role("button", name="Rejouer").click()
    expect(page.get_by_text("Fin de la fenêtre.")).to_be_visible(timeout=20_000)
    assert mayor.ask("desk.conductor.shown_ms") == window["to_ms"]

    page.locator("#panel").get_by_role("button", name="Tout montrer").click()
    expect(mayor.rows).to_have_count(whole)
    expect(mayor.banner).to_contain_text("Rejeu")


SAID = """(ms) => {
  const at = new Date(ms);
  const part = (options) => new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', ...options }).format(at);
  return `${part({ day: '2-digit' })}/${part({ month: '2-digit' })} ${part({ hour: '2-digit', minute: '2-digit' })}`;
}"""


def test_a_window_is_drawn_on_the_strip_with_the_mouse(mayor: DeskPage) -> None:
    page = mayor.page
    page.get_by_label("Fenêtre de temps").select_option("fixed")
    box = mayor.strip.bounding_box()
    assert box is not None
    frame = mayor.ask("desk.timeline.window")
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.6, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, middle, steps=6)
    page.mouse.up()
    lens = mayor.ask("desk.conductor.lens")
    width_ms = frame["to_ms"] - frame["from_ms"]
    assert lens["kind"] == "between"
    assert lens["from_ms"] == pytest.approx(frame["from_ms"] + 0.3 * width_ms, abs=width_ms * 0.01)
    assert lens["to_ms"] == pytest.approx(frame["from_ms"] + 0.6 * width_ms, abs=width_ms * 0.01)
    assert mayor.ask("desk.conductor.live") is False
    page.keyboard.press("d")
    assert mayor.ask("desk.conductor.live") is True
    assert mayor.ask("desk.conductor.lens.kind") == "whole", "the present is not in that window"


def test_a_moving_window_follows_the_shown_time(mayor: DeskPage) -> None:
    page = mayor.page
    page.get_by_label("Fenêtre de temps").select_option(label="Glissante : 1 h")
    from_ms, to_ms = busiest_hour(mayor)
    for shown_ms in (to_ms, to_ms + 30 * MINUTE_MS):
        mayor.ask("desk.conductor.seek(argument)", shown_ms)
        wanted = entries_between(mayor, shown_ms - HOUR_MS, shown_ms)
        expect(mayor.rows).to_have_count(len(wanted))
        assert rows(mayor) == wanted
    expect(page.locator("#panel").get_by_role("status").filter(has_text="glissante de 1 h")).to_be_visible()
    assert from_ms < to_ms
    shapes = mayor.picture(at=iso(to_ms + 30 * MINUTE_MS), by="occurred")["shapes"]
    assert mayor.ask("desk.picture.shapes.length") == len(shapes), "shapes are states: they stay"
    page.get_by_label("Fenêtre de temps").select_option("whole")
    expect(mayor.rows).to_have_count(len(entries_between(mayor, 0, to_ms + 30 * MINUTE_MS)))


def test_a_panel_is_held_at_its_own_instant_beside_the_map(mayor: DeskPage, album: Album) -> None:
    page = mayor.page
    late_ms = mayor.ask("desk.conductor.now_ms") - 20 * MINUTE_MS
    early_ms = late_ms - 4 * HOUR_MS
    mayor.ask("desk.conductor.seek(argument)", late_ms)
    page.keyboard.press("t")
    mayor.ask("desk.conductor.seek(argument)", early_ms)
    held = page.get_by_role("region", name="Panneau à son heure")
    expect(held).to_contain_text("Panneau figé à")
    then, before = (mayor.picture(at=iso(at), by="occurred") for at in (late_ms, early_ms))
    wanted = entries_between(mayor, 0, late_ms)
    expect(mayor.rows).to_have_count(len(wanted))
    assert rows(mayor) == wanted
    mayor.tab("Tracés")
    assert len(then["shapes"]) != len(before["shapes"])
    expect(page.get_by_role("tab", name="Tracés")).to_contain_text(str(len(then["shapes"])))
    for shape in then["shapes"]:
        expect(page.get_by_role("tabpanel")).to_contain_text(shape["name"])
    mayor.wait_idle()
    on_map = mayor.ask("desk.map.engine.getSource('shapes').serialize().data.features.map((one) => one.properties.id)")
    assert sorted(set(on_map)) == sorted(shape["id"] for shape in before["shapes"]), "the map is at the other instant"
    amber = page.locator("#panel").evaluate("(panel) => getComputedStyle(panel).borderTopColor")
    assert amber == page.locator(".desk").evaluate("(desk) => getComputedStyle(desk).borderLeftColor")
    check_accessible(page, "pinned panel")
    album.take(page, "time-pinned-panel")

    held.get_by_role("button", name="Caler la carte").click()
    assert mayor.ask("desk.conductor.shown_ms") == late_ms
    held.get_by_role("button", name="− 10 min").click()
    expect(page.get_by_role("tab", name="Main courante")).to_contain_text(
        str(len(entries_between(mayor, 0, late_ms - 10 * MINUTE_MS)))
    )
    page.keyboard.press("t")
    expect(held).to_have_count(0)
    expect(page.get_by_role("tab", name="Main courante")).to_contain_text(str(len(wanted)))


def test_hours_are_typed_and_nonsense_is_refused(mayor: DeskPage) -> None:
    page = mayor.page
    type_hour(page, "25h00")
    expect(page.locator(".problem[role=alert]")).to_contain_text("Cette heure n'existe pas")
    assert mayor.ask("desk.conductor.live") is True
    check_accessible(page, "typed nonsense")
    page.locator("#go-to").fill("bientôt")
    page.keyboard.press("Enter")
    expect(page.locator(".problem[role=alert]")).to_contain_text("Écrire une heure")
    page.keyboard.press("Escape")
    expect(page.locator(".problem[role=alert]")).to_have_count(0)
    type_hour(page, "03h05")
    expect(page.get_by_test_id("shown")).to_have_text("03:05:00")
    expect(page.get_by_role("status").filter(has_text=re.compile(r"Temps montré : .* 03:05"))).to_have_count(1)
    page.keyboard.press("<")
    expect(page.get_by_test_id("shown")).to_have_text("02:55:00")
    page.keyboard.press(">")
    expect(page.get_by_test_id("shown")).to_have_text("03:05:00")
    mayor.strip.focus()
    page.keyboard.press("Home")
    assert mayor.ask("desk.conductor.shown_ms") == mayor.ask("desk.timeline.window.from_ms")
    page.keyboard.press("End")
    assert mayor.ask("desk.conductor.live") is True


def test_marks_lead_from_level_to_threshold_and_a_curve_follows(mayor: DeskPage, album: Album) -> None:
    page = mayor.page
    mayor.wait_for("desk.timeline.marks.some(({ severity }) => severity !== null)")
    marks = mayor.ask("desk.timeline.marks")
    levels = [one["at_ms"] for one in marks if one["severity"] is None]
    said = mayor.ask(
        "desk.journal.all('occurred').filter(({ name }) => name === 'situation.level-set.v1')"
        ".map((fact) => Date.parse(fact.occurred_at))"
    )
    assert levels == said
    page.keyboard.press("Shift+J")
    now_ms = mayor.ask("desk.conductor.now_ms")
    past = [one["at_ms"] for one in marks if one["at_ms"] < now_ms]
    assert mayor.ask("desk.conductor.shown_ms") == past[-1]
    page.keyboard.press("Shift+J")
    assert mayor.ask("desk.conductor.shown_ms") == past[-2]
    page.keyboard.press("j")
    assert mayor.ask("desk.conductor.shown_ms") == past[-1]
    last = next(one for one in marks if one["at_ms"] == past[-1])
    expect(page.get_by_text(last["words"]).last).to_be_visible()
    mayor.tab("Capteurs")
    page.get_by_role("tabpanel").get_by_role("button", name="Courbe sur la frise").first.click()
    value = mayor.ask("desk.readings.find(({ series }) => series.id === desk.timeline.chosen).value")
    expect(mayor.strip).to_contain_text(f"{value:.2f}".replace(".", ","))
    mayor.wait_idle()
    check_accessible(page, "curve on the strip")
    album.take(page, "time-surge-replay")


def test_the_past_tells_who_wrote_not_who_was_there(mayor: DeskPage) -> None:
    page = mayor.page
    from_ms, _ = busiest_hour(mayor)
    shown_ms = from_ms + 10 * MINUTE_MS
    mayor.ask("desk.conductor.seek(argument)", shown_ms)
    facts = mayor.ask(
        "desk.journal.all('occurred').map(({ occurred_at, author }) =>"
        " [Date.parse(occurred_at), author.person, author.role])"
    )
    wrote = {(person, role) for at, person, role in facts if shown_ms - 15 * MINUTE_MS < at <= shown_ms}
    assert wrote
    button = page.locator(".presence").get_by_role("button")
    expect(button).to_contain_text(f"ont écrit {len(wrote)}")
    button.click()
    expect(page.locator(".presence li")).to_have_count(len(wrote))
    expect(page.locator(".presence")).to_contain_text("La présence n'est pas gardée")
    check_accessible(page, "who wrote")


def test_a_replay_that_reaches_the_present_says_so(mayor: DeskPage) -> None:
    page = mayor.page
    mayor.ask("desk.conductor.seek(desk.conductor.now_ms - 60000)")
    mayor.ask("(desk.conductor.speed = 300)")
    page.keyboard.press("Space")
    expect(page.get_by_text("Fin du rejeu : vous êtes revenu au direct.")).to_be_visible(timeout=20_000)
    assert mayor.ask("desk.conductor.live") is True


def test_two_truths_are_explained_until_somebody_has_understood(mayor: DeskPage) -> None:
    page = mayor.page
    page.get_by_role("button", name="Tel que connu").click()
    note = page.get_by_role("note")
    expect(note).to_contain_text("Ce que l'on savait à cette heure")
    expect(note).to_contain_text("Ce qui s'est passé à cette heure")
    check_accessible(page, "two truths")
    note.get_by_role("button", name="Compris").click()
    page.get_by_role("button", name="Tel qu'établi").click()
    expect(note).to_have_count(0)
    page.reload()
    mayor.wait_ready()
    page.get_by_role("button", name="Tel que connu").click()
    expect(note).to_have_count(0)


def test_the_clock_of_the_exercise_is_moved_by_one_and_followed_by_all(
    town: NodeProcess, mayor: DeskPage, visit: Visit, album: Album
) -> None:
    """Last of the module: the night goes on from another hour."""
    officer = visit(town.url, viewport={"width": 1280, "height": 720}).open(role=DUTY_OFFICER)
    page = officer.page
    page.get_by_role("button", name="Horloge de l'exercice").click()
    sheet = page.get_by_role("dialog", name="Horloge de l'exercice")
    sheet.get_by_role("button", name="Mettre en pause pour tous").click()
    mayor.wait_for("desk.exerciseClock.speed === 0")
    expect(mayor.page.get_by_role("region", name="Conducteur du temps")).to_contain_text("Horloge en pause")
    expect(mayor.page.get_by_text(re.compile("a changé l'horloge de l'exercice : en pause"))).to_be_visible()
    stopped = mayor.ask("desk.story_now_ms")
    mayor.wait_for(f"desk.real_now_ms > {mayor.ask('desk.real_now_ms')}")
    assert mayor.ask("desk.story_now_ms") == stopped == officer.ask("desk.story_now_ms")
    check_accessible(page, "exercise clock")

    sheet.get_by_role("button", name="Reprendre pour tous").click()
    mayor.wait_for("desk.exerciseClock.speed === 1")
    sheet.get_by_label("Vitesse").select_option("10")
    mayor.wait_for("desk.exerciseClock.speed === 10")
    sheet.get_by_label("Vitesse").select_option("1")
    mayor.wait_for("desk.exerciseClock.speed === 1")

    # Backwards is everybody's affair: it is asked first, and giving up changes nothing.
    before = officer.ask("desk.exerciseClock")
    sheet.get_by_role("button", name="− 10 min").click()
    asked = sheet.get_by_role("alertdialog")
    expect(asked).to_contain_text("Reculer l'horloge de tous")
    check_accessible(page, "exercise clock backwards")
    album.take(page, "time-exercise-clock")
    asked.get_by_role("button", name="Annuler").click()
    assert officer.ask("desk.exerciseClock") == before
    sheet.get_by_role("button", name="− 10 min").click()
    asked.get_by_role("button", name="Reculer pour tous").click()
    mayor.wait_for(f"Date.parse(desk.exerciseClock.story_at) < {milliseconds(before['story_at'])}")
    shown = abs(mayor.ask("desk.story_now_ms") - officer.ask("desk.story_now_ms"))
    assert shown < 5_000, "both clocks read the same hour"

    # Who may not steer sees the pace and has nothing to press.
    secretary = visit(town.url, viewport={"width": 1280, "height": 720}).open(role=SECRETARY)
    assert secretary.ask("desk.can('situation.steer')") is False
    expect(secretary.page.get_by_role("region", name="Conducteur du temps")).to_contain_text("× 1")
    expect(secretary.page.get_by_role("button", name="Horloge de l'exercice")).to_have_count(0)
