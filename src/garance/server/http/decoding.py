"""From bytes and query strings to typed values: strictly, within limits, with a reason when refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request

from garance.kernel.refusal import Refused

ANYTHING = "*/*"
"""The media type of a body that may be of any."""

_PLACE = re.compile(r" - at `(?:key in )?\$\.?(?P<field>[^`]*)`$")
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`$", re.DOTALL)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?")


def refusal_of(problem: msgspec.ValidationError, under: str = "") -> Refused:
    """Say what is wrong with a value and where, without repeating the value."""
    said, place = str(problem), _PLACE.search(str(problem))
    path = under
    if place is not None:
        said = said[: place.start()]
        path = ".".join(part for part in (under, place.group("field")) if part)
    for pattern, code in ((_UNKNOWN, "field-unknown"), (_MISSING, "field-missing")):
        named = pattern.match(said)
        if named is not None:
            return Refused(code, field=".".join(part for part in (path, named.group("name")[:64]) if part))
    if "timezone" in said:
        return Refused("naive-time", field=path or None)
    expected = said if said.startswith("Expected") else re.sub(r" [`'\"].*$|:.*$", "", said, flags=re.DOTALL)
    return Refused("value-wrong", field=path or None, detail={"expected": expected})


def decode_json(decoder: msgspec.json.Decoder[Any], content: bytes) -> Any:
    """A value of the decoder's type; refuses `json-malformed`, `json-too-deep`, and what `refusal_of` says."""
    try:
        return decoder.decode(content)
    except msgspec.ValidationError as problem:
        raise refusal_of(problem) from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Refused("json-malformed") from problem
    except RecursionError as problem:
        raise Refused("json-too-deep") from problem


def convert_text(text: str, kind: Any, field: str) -> Any:
    """A text of the address as that type: as it stands, else as a plain number, `true` or `false`."""
    try:
        return msgspec.convert(text, kind)
    except msgspec.ValidationError as problem:
        literal = text in ("true", "false") or _NUMBER.fullmatch(text)
        if not literal:
            raise refusal_of(problem, field) from problem
    try:
        return msgspec.convert(msgspec.json.decode(text), kind)
    except msgspec.ValidationError as problem:
        raise refusal_of(problem, field) from problem


def convert_query(pairs: Iterable[tuple[str, str]], kind: type[msgspec.Struct]) -> Any:
    """A query string as a Struct: each name once, none unknown."""
    types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for name, text in pairs:
        if name not in types:
            raise Refused("field-unknown", field=name[:64])
        if name in values:
            raise Refused("field-repeated", field=name)
        values[name] = convert_text(text, types[name], name)
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as problem:
        raise refusal_of(problem) from problem


def check_type(headers: Mapping[str, str], expected: str) -> None:
    """The body must say that it is of the expected media type (any, for `ANYTHING`); refuses `content-type-wrong`."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refused("content-type-wrong", detail={"expected": "identity"})
    if expected == ANYTHING:
        return
    said, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if said.strip().lower() != expected or charset not in ("", "charset=utf-8"):
        raise Refused("content-type-wrong", detail={"expected": expected})


def _too_large(request: Request, max_bytes: int) -> Refused:
    """The refusal of a body over the limit; raised at once when the body announces that it is."""
    refused = Refused("body-too-large", detail={"max_bytes": max_bytes})
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > max_bytes:
        raise refused
    return refused


async def read_body(request: Request, *, max_bytes: int, total_s: float) -> bytes:
    """The whole body, refused as soon as it is known to be too large or too slow.

    `body-too-large` before a byte is read when the length is announced, else at the first byte over; `body-too-slow`
    when it is not over after `total_s`.
    """
    too_large, content = _too_large(request, max_bytes), bytearray()
    try:
        async with asyncio.timeout(total_s):
            async for piece in request.stream():
                content += piece
                if len(content) > max_bytes:
                    raise too_large
    except TimeoutError as problem:
        raise Refused("body-too-slow", detail={"seconds": total_s}) from problem
    except ClientDisconnect as problem:
        raise Refused("request-malformed") from problem
    return bytes(content)


async def stream_body(request: Request, *, max_bytes: int, pause_s: float, total_s: float) -> AsyncIterator[bytes]:
    """The body in pieces, with the limits of `read_body`; also `body-too-slow` when nothing comes for `pause_s`."""
    too_large, pieces, received = _too_large(request, max_bytes), request.stream(), 0
    now_s = asyncio.get_running_loop().time
    deadline = now_s() + total_s
    while True:
        try:
            async with asyncio.timeout(min(pause_s, deadline - now_s())):
                piece = await anext(pieces, None)
        except TimeoutError as problem:
            raise Refused("body-too-slow", detail={"seconds": total_s}) from problem
        except ClientDisconnect as problem:
            raise Refused("request-malformed") from problem
        if piece is None:
            return
        received += len(piece)
        if received > max_bytes:
            raise too_large
        yield piece
