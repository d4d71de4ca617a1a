"""The code speaks the words of glossary.toml, and the glossary has a word for all that a person may meet."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from enum import EnumType, StrEnum
from pathlib import Path

import pytest
from support.source import ROOT, SOURCE, chosen_names, fact_names, glossary, import_domain, refusal_codes, trees

from garance.kernel.label import Audience, Mode, Sensitivity

GLOSSARY = glossary()
TERMS = {term["term"]: term for term in GLOSSARY["term"]}
REFUSALS = {refusal["code"]: refusal for refusal in GLOSSARY["refusal"]}
KEPT = {kept["word"] for kept in GLOSSARY["kept"]}
BANNED = {word: term["term"] for term in GLOSSARY["term"] for word in term["not"]}
BANNED_MODULES = {"utils", "util", "manager", "base", "helper", "helpers", "common", "misc"}


PREFIXES = {
    "Bringing": "bringing",
    "Matter": "matter",
    "Answering": "answering",
    "Mode": "mode",
    "Audience": "audience",
    "Sensitivity": "sensitivity",
    "Role": "role",
    "Level": "level",
    "Category": "entry-category",
    "Channel": "channel",
    "ResourceStatus": "resource-state",
    "ResourceLevel": "resource-level",
    "DemandState": "demand-state",
    "Importance": "importance",
    "Certainty": "certainty",
    "Mark": "mark",
    "MarkState": "mark-state",
    "Evolution": "evolution",
    "Network": "network",
    "OutageState": "outage-state",
    "TollCategory": "toll",
    "Measure": "measure",
    "ZoneState": "zone-state",
    "CentreRole": "centre-role",
    "CentreState": "centre-state",
    "Urgency": "urgency",
    "MissionState": "mission-state",
    "StepState": "step-state",
    "Frame": "order-frame",
    "CycleStep": "cycle-step",
    "ShapeStatus": "shape-state",
    "SeriesKind": "series-kind",
    "ThresholdSeverity": "severity",
    "NetKind": "net-kind",
    "PostLevel": "post-level",
    "FallbackMeans": "fallback-means",
    "Heading": "report-heading",
}


def enumerations() -> set[type[StrEnum]]:
    """Every closed list of values that facts and labels are made of."""
    import_domain()
    found: set[type[StrEnum]] = {Mode, Audience, Sensitivity}
    for name in [name for name in sys.modules if re.fullmatch(r"garance\.domain\.[a-z_]+\.facts", name)]:
        found |= {kind for kind in vars(sys.modules[name]).values() if isinstance(kind, EnumType)}  # type: ignore[misc]
    return found


def words(identifier: str) -> list[str]:
    """The words of an identifier: `FactWriter`, `fact_writer` → fact, writer."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+", identifier)]


def banned_in(identifier: str) -> list[str]:
    """The look-alikes in an identifier: whole words, singular or plural, or the identifier itself."""
    parts = words(identifier)
    whole = "_".join(parts)
    return [bad for bad in BANNED if bad in parts or f"{bad}s" in parts or bad == whole]


def versionless(name: str) -> str:
    """`entry.written.v1` → `entry.written`."""
    return re.sub(r"\.v[0-9]+$", "", name)


def test_each_term_is_whole_and_said_once() -> None:
    counts = Counter(term["term"] for term in GLOSSARY["term"])
    assert [term for term, count in counts.items() if count > 1] == []
    for term in GLOSSARY["term"]:
        assert set(term) == {"term", "fr", "definition_fr", "source", "not"}, term["term"]
        assert all(term[key].strip() for key in ("fr", "definition_fr", "source")), term["term"]


def test_each_refusal_says_it_in_both_languages() -> None:
    counts = Counter(refusal["code"] for refusal in GLOSSARY["refusal"])
    assert [code for code, count in counts.items() if count > 1] == []
    for refusal in GLOSSARY["refusal"]:
        assert set(refusal) == {"code", "fr", "en"}, refusal["code"]
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", refusal["code"]), refusal["code"]
        for language in ("fr", "en"):
            assert refusal[language].rstrip().endswith((".", "?")), f"{refusal['code']}: no sentence in {language}"


def test_no_term_is_also_a_look_alike() -> None:
    assert sorted(set(BANNED) & set(TERMS)) == []


def test_each_concern_has_its_word() -> None:
    concerns = [path.name for path in (SOURCE / "domain").iterdir() if (path / "__init__.py").exists()]
    assert sorted(set(concerns) - set(TERMS)) == []


def test_each_fact_has_its_word() -> None:
    missing = sorted({versionless(name) for name in fact_names()} - set(TERMS))
    assert not missing, "add [[term]] to glossary.toml:\n" + "\n".join(missing)


def test_each_value_that_a_person_chooses_has_its_word() -> None:
    values = {f"{PREFIXES[kind.__name__]}.{value.value}" for kind in enumerations() for value in kind}
    assert sorted(values - set(TERMS)) == []


def test_each_refusal_of_the_code_has_its_words() -> None:
    used = {(code, f"{path.relative_to(ROOT)}:{no}") for path, tree in trees() for code, no in refusal_codes(tree)}
    missing = sorted(f"{code} ({where})" for code, where in used if code not in REFUSALS)
    assert not missing, "add [[refusal]] to glossary.toml:\n" + "\n".join(missing)
    assert used, "the reader of refusals finds nothing: it is broken"


def test_no_identifier_is_a_look_alike() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name} ({bad}: say {BANNED[bad]})"
        for folder in (SOURCE, ROOT / "scripts", ROOT / "tests")
        for path, tree in trees(folder)
        for name, line in [*chosen_names(tree), (path.stem, 0)]
        for bad in banned_in(name)
    ]
    assert not found, "\n".join(found)


def test_no_module_is_named_after_nothing() -> None:
    modules = [path.relative_to(ROOT) for path in SOURCE.rglob("*.py")]
    assert [str(path) for path in modules if set(words(path.stem)) & BANNED_MODULES] == []


def test_kept_nouns_are_lower_case_without_accents() -> None:
    assert [word for word in KEPT if not re.fullmatch(r"[a-z]+(_[a-z]+)*", word)] == []


class TestTheReader:
    """The checks above can fail."""

    @pytest.mark.parametrize(
        ("source", "codes"),
        [
            ("raise Refused('a' if x else 'b')", ["a", "b"]),
            ("LATE = 'too-late'\nraise refusal.Refused(LATE)", ["too-late"]),
            ("raise Refused(code='c')", ["c"]),
            ("class Late(Refused):\n    def __init__(self):\n        super().__init__('too-late')", ["too-late"]),
            ("_REFUSALS = {1: 'disk-full', 2: 'disk-lost'}", ["disk-full", "disk-lost"]),
            ("_CODES_BY_STATUS: X = {404: 'unknown no-map'}", ["unknown", "no-map"]),
            ("def f(x):\n    code = 'too-late' if x else 'too-old'\n    raise Refused(code)", ["too-late", "too-old"]),
            ("def f(code):\n    return 'not-a-code'", []),
        ],
    )
    def test_sees_a_code_said_in_any_form(self, source: str, codes: list[str]) -> None:
        assert [code for code, _ in refusal_codes(ast.parse(source))] == codes

    @pytest.mark.parametrize("name", ["event", "on_event", "EventWriter", "crisisEvents", "main_courante", "RallyMap"])
    def test_sees_a_look_alike(self, name: str) -> None:
        assert banned_in(name) != []

    @pytest.mark.parametrize("name", ["eventual", "prevent", "fact", "situations", "moyenne"])
    def test_leaves_honest_words_alone(self, name: str) -> None:
        assert banned_in(name) == []

    def test_sees_only_names_that_the_module_chooses(self) -> None:
        tree = ast.parse("import asyncio\nstop = asyncio.Event()\ndef f(event): ...\n")
        assert {name for name, _ in chosen_names(tree)} == {"stop", "f", "event"}

    def test_reads_this_very_file(self) -> None:
        assert any(path == Path(__file__).resolve() for path, _ in trees(ROOT / "tests"))
