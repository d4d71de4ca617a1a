"""The connections that the settings ask for, `[connections.<name>]`, each checked before anything opens.

What every connection may be told is in `Common` and in the limits of intake; the rest belongs to its connector.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from garance.connectors.registry import manifest, open_connector
from garance.intake.arrival import Limits
from garance.kernel.identity import Slug
from garance.kernel.refusal import Refused
from garance.ports.connector import Connector, Manifest

HIDDEN = "***"


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every connection may be told. `token` is what senders must present, for those that push over HTTP."""

    connector: Slug
    title: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    token: Annotated[str, Meta(min_length=16, max_length=200)] | None = None


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One connection, as the settings want it."""

    name: str
    manifest: Manifest
    common: Common
    limits: Limits
    settings: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.common.title or self.manifest.title_fr

    def open(self) -> Connector:
        """Its connector, configured; refuses what `registry.open_connector` does."""
        return open_connector(self.manifest.name, self.settings)

    def shown(self) -> dict[str, Any]:
        """Its settings for people to read: no secret."""
        secrets = {wish.name for wish in self.manifest.settings if wish.secret}
        return {name: HIDDEN if name in secrets else value for name, value in self.settings.items()}


def plan(connections: Mapping[str, Mapping[str, Any]]) -> list[Planned]:
    """Every connection asked for; refuses `connector-unknown`, `connection-wrong`, and as `registry.settled`."""
    return [_planned(name, said) for name, said in connections.items()]


def problems(connections: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Refused]]:
    """What is wrong with each connection, by name; nothing when all can be opened."""
    for name, said in connections.items():
        try:
            _planned(name, said).open()
        except Refused as refused:
            yield name, refused


def _planned(name: str, said: Mapping[str, Any]) -> Planned:
    common = _part(name, said, Common, {})
    known = manifest(common.connector)
    limits = _part(name, said, Limits, known.believable)
    others = {one.name for kind in (Common, Limits) for one in msgspec.structs.fields(kind)}
    own = {key: value for key, value in said.items() if key not in others}
    return Planned(name=name, manifest=known, common=common, limits=limits, settings=own)


def _part(name: str, said: Mapping[str, Any], kind: type[Any], usual: Mapping[str, Any]) -> Any:
    own = {one.name for one in msgspec.structs.fields(kind)}
    given = {**usual, **{key: value for key, value in said.items() if key in own}}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as problem:
        raise Refused("connection-wrong", detail={"connection": name, "problem": str(problem)}) from problem
