"""An endpoint: an address, a typed function, and what it may answer."""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, get_type_hints

import msgspec
from starlette.requests import Request

from garance.kernel.refusal import Refused
from garance.server.http.conditional import NotModified, matches
from garance.server.http.decoding import stream_body

JSON = "application/json"
MAX_JSON_BYTES = 1 << 20
BODY_PAUSE_S = 5.0
BODY_TOTAL_S = 15.0
ANSWER_S = 30.0
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Identified(Protocol):
    """What the layer must know of a reader: who, the token that proves the page is ours, and if they only look."""

    @property
    def person(self) -> str: ...  # noqa: D102

    @property
    def csrf(self) -> str: ...  # noqa: D102

    @property
    def read_only(self) -> bool: ...  # noqa: D102


R = TypeVar("R", bound=Identified)


class Call(Generic[R]):
    """One request being answered: who asks, and the headers that will go with the answer."""

    __slots__ = ("headers", "limits", "reader", "request")

    def __init__(self, request: Request, reader: R | None, limits: Endpoint) -> None:
        self.request = request
        self.reader = reader
        self.limits = limits
        self.headers: dict[str, str] = {}

    @property
    def who(self) -> R:
        """The reader; refuses `not-signed-in` when there is none."""
        if self.reader is None:
            raise Refused("not-signed-in")
        return self.reader

    @property
    def address(self) -> str:
        """The network address of whoever asks (already corrected for trusted proxies)."""
        return self.request.client.host if self.request.client else ""

    def unless_known(self, tag: str) -> None:
        """Stop here with 304 if the reader already has the answer of that tag; else put the tag on the answer."""
        self.headers["ETag"] = tag
        self.headers.setdefault("Cache-Control", "private, no-cache")
        if matches(tag, self.request.headers.get("if-none-match")):
            raise NotModified

    def stream(self) -> AsyncIterator[bytes]:
        """The raw body in pieces, within the endpoint's limits."""
        limits = self.limits
        return stream_body(self.request, max_bytes=limits.max_bytes, pause_s=limits.pause_s, total_s=limits.body_s)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What one method of one address takes and gives. Build it directly, or from a function with `endpoint`.

    `run(call, **path, query=…, body=…)` is given only what is declared. It returns a value of type `answer`, its
    JSON already encoded as bytes, None (204) or a Starlette response. `consumes` other than JSON leaves the body to
    `call.stream()`. `also_produces`: the other kinds of a
    response of its own. `charged`: requests without a session count against their address. `tokens`: a program may come
    with a reading token in place of a session. `own_query`: the endpoint reads its query itself
    (`call.request.query_params`), and describes it so (OpenAPI parameters). Sizes in bytes, times in seconds.
    """

    method: str
    path: str
    run: Callable[..., Awaitable[object]]
    tag: str
    summary: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    query: type[msgspec.Struct] | None = None
    own_query: Sequence[Mapping[str, Any]] | None = None
    body: Any = None
    consumes: str | None = None
    answer: Any = None
    produces: str = JSON
    also_produces: tuple[str, ...] = ()
    status: int = 200
    needs_reader: bool = True
    reads_only: bool = False
    charged: bool = True
    tokens: bool = False
    conditional: bool = False
    ranges: bool = False
    refusals: tuple[str, ...] = ()
    max_bytes: int = MAX_JSON_BYTES
    pause_s: float = BODY_PAUSE_S
    body_s: float = BODY_TOTAL_S
    answer_s: float = ANSWER_S

    def __post_init__(self) -> None:
        """An address and its function must agree, or the program must not start."""
        placed = re.findall(r"{(\w+)}", self.path)
        if sorted(placed) != sorted(self.parameters):
            raise TypeError(f"{self.method} {self.path}: the function takes {sorted(self.parameters)}")
        if self.body is not None and self.method not in UNSAFE:
            raise TypeError(f"{self.method} {self.path}: a safe method takes no body")

    @property
    def unsafe(self) -> bool:
        """Whether it changes something, so that the page's own token must come with it."""
        return self.method in UNSAFE and not self.reads_only


def endpoint(method: str, path: str, *, tag: str, **settings: Any) -> Callable[[Callable[..., Any]], Endpoint]:
    """Declare an endpoint by a typed function: `(call, <path names>, query: Struct, body: Struct) -> Answer`.

    The types of parameters, query, body and answer are those of the signature; the summary is the first line of its
    docstring. `settings` are the other fields of `Endpoint`, which win over the signature.
    """

    def declare(run: Callable[..., Any]) -> Endpoint:
        hints = get_type_hints(run, include_extras=True)
        names = list(inspect.signature(run).parameters)[1:]
        answer = hints.get("return")
        found: dict[str, Any] = {
            "summary": (inspect.getdoc(run) or run.__name__).partition("\n")[0],
            "parameters": {name: hints[name] for name in names if name not in ("query", "body")},
            "query": hints.get("query"),
            "body": hints.get("body"),
            "answer": None if answer is type(None) else answer,
        }
        if found["answer"] is None:
            found["status"] = 204
        return Endpoint(method=method, path=path, tag=tag, run=run, **{**found, **settings})

    return declare
