"""Which connectors there are: those of the house, and those of other packages that a setting names (registre).

A package of somebody else declares an entry point of the group `garance.plugins` whose value is the package that holds
`manifest.toml`. Nothing is imported before a setting names it.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from garance.kernel.refusal import Refused
from garance.ports.connector import Connector, Manifest, Wish

GROUP = "garance.plugins"
MANIFEST = "manifest.toml"
_KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "whole": (int,),
    "number": (int, float),
    "yes-no": (bool,),
    "list": (list,),
    "file": (str,),
}


def _houses() -> Iterator[Traversable]:
    for folder in sorted(resources.files("garance.connectors").iterdir(), key=lambda one: one.name):
        if folder.is_dir():
            yield folder
    for point in metadata.entry_points(group=GROUP):
        yield resources.files(point.value)


@cache
def manifests() -> Mapping[str, Manifest]:
    """The manifest of every connector, by name; refuses `manifest-wrong`."""
    found: dict[str, Manifest] = {}
    for folder in _houses():
        file = folder / MANIFEST
        if file.is_file():
            manifest = read_manifest(file.read_text("utf-8"), folder.name)
            found.setdefault(manifest.name, manifest)
    return found


def read_manifest(text: str, where: str) -> Manifest:
    """A manifest from its TOML; refuses `manifest-wrong` (what is wrong, in `problem`)."""
    try:
        return msgspec.convert(tomllib.loads(text), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise Refused("manifest-wrong", detail={"connector": where, "problem": str(problem)}) from problem


def manifest(name: str) -> Manifest:
    """The manifest of that connector; refuses `connector-unknown`."""
    found = manifests().get(name)
    if found is None:
        raise Refused("connector-unknown", detail={"connector": name})
    return found


def open_connector(name: str, settings: Mapping[str, Any]) -> Connector:
    """The connector of that name, configured and not yet running; refuses as `settled` does, and what it refuses."""
    known = manifest(name)
    module, _, function = known.entry.partition(":")
    opened: Connector = getattr(importlib.import_module(module), function)(settled(known, settings))
    return opened


def settled(known: Manifest, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting that the manifest names, with what was given or its default.

    Refuses `connector-setting-unknown`, `connector-setting-missing`, `connector-setting-wrong`, with its name.
    """
    wishes = {wish.name: wish for wish in known.settings}
    for name in settings:
        if name not in wishes:
            raise Refused("connector-setting-unknown", field=name, detail={"connector": known.name})
    return {name: _given(known, wish, settings.get(name)) for name, wish in wishes.items()}


def _given(known: Manifest, wish: Wish, value: Any) -> Any:
    if value is None:
        if wish.default is None and not wish.optional:
            raise Refused("connector-setting-missing", field=wish.name, detail={"connector": known.name})
        return wish.default
    value = _from_text(wish, value) if isinstance(value, str) and wish.kind not in ("text", "file") else value
    if not _fits(wish, value):
        raise Refused("connector-setting-wrong", field=wish.name, detail={"connector": known.name})
    return value


def _fits(wish: Wish, value: Any) -> bool:
    typed = isinstance(value, _KINDS[wish.kind]) and (wish.kind == "yes-no" or not isinstance(value, bool))
    if not typed or (wish.choices and value not in wish.choices):
        return False
    if isinstance(value, int | float):
        return (wish.least is None or value >= wish.least) and (wish.most is None or value <= wish.most)
    return not isinstance(value, list) or all(isinstance(one, str) for one in value)


def _from_text(wish: Wish, text: str) -> Any:
    """What the environment says, which has only words; the same words when they are nothing of that kind."""
    if wish.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    if wish.kind == "yes-no":
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return int(text) if wish.kind == "whole" else float(text)
    except ValueError:
        return text
