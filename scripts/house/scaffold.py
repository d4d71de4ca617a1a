"""Start a new piece of the house: a decision record, a concern of the domain, a connector."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from house import connector_pattern as pattern
from house.steps import ROOT, Failed, say

DECISION = """# {number:04d} {title}

Date: . Status: proposed.

**Question.**

**Decision.**

**Alternatives.**

**Cost.**
"""

FACTS = '''"""What can happen to {name}: each fact is a past participle with a versioned name."""
'''
RULES = '''"""What may be done about {name}: each rule is an imperative that returns facts or raises `Refused`."""
'''
STATE = '''"""What the facts about {name} add up to, as far as the rules need to know."""
'''
TEST = '''"""{name}: what is accepted, what is refused, and what the facts add up to."""
'''
TERM = """
[[term]]
term = "{name}"
fr = ""
definition_fr = ""
source = ""
not = []
"""

MAX_FOLDER = 30
"""Longer names would make lines of the pattern too long."""


def start(arguments: list[str], root: Path = ROOT) -> int:
    """Start the piece named by the first word with the name that follows."""
    kinds = {"decision": decision, "concern": concern, "connector": connector}
    if len(arguments) < 2 or arguments[0] not in kinds:
        raise Failed(f"Usage : ./run new ({' | '.join(kinds)}) NOM", 2)
    for path in kinds[arguments[0]](" ".join(arguments[1:]), root):
        say(f"  + {path.relative_to(root)}")
    say("À vous d'écrire ; ./run check dira ce qui manque.")
    return 0


def decision(title: str, root: Path) -> list[Path]:
    """A decision record, numbered after the last one."""
    folder = root / "docs" / "decisions"
    taken = [int(path.name[:4]) for path in folder.glob("[0-9][0-9][0-9][0-9]-*.md")]
    number = max(taken, default=0) + 1
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    path = folder / f"{number:04d}-{slug}.md"
    path.write_text(DECISION.format(number=number, title=title), encoding="utf-8")
    return [path]


def concern(name: str, root: Path) -> list[Path]:
    """A concern of the domain: its three files, the place of its tests, and its glossary entry to fill in."""
    if not re.fullmatch(r"[a-z][a-z_]*", name):
        raise Failed("Un thème du domaine se nomme en anglais : minuscules, au pluriel s'il compte des choses.", 2)
    folder = root / "src" / "garance" / "domain" / name
    if folder.exists():
        raise Failed(f"Ce thème existe déjà : {folder.relative_to(root)}", 2)
    tests = root / "tests" / "rooms" / "domain"
    contents = {
        folder / "__init__.py": "",
        folder / "facts.py": FACTS,
        folder / "rules.py": RULES,
        folder / "state.py": STATE,
        tests / f"test_{name}.py": TEST,
    }
    for path, text in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(name=name), encoding="utf-8")
    glossary = root / "glossary.toml"
    glossary.write_text(glossary.read_text("utf-8") + TERM.format(name=name), encoding="utf-8")
    return [*contents, glossary]


def connector(name: str, root: Path) -> list[Path]:
    """A connector that works at once: manifest, decoder, page, three frames and what they say, and its tests."""
    folder = name.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", folder) or len(folder) > MAX_FOLDER:
        raise Failed(
            "Un connecteur se nomme en minuscules, sans accents : son protocole ou sa source, en 30 lettres.", 2
        )
    home = root / "src" / "garance" / "connectors" / folder
    if home.exists():
        raise Failed(f"Ce connecteur existe déjà : {home.relative_to(root)}", 2)
    frames = root / "tests" / "frames" / folder
    contents = {
        home / "__init__.py": pattern.INIT,
        home / "manifest.toml": pattern.MANIFEST,
        home / "decode.py": pattern.DECODE,
        home / "connector.py": pattern.CONNECTOR,
        home / "README.md": pattern.README,
        root / "tests" / "rooms" / "connectors" / folder / f"test_{folder}.py": pattern.TEST,
    }
    for case, (frame, expected) in pattern.FRAMES.items():
        contents |= {frames / f"{case}.frame": frame, frames / f"{case}.expected.json": expected}
    words = connector_words(folder)
    for path, text in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(text).substitute(words), encoding="utf-8")
    return list(contents)


def connector_words(folder: str) -> dict[str, str]:
    """What a connector's pattern is filled with, from the name of its folder."""
    parts = folder.split("_")
    title = " ".join(parts).capitalize()
    return {"folder": folder, "slug": "-".join(parts), "title": title, "type": "".join(map(str.capitalize, parts))}
