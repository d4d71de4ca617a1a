"""The socket of sources: bytes in, observations out (connecteurs). Decoding does no I/O and never waits.

A connector is a folder of `garance.connectors`: `manifest.toml`, `decode.py`, `connector.py`, `README.md`. The manifest
is read without importing anything; `entry` is imported only when a setting names the connector.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

import msgspec

from garance.kernel.identity import Slug
from garance.kernel.refusal import Refused
from garance.ports.observation import Observation

MAX_FRAME_BYTES = 8 << 20
"""The longest frame that is taken from a link (8 MiB), pushed, followed, listened to or polled.

A file that a person gives does not come by a link: its bound is that of the reader of files (50 MiB,
`connectors.exchange_files`).
"""


class Arrival(enum.StrEnum):
    """How bytes come."""

    PUSH = "push"
    """Sent by others to an address of this node, over HTTP."""
    LISTEN = "listen"
    """Sent by others to a port of its own."""
    FOLLOW = "follow"
    """Read from a connection that this node opens and keeps."""
    POLL = "poll"
    """Asked for now and then, over HTTP."""
    FILE = "file"
    """Given by a person, as a file."""


class Reach(enum.StrEnum):
    """What network it needs."""

    NONE = "none"
    LAN = "lan"
    INTERNET = "internet"


class Grade(enum.StrEnum):
    """How far it has been proven (see the developer's page)."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A setting of a connector. `secret` is never printed nor backed up; without `default` it must be given."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    kind: Literal["text", "whole", "number", "yes-no", "list", "file"]
    fr: str
    en: str
    default: str | int | float | bool | list[str] | None = None
    optional: bool = False
    secret: bool = False
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is known of a connector before it is imported. `entry` is `module:function`, from settings to connector."""

    name: Slug
    title_fr: str
    title_en: str
    entry: Annotated[str, msgspec.Meta(pattern=r"^[a-z_][a-z0-9_.]*:[a-z_][a-z0-9_]*$")]
    arrival: Arrival
    network: Reach
    licence: str
    attribution: str
    owners: tuple[str, ...]
    sensitivity: Literal["ordinary", "personal", "health", "restricted"] = "ordinary"
    quality: Grade
    sends: bool = False
    pushed: bool = False
    """It also takes what is pushed over HTTP, whatever its usual arrival."""
    traffic: bool = False
    """What moves there passes by (ships, aircraft): it is not among the means of a situation."""
    believable: Mapping[str, float] = {}
    """What intake takes to be possible from such a source, where it is not the usual (see `intake.arrival.Limits`)."""
    settings: tuple[Wish, ...] = ()

    @property
    def takes_pushes(self) -> bool:
        """Whether it has an address of this node where others push."""
        return self.pushed or self.arrival is Arrival.PUSH


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes as they came. `parameters` are those of the address; `topic` that of a broker; `name` that of a file."""

    data: bytes = b""
    content_type: str = ""
    parameters: Mapping[str, str] = {}
    topic: str = ""
    name: str = ""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who sent a frame, as far as the link proves it: the name in a certificate or of a token, else an address.

    `proven` only with a certificate that this node signed or trusts, or a token that it gave.
    """

    name: str
    proven: bool = False


class Outlet(Protocol):
    """Where a connector that runs gives what it brings, and says how it fares. Only `settled` waits."""

    def take(self, observations: Sequence[Observation], sender: Sender) -> None:
        """Hand over what was decoded."""
        ...

    def refuse(self, frame: Frame, sender: Sender, why: Refused) -> None:
        """A frame could not be decoded: it is kept aside with the reason."""
        ...

    async def settled(self) -> None:
        """Wait until all that was handed over is said or kept aside: only then may a broker be told that it arrived."""
        ...

    def up(self) -> None:
        """The link stands."""
        ...

    def lost(self, why: str) -> None:
        """The link fell; the connector tries again by itself."""
        ...


class Connector(Protocol):
    """One source, configured. One that only decodes (`push`, `file`) does nothing in `run`."""

    def decode(self, frame: Frame) -> Sequence[Observation]:
        """What a frame says, in order; refuses with a code what is not what it should be."""
        ...

    async def run(self, outlet: Outlet) -> None:
        """Bring frames until cancelled."""
        ...


@runtime_checkable
class Polled(Protocol):
    """A source that the server asks over HTTP (`poll`), and whose answers it has decoded: where, and how often."""

    @property
    def address(self) -> str:
        """The `http` or `https` address to ask."""
        ...

    @property
    def every_s(self) -> float:
        """Seconds between an answer and the next request."""
        ...


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender is answered, in the words of its protocol."""

    data: bytes
    content_type: str


@runtime_checkable
class Replying(Protocol):
    """A connector whose senders want an answer to what they push, and that knows what may not be kept."""

    def taken(self, frame: Frame) -> tuple[Sequence[Observation], Reply | None]:
        """What a frame says, and what to answer; refuses as `Connector.decode`."""
        ...

    def turned_away(self, frame: Frame, why: Refused) -> tuple[Frame, Reply | None]:
        """What may be kept of a refused frame, and what to answer."""
        ...


Opener = Callable[[Mapping[str, Any]], Connector]
"""What `entry` names. Settings are checked against the manifest before."""
