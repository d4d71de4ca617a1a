"""Which packages the guided engine follows for a decoder: its own and those it reads with; never a library's.

Apart from the table, which imports every decoder: what is followed must be known before the first of them is imported.
"""

from __future__ import annotations

from support.source import SOURCE

SHARED = ("connectors.lines", "connectors.members", "kernel.place", "kernel.label")
"""What all decoders read with."""
OTHERS = {
    "exchange-files": ("connectors.exchange_files", "territory.reading.archive", "territory.reading.texts"),
    "mqtt-json": ("connectors.mqtt",),
    "mqtt-owntracks": ("connectors.mqtt", "connectors.owntracks"),
    "mqtt-traccar": ("connectors.mqtt", "connectors.traccar", "connectors.osmand"),
    "traccar": ("connectors.traccar", "connectors.osmand"),
    "tak": ("connectors.tak",),
}
"""Where it is not the folder of that name; `tak` is also for whatever begins with it."""


def code_of(name: str) -> tuple[str, ...]:
    """The packages of that decoder, under `garance`."""
    own = OTHERS.get("tak" if name.startswith("tak-") else name, (f"connectors.{name.replace('-', '_')}",))
    return tuple(f"garance.{package}" for package in (*own, *SHARED))


def modules() -> list[str]:
    """Every module of the house, by its name."""
    paths = [path.relative_to(SOURCE.parent).with_suffix("") for path in sorted(SOURCE.rglob("*.py"))]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def left_alone(name: str) -> list[str]:
    """The modules of the house that are not followed for that decoder."""
    own = code_of(name)
    return [module for module in modules() if not any(f"{module}.".startswith(f"{one}.") for one in own)]
