"""Nothing medical or personal of a message is ever copied into what it says, and it says what was not read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from support.territories import real_data

from garance.connectors.hub_15_18.decode import observations
from garance.connectors.hub_15_18.message import Body
from garance.connectors.hub_15_18.reading import read

FRAMES = Path(__file__).resolve().parents[3] / "frames" / "hub-15-18"
SEALED = {
    "patient", "medicalNote", "healthMotive", "victims", "caller", "notes", "decision", "access", "contact",
    "contacts", "additionalInformation", "callTaker",
}  # fmt: skip
ALSO_ELSEWHERE = 6
"""Words shorter than that are met everywhere (`ADULTE` is not)."""


def sealed_words(tree: Any, *, within: bool = False) -> Iterator[str]:
    """Each text that lies under a sealed member."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from sealed_words(value, within=within or name in SEALED)
    elif isinstance(tree, list):
        for one in tree:
            yield from sealed_words(one, within=within)
    elif within and isinstance(tree, str) and len(tree) >= ALSO_ELSEWHERE:
        yield tree


def open_words(body: Body) -> str:
    """What may be told: nature, place, risks, identifiers."""
    return msgspec.json.encode(
        [body.content.get(name) for name in ("caseId", "senderCaseId", "creation", "location")]
        + [body.content.get("qualification", {}).get("whatsHappen")],
        enc_hook=str,
    ).decode()


def check(path: Path) -> int:
    message = read(path.read_bytes(), model="TECHNICAL" if path.parent.name == "TECHNICAL" else None)
    told = msgspec.json.encode(observations(message)).decode()
    count = 0
    for body in message.bodies:
        for word in sealed_words(dict(body.content)):
            if word not in open_words(body):
                assert word not in told, (path.name, word)
                count += 1
    return count


@pytest.mark.parametrize("name", ["rs-eda-gas.xml", "rc-eda-fire.json", "edxl-rc-eda.json", "geo-res.xml"])
def test_no_sealed_word_is_told(name: str) -> None:
    assert check(FRAMES / name) > 0


@pytest.mark.real_data
def test_no_sealed_word_of_any_sample_is_told() -> None:
    paths = [path for path in real_data("standards/samu_hub").rglob("*.*") if path.suffix in (".json", ".xml")]
    assert sum(map(check, paths)) > 500


def test_what_was_not_read_is_said() -> None:
    (reported,) = observations(read((FRAMES / "rs-eda-gas.xml").read_bytes()))
    unread = "decision, details, healthMotive, initialAlert, location.freetext, medicalNote, patient"
    assert reported.details["not_read"] == unread


def test_an_illness_is_told_as_help_to_a_person() -> None:
    frame = (FRAMES / "edxl-rc-eda.json").read_bytes()
    frame = frame.replace(b'"C01.01.04"', b'"C02.05.03"').replace(b'"2-roues"', b'"Psychiatrique"')
    frame = frame.replace(b'"R22"', b'"R35"').replace("Gêne à la circulation".encode(), b"contagieux")
    told = msgspec.json.encode(observations(read(frame))).decode()
    assert "Secours à personne" in told
    assert "Psychiatrique" not in told
    assert "C02.05" not in told
    assert "contagieux" not in told


def test_the_comment_of_a_mission_of_care_is_not_told() -> None:
    told = msgspec.json.encode(observations(read((FRAMES / "emsi-whole.json").read_bytes()))).decode()
    assert "Ambulance nécessaire" not in told
    assert "sécuriser le site" in told
