"""What a new connector starts from: a tracker that pushes JSON objects, whole and green, to be changed piece by piece.

Texts for `string.Template`: `$folder` is the name of its folder (underscores), `$slug` its name (hyphens), `$title`
what people read, `$type` its class. The developer's page shows `DECODE` and `MANIFEST`, and a test compares them.
"""

from __future__ import annotations

MANIFEST = """\
name = "$slug"
title_fr = "$title"
title_en = "$title"
entry = "garance.connectors.$folder.connector:open_connector"
arrival = "push"
network = "lan"
licence = "EUPL-1.2"
attribution = "$title"
owners = ["garance"]
sensitivity = "personal"
quality = "bronze"

[[settings]]
name = "speed_unit"
kind = "text"
fr = "Unité de la vitesse : kmh ou mps"
en = "Unit of the speed: kmh or mps"
default = "kmh"
choices = ["kmh", "mps"]
"""

INIT = '"""$title: what it says, as observations."""\n'

DECODE = '''\
"""What $title sends: a JSON object per position, or a list of them."""

from __future__ import annotations

from collections.abc import Sequence

from garance.connectors.members import (
    Members,
    course,
    details,
    moment,
    name_of,
    number,
    objects,
    position,
    read_json,
    speed,
    uid_of,
)
from garance.ports.connector import Frame
from garance.ports.observation import Located, Observation

MAX_BYTES = 1 << 20
MAX_OBJECTS = 500
MPS = {"kmh": 1 / 3.6, "mps": 1.0}
"""Each unit of the settings, in metres per second."""


def decode(frame: Frame, *, speed_unit: str = "kmh") -> Sequence[Observation]:
    """Where each thing of the frame is, in its order.

    Refuses `json-malformed`, `json-too-deep`, `frame-too-large`, `field-missing`, `value-wrong`, `time-out-of-range`.
    """
    said = objects(read_json(frame.data, most_bytes=MAX_BYTES), most=MAX_OBJECTS)
    return [_located(one, MPS[speed_unit]) for one in said]


def _located(said: Members, unit_mps: float) -> Located:
    moving = number(said.get("speed"))
    return Located(
        uid=uid_of(said.get("id"), field="id"),
        at=moment(said.get("time"), field="time"),
        position=position(said.get("lat"), said.get("lon")),
        speed_mps=None if moving is None else speed(moving * unit_mps),
        course_deg=course(number(said.get("course"))),
        name=name_of(said.get("name")),
        details=details({"source": "$slug", "battery_percent": said.get("battery")}),
    )
'''

CONNECTOR = '''\
"""$title: the server receives, this decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from garance.connectors.$folder.decode import MPS, decode
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame, Outlet
from garance.ports.observation import Observation


class $type:
    """The source, configured. It brings nothing by itself."""

    def __init__(self, speed_unit: str) -> None:
        self._speed_unit = speed_unit

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a frame says; refuses as `decode` does."""
        return decode(frame, speed_unit=self._speed_unit)

    async def run(self, outlet: Outlet) -> None:
        """Nothing: senders send by themselves."""


def open_connector(settings: Mapping[str, Any]) -> $type:
    """$title with these settings; refuses `value-wrong`."""
    speed_unit = str(settings.get("speed_unit") or "kmh")
    if speed_unit not in MPS:
        raise Refused("value-wrong", field="speed_unit")
    return $type(speed_unit)
'''

README = """\
# $title

Ce que c'est, qui l'émet, par quel chemin.

## Dans Garance

| réglage | ce qu'il fait |
| --- | --- |
| `speed_unit` | unité de la vitesse : `kmh` ou `mps` |

## Côté émetteur

Un objet JSON par position (ou une liste), en POST, à l'adresse que Garance donne pour cette liaison, avec son jeton :
`id`, `lat`, `lon`, `time` (secondes, millisecondes ou ISO 8601), `speed`, `course`, `name`, `battery`.

## Ce qui est lu

Position, heure, vitesse (convertie en m/s), cap, nom ; la batterie en détail.

## Ce qui ne l'est pas

Un objet sans `id`, `lat` ou `lon` est refusé (`field-missing`). Les autres champs sont passés.

## Licence et attribution

Licence de ce connecteur : EUPL-1.2. Attribution : $title. Exemples à remplacer par de vraies trames.
"""

TEST = '''\
"""$title: its kept frames say what they should, units are converted, nothing breaks it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.frame_cases import cases, expected_of, frame_of, manifest_of, mutated, odd_json, readme_of

from garance.connectors.$folder.connector import open_connector
from garance.kernel.refusal import Refused
from garance.ports.connector import Frame
from garance.ports.observation import Located

NAME = "$folder"
SAID = {"id": "v1", "lat": 45.94, "lon": -0.96, "time": "2026-01-02T03:04:05Z"}


def frame(**said: Any) -> Frame:
    return Frame(data=json.dumps({**SAID, **said}).encode(), content_type="application/json")


def only(unit: str = "kmh", **said: Any) -> Located:
    (found,) = open_connector({"speed_unit": unit}).decode(frame(**said))
    assert isinstance(found, Located)
    return found


@pytest.mark.parametrize("case", cases(NAME))
def test_a_kept_frame_says_what_it_should(case: str) -> None:
    assert list(open_connector({}).decode(frame_of(NAME, case))) == expected_of(NAME, case)


def test_it_has_its_frames_its_page_and_a_sound_manifest() -> None:
    assert len(cases(NAME)) >= 3
    assert all(f"`{wish.name}`" in readme_of(NAME) for wish in manifest_of(NAME).settings)


@pytest.mark.parametrize(("unit", "mps"), [("kmh", 10.0), ("mps", 36.0)])
def test_the_speed_is_in_the_unit_of_the_setting(unit: str, mps: float) -> None:
    assert only(unit, speed=36).speed_mps == pytest.approx(mps)


@pytest.mark.parametrize(
    ("said", "code"),
    [({"id": None}, "field-missing"), ({"lat": None}, "field-missing"), ({"lon": 181}, "value-wrong")],
)
def test_what_is_missing_or_wrong_is_refused(said: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        only(**said)


def survives(one: Frame) -> None:
    try:
        open_connector({}).decode(one)
    except Refused:
        return


@settings(max_examples=40)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    survives(Frame(data=content))


@settings(max_examples=40)
@given(draw=st.data())
def test_damaged_frames_are_read_or_refused(draw: st.DataObject) -> None:
    survives(draw.draw(mutated(NAME)))


@settings(max_examples=40)
@given(value=odd_json([*SAID, "speed", "course", "name", "battery"]))
def test_odd_json_is_read_or_refused(value: Any) -> None:
    survives(Frame(data=json.dumps(value).encode()))
'''

FRAMES: dict[str, tuple[str, str]] = {
    "moving": (
        '{"id": "v1", "lat": 45.94, "lon": -0.96, "time": "2026-01-02T03:04:05Z", "speed": 36, "course": 90, '
        '"name": "VLTT 1", "battery": 80}\n',
        """\
[
 {
  "what": "located",
  "uid": "v1",
  "at": "2026-01-02T03:04:05Z",
  "details": {"source": "$slug", "battery_percent": "80"},
  "position": {"lon_deg": -0.96, "lat_deg": 45.94},
  "speed_mps": 10.0,
  "course_deg": 90.0,
  "name": "VLTT 1"
 }
]
""",
    ),
    "without-a-time": (
        '{"id": "v1", "lat": 45.94, "lon": -0.96}\n',
        """\
[
 {
  "what": "located",
  "uid": "v1",
  "details": {"source": "$slug"},
  "position": {"lon_deg": -0.96, "lat_deg": 45.94}
 }
]
""",
    ),
    "several": (
        '[{"id": "v1", "lat": 45.94, "lon": -0.96, "time": 1767323045}, {"id": 2, "lat": "45.95", "lon": "-0.97"}]\n',
        """\
[
 {
  "what": "located",
  "uid": "v1",
  "at": "2026-01-02T03:04:05Z",
  "details": {"source": "$slug"},
  "position": {"lon_deg": -0.96, "lat_deg": 45.94}
 },
 {
  "what": "located",
  "uid": "2",
  "details": {"source": "$slug"},
  "position": {"lon_deg": -0.97, "lat_deg": 45.95}
 }
]
""",
    ),
}
"""Each sample frame, and what it says."""
