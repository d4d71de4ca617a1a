"""The manual says what the code does: each fact, refusal, setting and verb has a heading; each link leads somewhere."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from support.source import ROOT, fact_names, glossary

sys.path.insert(0, str(ROOT / "scripts"))
reference = importlib.import_module("reference")

DOCS = ROOT / "docs"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")}


def headings(text: str) -> set[str]:
    """What a page's headings name in code style."""
    return set(re.findall(r"^#{2,5} `([^`]+)`", text, re.M))


def pages() -> list[Path]:
    """The pages people write: not those written from the code."""
    return [path for path in DOCS.rglob("*.md") if path.parent.name != "reference"]


class Loads(HTMLParser):
    """Everything a page makes the browser fetch by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if known.get("rel") in ("canonical", "next", "prev", "edit"):
            return
        self.addresses += [value or "" for name, value in attrs if (tag, name) in LOADED]


def test_each_fact_has_a_heading_with_its_meaning() -> None:
    text = reference.facts_page()
    assert set(fact_names()) == headings(text)
    assert "****" not in text, "a fact has no word in the glossary"


def test_each_refusal_has_a_heading_in_both_languages() -> None:
    text = reference.refusals_page()
    for refusal in glossary()["refusal"]:
        assert f"## `{refusal['code']}`\n\n{refusal['fr']}\n\n*{refusal['en']}*" in text


def test_each_setting_has_a_heading_and_an_explanation() -> None:
    rows = reference.settings_rows()
    assert {row.name for row in rows} == headings(reference.settings_page())
    assert [row.name for row in rows if not row.told] == []


def test_each_verb_has_a_heading() -> None:
    verbs = importlib.import_module("house.verbs").VERBS
    assert {f"./run {name}" for name in verbs} <= headings(reference.commands_page())


def test_each_command_has_a_heading() -> None:
    importlib.import_module("garance.domain.concerns")
    known = {command.name for command in importlib.import_module("garance.domain.commands").commands()}
    assert known
    assert known <= headings(reference.commands_page())


def test_each_command_line_of_the_guides_exists() -> None:
    known = headings(reference.commands_page())
    if "garance" not in known:
        pytest.skip("the command line is not written yet")
    said = {
        " ".join(words.split())
        for path in pages()
        for words in re.findall(r"(?:^|`|/)(garance(?: [a-z]+){1,2})(?= |`|$)", path.read_text("utf-8"), re.M)
    }
    assert said
    assert said - known == set()


def test_each_room_is_on_the_page() -> None:
    text = reference.rooms_page()
    for path in (ROOT / "src" / "garance").glob("*/__init__.py"):
        assert f"| `{path.parent.name}` |" in text


def test_each_decision_is_listed_and_says_what_it_decides() -> None:
    text = reference.decisions_page()
    for path in (DOCS / "decisions").glob("*.md"):
        first = path.read_text("utf-8").splitlines()[0]
        assert re.fullmatch(rf"# {path.name[:4]} .+", first), path.name
        assert f"(../decisions/{path.name})" in text
    numbers = sorted(int(path.name[:4]) for path in (DOCS / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_each_link_leads_somewhere() -> None:
    written = {DOCS / "reference" / name for name in reference.PAGES}
    lost = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in [*pages(), *(ROOT / name for name in ("README.md", "LISEZMOI.md", "CONTRIBUTING.md"))]
        for link in LINK.findall(path.read_text("utf-8"))
        if not re.match(r"https?:|mailto:|#", link)
        and not (target := (path.parent / link.split("#")[0]).resolve()).exists()
        and target not in written
    ]
    assert lost == []


def test_no_page_is_forgotten_by_the_menu() -> None:
    menu = (ROOT / "zensical.toml").read_text("utf-8")
    for path in pages():
        if path.parent.name != "decisions":
            assert f'"{path.relative_to(DOCS).as_posix()}"' in menu
    for name in reference.PAGES:
        assert f'"reference/{name}"' in menu


def test_the_manual_builds_and_fetches_nothing_from_elsewhere() -> None:
    builder = Path(sys.executable).with_name("zensical")
    if not builder.exists():
        pytest.skip("zensical is not installed (./run docs installs it)")
    reference.write()
    done = subprocess.run(
        [builder, "build", "--clean", "--strict"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built = list((ROOT / "site").rglob("*.html"))
    assert len(built) >= len(reference.PAGES) + len(pages())
    for path in built:
        loads = Loads()
        loads.feed(path.read_text("utf-8"))
        assert loads.addresses, path
        assert [address for address in loads.addresses if re.match(r"(https?:)?//", address)] == [], path
    styles = "".join(path.read_text("utf-8") for path in (ROOT / "site").rglob("*.css"))
    assert re.findall(r"(?:url\(|@import\s)[\"']?(?:https?:)?//[^)\"']+", styles) == []
