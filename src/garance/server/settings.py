"""Settings (réglages): from `garance.toml`, then from the environment, which wins; every problem is said at once.

A setting is written `listen.port`: `port` under `[listen]` in the file, `GARANCE_LISTEN_PORT` in the environment
(lists with commas). What each means, in French, is in `words/settings.toml`, which also makes the reference page.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from garance.kernel.refusal import Refused
from garance.server.file_kinds import KINDS
from garance.server.http.decoding import convert_text

PREFIX = "GARANCE_"
CONNECTIONS = "connections"
CONNECTION_NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
SECRETS = frozenset({"oidc.client_secret", "metrics.token"})
"""Settings that are never printed nor copied into a backup."""

NOT_SETTINGS = frozenset({"GARANCE_SETTINGS", "GARANCE_SHARED_DATA", "GARANCE_WEB_OUT", "GARANCE_REQUIRE"})
"""Names of the environment that other parts of the house read."""

Text = Annotated[str, Meta(min_length=1, max_length=500)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Bytes = Annotated[int, Meta(ge=1, le=1 << 50)]
Seconds = Annotated[int, Meta(ge=1, le=3600)]
Days = Annotated[int, Meta(ge=1, le=36_500)]


class Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """This installation: where it keeps its data, which territory it shows."""

    name: Annotated[str, Meta(min_length=1, max_length=80)] = "Garance"
    time_zone: Annotated[str, Meta(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$", max_length=60)] = "Europe/Paris"
    data_folder: Text = "garance-data"
    territory: Text | None = None
    reserve_bytes: Bytes = 256 << 20


class Listen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the server listens and under which address people know it."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    public_url: Annotated[str, Meta(pattern=r"^https?://[^/?#\s]+$")] | None = None
    trusted_proxies: tuple[Text, ...] = ()
    stop_s: Seconds = 10


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the server accepts before it says no."""

    json_bytes: Bytes = 1 << 20
    requests: Count = 256
    waiting_commands: Count = 1_500
    anonymous_per_minute: Count = 120
    streams: Count = 5_000
    streams_per_person: Count = 20


class Files(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attachments: which kinds, how large, how much in all."""

    max_bytes: Bytes = 50 << 20
    quota_bytes: Bytes = 20 << 30
    types: tuple[Text, ...] = ("image/jpeg", "image/png", "image/webp", "application/pdf", "audio/ogg", "video/mp4")


class Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a signed-in person stays so."""

    idle_minutes: Count = 720
    longest_hours: Count = 24
    wall_days: Days = 30


class Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sign-in through another service (ProConnect, Keycloak). Without `issuer` there is none."""

    issuer: Annotated[str, Meta(pattern=r"^https?://[^?#\s]+$")] | None = None
    client_id: Text | None = None
    client_secret: Text | None = None
    title_fr: Text = "Connexion avec un compte de l'administration"
    title_en: Text = "Sign in with an administration account"
    link_by_email: bool = False


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the program writes about itself."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may read `/metrics`: these networks, or whoever holds the token."""

    addresses: tuple[Text, ...] = ("127.0.0.1/32", "::1/128")
    token: Annotated[str, Meta(min_length=16, max_length=500)] | None = None


class Demo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A node that tells a story: anyone may take one of its roles, in exercise only."""

    enabled: bool = False
    source: Text | None = None
    speed: Annotated[float, Meta(ge=0, le=3600)] = 36.0
    begin_at: Annotated[str, Meta(pattern=r"^(([01]?[0-9]|2[0-3]):[0-5][0-9]|end)$")] | None = None


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long what is not a fact is kept."""

    tracks_days: Days = 400
    aside_days: Days = 30


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything an operator may choose."""

    node: Node = Node()
    listen: Listen = Listen()
    limits: Limits = Limits()
    files: Files = Files()
    session: Session = Session()
    oidc: Oidc = Oidc()
    log: Log = Log()
    metrics: Metrics = Metrics()
    demo: Demo = Demo()
    retention: Retention = Retention()
    connections: Mapping[str, Mapping[str, Any]] = {}
    """What comes from outside, by name: `[connections.<name>]` as written (see `connections.plan`)."""

    @property
    def data(self) -> Path:
        """The data folder."""
        return Path(self.node.data_folder)

    @property
    def https(self) -> bool:
        """Whether people reach this node over TLS: cookies and transport security depend on it."""
        return (self.listen.public_url or "").startswith("https://")

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names this node answers to, with their port as browsers send it; None: whatever it is called."""
        return frozenset({urlsplit(self.listen.public_url).netloc.lower()}) if self.listen.public_url else None


class Problem(NamedTuple):
    """One thing wrong: which setting, read where, and what was wanted (`wanted` is a type or a setting's name)."""

    code: Literal["unknown", "wrong", "together"]
    name: str
    where: str
    wanted: Any


class Setting(NamedTuple):
    """One setting: full name, type, default."""

    name: str
    kind: Any
    default: Any

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.replace(".", "_").upper()


class SettingsWrong(Refused):
    """The settings cannot be used; `problems` lists everything that is wrong with them."""

    def __init__(self, problems: list[Problem]) -> None:
        told = "; ".join(f"{each.name} ({each.where})" for each in problems)
        super().__init__("settings-wrong", detail={"count": len(problems), "settings": told})
        self.problems = problems


def known_settings() -> Iterator[Setting]:
    """Every setting there is, in the order of the file."""
    for section in msgspec.structs.fields(Settings):
        if section.name == CONNECTIONS:
            continue
        for field in msgspec.structs.fields(section.type):
            yield Setting(f"{section.name}.{field.name}", field.type, getattr(section.default, field.name))


def read_settings(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of that file (none: only defaults) and that environment.

    Refuses `settings-unreadable` (no such file, not TOML) and `settings-wrong`, with everything that is wrong.
    """
    known = {each.name: each for each in known_settings()}
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    connections: dict[str, dict[str, Any]] = {}
    for name, value in _in_file(file):
        if name.partition(".")[0] == CONNECTIONS:
            _connect(connections, problems, (name, value, file.name if file else ""))
        else:
            _take(values, problems, known, (name, value, file.name if file else ""))
    by_variable = {each.variable: name for name, each in known.items()}
    for variable, text in sorted(environment.items()):
        if variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            if _said_of_connection(connections, variable, text):
                continue
            if variable not in by_variable:
                near = difflib.get_close_matches(variable, by_variable, 1)
                problems.append(Problem("unknown", variable, "env", near[0] if near else None))
                continue
            name = by_variable[variable]
            _take(values, problems, known, (name, _Said(text), variable))
    settings = msgspec.structs.replace(_assemble(values), connections=connections)
    problems += _together(settings)
    if problems:
        raise SettingsWrong(problems)
    return settings


def _connect(connections: dict[str, dict[str, Any]], problems: list[Problem], said: tuple[str, Any, str]) -> None:
    name, value, where = said
    slug = name.partition(".")[2]
    if not re.fullmatch(CONNECTION_NAME, slug) or not isinstance(value, dict):
        problems.append(Problem("wrong", name, where, "connection"))
        return
    connections[slug] = value


def _said_of_connection(connections: dict[str, dict[str, Any]], variable: str, text: str) -> bool:
    """Whether that variable is a setting of a connection of the file; it then wins over the file."""
    for name in sorted(connections, key=len, reverse=True):
        prefix = f"{PREFIX}{CONNECTIONS}_{name}_".upper().replace("-", "_")
        if variable.startswith(prefix):
            connections[name] = {**connections[name], variable.removeprefix(prefix).lower(): text}
            return True
    return False


class _Said(str):
    """A value said as text in the environment, still to be read as what it must be."""


def _in_file(file: Path | None) -> Iterator[tuple[str, Any]]:
    if file is None:
        return
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        place = str(problem) if isinstance(problem, tomllib.TOMLDecodeError) else ""
        raise Refused("settings-unreadable", detail={"file": str(file), "place": place}) from problem
    for section, members in found.items():
        if not isinstance(members, dict):
            yield section, members
            continue
        for name, value in members.items():
            yield f"{section}.{name}", value


def _take(
    values: dict[str, Any], problems: list[Problem], known: Mapping[str, Setting], said: tuple[str, Any, str]
) -> None:
    name, value, where = said
    setting = known.get(name)
    if setting is None:
        near = difflib.get_close_matches(name, known, 1)
        problems.append(Problem("unknown", name, where, near[0] if near else None))
        return
    try:
        values[name] = _from_text(value, setting) if isinstance(value, _Said) else msgspec.convert(value, setting.kind)
    except (msgspec.ValidationError, Refused):
        problems.append(Problem("wrong", name, where, setting.kind))


def _from_text(text: str, setting: Setting) -> Any:
    if isinstance(setting.default, tuple):
        return msgspec.convert([part.strip() for part in text.split(",") if part.strip()], setting.kind)
    if text == "" and setting.default is None:
        return None
    return convert_text(str(text), setting.kind, setting.name)


def _assemble(values: Mapping[str, Any]) -> Settings:
    sections: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, member = name.partition(".")
        sections.setdefault(section, {})[member] = value
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    return Settings(**{section: types[section](**members) for section, members in sections.items()})


def _together(settings: Settings) -> Iterator[Problem]:
    """What is right alone and wrong together."""
    if settings.oidc.issuer and not settings.oidc.client_id:
        yield Problem("together", "oidc.client_id", "", "oidc.issuer")
    if settings.demo.enabled and settings.oidc.issuer:
        yield Problem("together", "demo.enabled", "", "oidc.issuer")
    for each in settings.files.types:
        if each not in KINDS:
            yield Problem("wrong", "files.types", each, "kinds")
    for name, networks in (
        ("metrics.addresses", settings.metrics.addresses),
        ("listen.trusted_proxies", settings.listen.trusted_proxies),
    ):
        for each in networks:
            try:
                ipaddress.ip_network(each, strict=False)
            except ValueError:
                yield Problem("wrong", name, each, "network")


def public_values(settings: Settings) -> dict[str, Any]:
    """Every setting and its value, secrets left out: for printing and for backups."""
    return {
        each.name: getattr(getattr(settings, each.name.partition(".")[0]), each.name.partition(".")[2])
        for each in known_settings()
        if each.name not in SECRETS
    }
