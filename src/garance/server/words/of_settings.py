"""Settings in words: what each is, what it must look like, what is wrong with them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from garance.server.file_kinds import KINDS
from garance.server.settings import SECRETS, Problem, known_settings

_WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "int": "un nombre entier",
        "float": "un nombre",
        "bool": "true ou false",
        "str": "un texte",
        "list": "une liste (séparée par des virgules dans l'environnement)",
        "network": "une adresse ou un réseau (192.0.2.0/24)",
        "kinds": "de ceux qui se reconnaissent : {kinds}",
        "range": "de {ge} à {le}",
        "letters": "de {low} à {high} caractères",
        "pattern": "de la forme {pattern}",
        "or": " ou ",
        "unknown": "{name} ({where}) n'existe pas",
        "near": " : voulez-vous dire {wanted} ?",
        "wrong": "{name} ({where}) doit être {wanted}",
        "together": "{name} et {wanted} ne vont pas ensemble ainsi",
    },
    "en": {
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "str": "a text",
        "list": "a list (with commas in the environment)",
        "network": "an address or a network (192.0.2.0/24)",
        "kinds": "one of those that can be recognised: {kinds}",
        "range": "from {ge} to {le}",
        "letters": "of {low} to {high} characters",
        "pattern": "that looks like {pattern}",
        "or": " or ",
        "unknown": "{name} ({where}) does not exist",
        "near": ": do you mean {wanted}?",
        "wrong": "{name} ({where}) must be {wanted}",
        "together": "{name} and {wanted} do not go together so",
    },
}


class Row(NamedTuple):
    """A line of the reference page: name, name in the environment, what it must be, default, explanation."""

    name: str
    variable: str
    wanted: str
    default: str
    told: str


@functools.cache
def explanations() -> Mapping[str, str]:
    """Name of each setting → what it is, in French."""
    found = tomllib.loads((Path(__file__).parent / "settings.toml").read_text("utf-8"))
    return {f"{section}.{name}": told for section, members in found.items() for name, told in members.items()}


def rows() -> list[Row]:
    """Every setting, for the reference page."""
    found = []
    for each in known_settings():
        default = "—" if each.default is None or each.name in SECRETS else msgspec.json.encode(each.default).decode()
        found.append(Row(each.name, each.variable, wanted(each.kind), default, explanations()[each.name]))
    return found


def page() -> str:
    """The reference of settings, in Markdown."""
    lines = ["| réglage | environnement | valeur | défaut | sens |", "|---|---|---|---|---|"]
    for row in rows():
        shown = row.wanted.replace("|", "\\|")
        lines.append(f"| `{row.name}` | `{row.variable}` | {shown} | `{row.default}` | {row.told} |")
    return "\n".join(lines) + "\n"


def wanted(kind: Any, language: str = "fr") -> str:
    """What a value of that type looks like, in words."""
    if kind in ("network", "kinds"):
        return _WORDS[language][kind].format(kinds=", ".join(sorted(KINDS)))
    return _of_type(msgspec.inspect.type_info(kind), _WORDS[language])


def _of_type(info: msgspec.inspect.Type, words: Mapping[str, str]) -> str:
    match info:
        case msgspec.inspect.Metadata():
            return _of_type(info.type, words)
        case msgspec.inspect.UnionType():
            kinds = [each for each in info.types if not isinstance(each, msgspec.inspect.NoneType)]
            return words["or"].join(_of_type(each, words) for each in kinds)
        case msgspec.inspect.LiteralType():
            return words["or"].join(str(value) for value in info.values)
        case msgspec.inspect.IntType():
            return f"{words['int']} {words['range'].format(ge=info.ge, le=info.le)}"
        case msgspec.inspect.BoolType():
            return words["bool"]
        case msgspec.inspect.VarTupleType():
            return words["list"]
        case msgspec.inspect.StrType():
            return f"{words['str']} {_letters(info, words)}"
        case _:
            return words["float"]


def _letters(info: msgspec.inspect.StrType, words: Mapping[str, str]) -> str:
    if info.pattern:
        return words["pattern"].format(pattern=f"`{info.pattern}`")
    return words["letters"].format(low=info.min_length, high=info.max_length)


def problem_sentence(problem: Problem, language: str = "fr") -> str:
    """One problem as a line that a person can act upon."""
    words = _WORDS[language]
    if problem.code == "wrong":
        return words["wrong"].format(name=problem.name, where=problem.where, wanted=wanted(problem.wanted, language))
    sentence = words[problem.code].format(name=problem.name, where=problem.where, wanted=problem.wanted)
    if problem.code == "unknown" and problem.wanted:
        sentence += words["near"].format(wanted=problem.wanted)
    return sentence
