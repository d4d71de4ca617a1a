"""Reading a symbol set that anyone may have written: whole and coherent, or refused with the reason."""

from __future__ import annotations

import functools
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from garance.kernel.refusal import Refused
from garance.symbols.charter import Line, Mark, Symbol, SymbolSet

FRENCH = "french-civil-security"
MAX_SET_BYTES = 2_000_000
MAX_SETS = 50

_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+(?:\.\d*)?|\.\d+)|[ ,]+|(?P<wrong>.)")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7, "z": 0}
_FARTHEST = 1000.0


class LoadedSet(msgspec.Struct, frozen=True):
    """A set, and the digest of the file that holds it."""

    set: SymbolSet
    content: bytes
    digest: str


class SetRefused(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file of the folder that is not offered, and why."""

    file: str
    code: str
    field: str | None = None
    what: str = ""


def read_set(content: bytes) -> LoadedSet:
    """The set that those bytes describe.

    Refuses `symbol-set-too-large`, `symbol-set-malformed` (where, in `field`) and `symbol-set-incoherent` (a role, a
    family or an identifier that does not exist or exists twice; a place with nothing to draw there).
    """
    if len(content) > MAX_SET_BYTES:
        raise Refused("symbol-set-too-large", detail={"bytes": len(content)})
    try:
        found = msgspec.json.decode(content, type=SymbolSet)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        where = re.search(r"`\$(.*?)`\Z", str(problem))
        raise Refused("symbol-set-malformed", field=where.group(1).lstrip(".") if where else None) from problem
    for problem_at, what in _incoherences(found):
        raise Refused("symbol-set-incoherent", field=problem_at, detail={"what": what})
    return LoadedSet(found, content, hashlib.sha256(content).hexdigest())


@functools.cache
def french_set() -> LoadedSet:
    """The French civil-security set that comes with Garance."""
    return read_set(Path(__file__).with_name(f"{FRENCH}.json").read_bytes())


def sets_of(folder: Path) -> tuple[list[LoadedSet], list[SetRefused]]:
    """The set that comes with Garance, then those of the `*.json` files of that folder; and the files set aside."""
    sets, refused = {FRENCH: french_set()}, []
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else []:
        try:
            loaded = read_set(_content(file))
            if loaded.set.id in sets or len(sets) >= MAX_SETS:
                raise Refused("symbol-set-doubled" if loaded.set.id in sets else "symbol-sets-too-many", field="id")
            sets[loaded.set.id] = loaded
        except Refused as why:
            refused.append(SetRefused(file.name, why.code, why.field, str(why.detail.get("what", ""))))
    return list(sets.values()), refused


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_SET_BYTES + 1)
    except OSError as problem:
        raise Refused("symbol-set-malformed") from problem


def _incoherences(found: SymbolSet) -> Iterator[tuple[str, str]]:
    families = [family.id for family in found.families]
    yield from _doubled("families", families)
    yield from _doubled("families.key", (family.key for family in found.families))
    yield from _doubled("symbols", (symbol.id for symbol in found.symbols))
    for symbol in found.symbols:
        if symbol.family not in families:
            yield f"symbols.{symbol.id}.family", symbol.family
        if symbol.role not in found.roles:
            yield f"symbols.{symbol.id}.role", symbol.role
        yield from _undrawn(symbol)


def _doubled(where: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    yield from ((where, name) for name, count in Counter(names).items() if count > 1)


def _undrawn(symbol: Symbol) -> Iterator[tuple[str, str]]:
    """Places that a symbol says it takes without saying how, and strokes that no pen can follow."""
    where = f"symbols.{symbol.id}"
    yield from _doubled(f"{where}.places", symbol.places)
    if "point" in symbol.places and not symbol.marks and not (symbol.letters and symbol.letters.text):
        yield f"{where}.marks", "point"
    if set(symbol.places) - {"point"} and symbol.line is None:
        yield f"{where}.line", "line"
    for mark in (*symbol.marks, *(_of_line(symbol.line) if symbol.line else ())):
        if not followed(mark.d):
            yield f"{where}.d", mark.d[:40]


def _of_line(line: Line) -> tuple[Mark, ...]:
    return (*line.along, *line.head, *line.tail)


def followed(path: str) -> bool:
    """Whether a pen can follow that path data: it begins by a move, and each command has its numbers, within reach."""
    commands: list[list[str]] = []
    for token in _TOKEN.finditer(path):
        said = token.group()
        if token.group("wrong"):
            return False
        if said.isalpha():
            commands.append([said])
        elif said.strip(" ,"):
            if not commands or abs(float(said)) > _FARTHEST:
                return False
            commands[-1].append(said)
    return bool(commands) and commands[0][0] in "Mm" and all(_complete(*command) for command in commands)


def _complete(letter: str, *numbers: str) -> bool:
    takes = _TAKES[letter.lower()]
    return not numbers if takes == 0 else bool(numbers) and len(numbers) % takes == 0
