"""Connectors in words: a line each, the settings to paste, what became of what a recording says."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from garance.intake.arrival import Aside, Limits
from garance.ports.connector import Arrival, Grade, Manifest, Reach, Wish
from garance.ports.observation import Observation
from garance.server.connections.plan import HIDDEN
from garance.server.connections.rehearsal import Step, Tally, kind_of
from garance.server.words.glossary import refusal_sentence

_ARRIVALS: Mapping[str, Mapping[Arrival, str]] = {
    "fr": {
        Arrival.PUSH: "poussé", Arrival.LISTEN: "écoute", Arrival.FOLLOW: "suivi", Arrival.POLL: "relevé",
        Arrival.FILE: "fichier",
    },
    "en": {each: str(each) for each in Arrival},
}  # fmt: skip
_GRADES: Mapping[str, Mapping[Grade, str]] = {
    "fr": {Grade.BRONZE: "bronze", Grade.SILVER: "argent", Grade.GOLD: "or"},
    "en": {each: str(each) for each in Grade},
}
_REACHES: Mapping[str, Mapping[Reach, str]] = {
    "fr": {Reach.NONE: "sans réseau", Reach.LAN: "réseau local", Reach.INTERNET: "Internet"},
    "en": {each: str(each) for each in Reach},
}
TOKEN = "au moins seize caractères tirés au hasard"  # noqa: S105 - what to write there, not a token
_WITHIN = re.compile(r"//[^/@\s]+@")
"""A name and a password written in an address."""
_AT = "%d/%m/%Y %H:%M:%S"


def listed_lines(known: Iterable[Manifest], language: str) -> list[str]:
    """A line per connector, in columns: name, how it comes, grade, network, title and licence."""
    rows = [
        (
            each.name,
            _ARRIVALS[language][each.arrival],
            _GRADES[language][each.quality],
            _REACHES[language][each.network],
            f"{title_of(each, language)} [{each.licence}]",
        )
        for each in known
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*(row[i].ljust(widths[i]) for i in range(4)), row[4]]) for row in rows]


def title_of(manifest: Manifest, language: str) -> str:
    """What people call it."""
    return manifest.title_fr if language == "fr" else manifest.title_en


def settings_example(manifest: Manifest, language: str = "fr") -> str:
    """The section of `garance.toml` to paste: what must be given is to be filled in, the rest is commented out."""
    french = language == "fr"
    lines = [f"[connections.{manifest.name}]", f"connector = {_toml(manifest.name)}"]
    told = "le nom que lit le poste de situation" if french else "the name that the desk reads"
    lines.append(f"# title = {_toml(title_of(manifest, language))}  # {told}")
    if manifest.arrival is Arrival.PUSH:
        told = "Le jeton que les émetteurs présentent ; sans lui, n'importe qui peut émettre."
        lines += ["", f"# {told if french else 'The token of senders; without it, anybody may send.'}"]
        lines.append(f"token = {_toml(TOKEN)}")
    for wish in manifest.settings:
        lines += ["", f"# {wish.fr if french else wish.en}{_bounds(wish)}", _line(wish)]
    if manifest.arrival is not Arrival.FILE:
        lines += [
            "",
            "# — " + ("Ce que le tri croit de cette liaison" if french else "What intake believes of it") + " —",
        ]
        lines += limits_lines(manifest, language)
    return "\n".join(lines) + "\n"


def limits_lines(manifest: Manifest, language: str) -> list[str]:
    """What intake believes of such a source unless told otherwise, each with its words, all commented out."""
    usual = msgspec.structs.asdict(msgspec.convert(manifest.believable, Limits, strict=False))
    words = limit_words()
    return [
        f"# {name} = {_toml(words[name].get('example') if value is None else value)}  # {words[name][language]}"
        for name, value in usual.items()
    ]


@functools.cache
def limit_words() -> Mapping[str, Mapping[str, Any]]:
    """Name of each limit of a connection → what it is, in both languages."""
    found: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "connections.toml").read_text("utf-8"))
    return found


def _line(wish: Wish) -> str:
    needed = wish.default is None and not wish.optional
    blank: dict[str, Any] = {"whole": 0, "number": 0.0, "yes-no": False, "list": []}
    value = wish.default if wish.default is not None else blank.get(wish.kind, "")
    return f"{'' if needed else '# '}{wish.name} = {_toml(value)}"


def _bounds(wish: Wish) -> str:
    if wish.choices:
        return f" ({' | '.join(wish.choices)})"
    if wish.least is None and wish.most is None:
        return ""
    low, high = (None if each is None else f"{each:g}" for each in (wish.least, wish.most))
    return f" ({low or ''}…{high or ''})"


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # the same, for words, numbers, true and false, and lists of words


def settings_lines(manifest: Manifest, settled: Mapping[str, Any]) -> list[str]:
    """What a connector would open with; a secret only as given or not."""
    secret = {wish.name for wish in manifest.settings if wish.secret}
    return [f"  {name} = {_shown(value, hide=name in secret)}" for name, value in settled.items()]


def _shown(value: Any, *, hide: bool) -> str:
    if value is None:
        return "null"
    return HIDDEN if hide and value else _WITHIN.sub(f"//{HIDDEN}@", _toml(value))


def step_lines(step: Step, language: str) -> list[str]:
    """What a frame gave: a line per observation, or why it could not be read."""
    at = step.at.strftime(_AT)
    if step.refused is not None:
        return [f"{at}  ✗ {refusal_sentence(step.refused, language)}"]
    return [f"{at}  {_mark(each.aside)} {observation_words(each.arrived.observation)}" for each in step.told]


def _mark(aside: Aside | None) -> str:
    if aside is None:
        return "✓"
    return f"↷ {aside.why}{f' ({aside.detail})' if aside.detail else ''} :"


def observation_words(seen: Observation) -> str:
    """An observation on one line, for a person who looks at what arrives."""
    said: dict[str, Any] = msgspec.to_builtins(seen)
    where = said.get("position")
    place = f"{where['lat_deg']:.5f} {where['lon_deg']:.5f}" if where else ""
    words = [kind_of(seen), seen.uid, str(said.get("name") or said.get("title") or ""), place]
    words += [f"{said['speed_mps']:.1f} m/s"] if said.get("speed_mps") is not None else []
    words += [str(said["text"])[:80]] if said.get("text") else []
    return "  ".join(word for word in words if word)


def tally_lines(tally: Tally, language: str) -> list[str]:
    """The counts of a rehearsal, in words; the last line says that nothing was lost."""
    french = language == "fr"
    named = ("trames", "illisibles", "muettes") if french else ("frames", "unreadable", "silent")
    lines = [
        f"{tally.frames} {named[0]}, {sum(tally.refused.values())} {named[1]}, {tally.silent} {named[2]}",
        *(f"  ✗ {count} {code}" for code, count in tally.refused.items()),
    ]
    kinds = ", ".join(f"{count} {kind}" for kind, count in tally.by_kind.items()) or "0"
    lines.append(f"{kinds} — {tally.sources} sources")
    aside = sum(tally.aside.values())
    lines.append(
        f"{tally.kept} gardées + {aside} écartées = {tally.decoded} décodées"
        if french
        else f"{tally.kept} kept + {aside} set aside = {tally.decoded} decoded"
    )
    return [*lines, *(f"  ↷ {count} {why}" for why, count in tally.aside.items())]
