"""The ten-symbol drill: ten symbols of the French charter placed through the real interface, by keys, then by mouse.

A lab study with officers of a fire service (IHM'19) measured 155 to 250 s for redrawing ten symbols on touch devices;
the target is 40 s. The hand of the bench is as slow as it says below: a key, a look at the map, a reach of the mouse.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

from bench.desk import desk, node
from bench.measuring import Line

KEY_S = 0.28
"""Between two keys of somebody who looks for them (a keystroke of an unskilled typist, Card, Moran and Newell)."""
LOOK_S = 0.6
"""Before placing: the eye goes to the map and finds the place."""
REACH_S = 1.1
"""The hand goes to a target with the mouse and clicks."""
TARGET_S, EXCELLENT_S = 40.0, 30.0

DRILL: tuple[tuple[str, str, str], ...] = (
    ("s", "1", "source-fire"),
    ("c", "1", "target-people"),
    ("m", "1", "vehicle-fire"),
    ("m", "2", "vehicle-health"),
    ("m", "7", "group-fire"),
    ("e", "4", "hydrant"),
    ("p", "3", "command-post-site"),
    ("p", "7", "transit-point"),
    ("r", "7", "road-cut"),
    ("o", "3", "casualties"),
)
"""What is placed: the letter of the family, the key of the symbol, and what it must be."""

PLACED = "() => window.garance.store.picture.shapes.filter(({ symbol }) => symbol).length"
LAST = """(count) => window.garance.store.picture.shapes
  .filter(({ symbol }) => symbol).slice(-count).map(({ symbol }) => symbol.id)"""
MAP = ".maplibregl-canvas"


def drill(page: Page, place: Callable[[Page, int], None]) -> float:
    """Seconds from opening the palette to the tenth symbol on the picture, each as asked."""
    before = page.evaluate(PLACED)
    begun = time.perf_counter()
    press(page, "p")
    page.get_by_role("button", name="Moyens").wait_for()
    for number, (family, key, _) in enumerate(DRILL):
        press(page, family)
        press(page, key)
        page.wait_for_timeout(LOOK_S * 1e3)
        place(page, number)
    page.wait_for_function(f"() => ({PLACED})() === {before + len(DRILL)}")
    took = time.perf_counter() - begun
    found = page.evaluate(LAST, len(DRILL))
    wanted = [symbol for *_, symbol in DRILL]
    if sorted(found) != sorted(wanted):
        raise RuntimeError(f"placed {found}, wanted {wanted}")
    return took


def press(page: Page, key: str) -> None:
    """One key, as slow as a hand."""
    page.wait_for_timeout(KEY_S * 1e3)
    page.keyboard.press(key)


def by_keys(page: Page, number: int) -> None:
    """Four steps away from where the symbol stands, then Enter: nothing but the keyboard."""
    for _ in range(4):
        press(page, ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp")[number % 4])
    press(page, "Enter")


def by_mouse(page: Page, number: int) -> None:
    """A reach to another place of the map, and a click."""
    box = page.locator(MAP).bounding_box()
    assert box is not None
    across, down = 0.5 + 0.08 * (number % 5), 0.45 + 0.2 * (number // 5)
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=8)
    page.wait_for_timeout(REACH_S * 1e3)
    page.mouse.down()
    page.mouse.up()


def run(*, quick: bool) -> list[Line]:
    """The drill by keys alone, and with the mouse."""
    lines = []
    hand = f"a key {KEY_S:g} s, a look {LOOK_S:g} s, a reach {REACH_S:g} s"
    with node() as address:
        for name, place in (("by keyboard", by_keys), ("by mouse", by_mouse)):
            with desk(address) as (page, _):
                took = drill(page, place)
            print(f"  ten symbols {name}: {took:.1f} s", flush=True)
            lines.append(
                Line(
                    measure=f"ten symbols {name}",
                    value=took,
                    unit="s",
                    good=TARGET_S,
                    excellent=EXCELLENT_S,
                    remark=hand,
                )
            )
    return lines
