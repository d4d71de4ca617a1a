"""The OpenAPI 3.1 description, written from the endpoints themselves so that it cannot lag behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from garance.server.http.endpoint import Endpoint
from garance.server.http.problem import PROBLEM_JSON, Problem, status_of
from garance.server.http.routing import CSRF_HEADER

Schema = dict[str, Any]
_REF = "#/components/schemas/{name}"

ANYWHERE = ("too-many-requests", "overloaded", "host-unknown", "request-malformed", "cross-site")
"""Refusals of the shelter around every endpoint."""
OF_SESSION = ("not-signed-in",)
OF_CHANGE = ("csrf-wrong", "read-only")
OF_VALUES = ("field-unknown", "field-missing", "field-repeated", "value-wrong", "naive-time")
OF_BODY = ("content-type-wrong", "body-too-large", "body-too-slow")
OF_JSON = (*OF_VALUES, "json-malformed", "json-too-deep")


_RANGES: Schema = {"multipart/byteranges": {"schema": {"type": "string", "format": "binary"}}}


def describe(endpoints: Sequence[Endpoint], *, title: str, version: str, cookie: str = "garance") -> Schema:
    """The whole description, as a JSON object; `cookie` is the name of the one that holds the session."""
    kinds = [kind for each in endpoints for kind in (each.body, each.query, each.answer) if kind is not None]
    schemas, components = msgspec.json.schema_components([*kinds, Problem], ref_template=_REF)
    by_kind = {_key(kind): schema for kind, schema in zip([*kinds, Problem], schemas, strict=True)}
    paths: dict[str, Schema] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, by_kind, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": cookie},
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def refusals_of(each: Endpoint) -> tuple[str, ...]:
    """Every code that this endpoint may answer, those of the layer included."""
    codes: list[str] = [*ANYWHERE, "field-unknown", *each.refusals]
    if each.needs_reader:
        codes += OF_SESSION
        if each.unsafe:
            codes += OF_CHANGE
    if each.parameters:
        codes.append("unknown")
    if each.query is not None:
        codes += OF_VALUES
    if each.body is not None or each.consumes is not None:
        codes += OF_BODY
    if each.body is not None:
        codes += OF_JSON
    if each.ranges:
        codes.append("range-wrong")
    return tuple(dict.fromkeys(codes))


def _key(kind: Any) -> str:
    return repr(kind)


def _operation(each: Endpoint, by_kind: dict[str, Schema], components: Schema) -> Schema:
    described: Schema = {
        "operationId": f"{each.method.lower()} {each.path}",
        "tags": [each.tag],
        "summary": each.summary,
        "parameters": [*_path_parameters(each), *_query_parameters(each, by_kind, components), *(each.own_query or ())],
        "responses": _responses(each, by_kind),
        "security": [],
    }
    if each.needs_reader:
        described["security"] = [{"session": [], "csrf": []} if each.unsafe else {"session": []}]
        described["security"] += [{"token": []}] if each.tokens else []
    if each.body is not None:
        content = {"application/json": {"schema": by_kind[_key(each.body)]}}
        described["requestBody"] = {"required": True, "content": content}
    elif each.consumes is not None:
        content = {each.consumes: {"schema": {"type": "string", "format": "binary", "maxLength": each.max_bytes}}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _path_parameters(each: Endpoint) -> Iterable[Schema]:
    for name, kind in each.parameters.items():
        yield {"name": name, "in": "path", "required": True, "schema": msgspec.json.schema(kind)}


def _query_parameters(each: Endpoint, by_kind: dict[str, Schema], components: Schema) -> Iterable[Schema]:
    if each.query is None:
        return
    reference = by_kind[_key(each.query)]["$ref"].rpartition("/")[2]
    shape = components[reference]
    for name, schema in shape["properties"].items():
        required = name in shape.get("required", [])
        yield {"name": name, "in": "query", "required": required, "schema": _without_null(schema)}


def _without_null(schema: Schema) -> Schema:
    """An optional member of a query is left out; it cannot be null there."""
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default") or not choices}
    if len(choices) == 1:
        return {**kept, **choices[0]}
    return {**kept, "anyOf": choices} if choices else kept


def _opaque(media_type: str) -> Schema:
    """What an answer of no kind of ours is: an object when it is JSON (RFC 6839), else bytes."""
    if media_type == "application/json" or media_type.endswith("+json"):
        return {"type": "object"}
    return {"type": "string", "format": "binary"}


def _responses(each: Endpoint, by_kind: dict[str, Schema]) -> Schema:
    good: Schema = {"description": HTTPStatus(each.status).phrase}
    if each.answer is not None:
        good["content"] = {each.produces: {"schema": by_kind[_key(each.answer)]}}
    elif each.status != 204:
        good["content"] = {kind: {"schema": _opaque(kind)} for kind in (each.produces, *each.also_produces)}
    found: Schema = {str(each.status): good}
    if each.conditional:
        found["304"] = {"description": "The reader already has it"}
    if each.ranges:
        found["206"] = {"description": "The ranges asked", "content": good["content"] | _RANGES}
    by_status: dict[int, list[str]] = {}
    for code in refusals_of(each):
        by_status.setdefault(status_of(code), []).append(code)
    for status, codes in sorted(by_status.items()):
        found[str(status)] = _refused(codes, by_kind[_key(Problem)])
    return found


def _refused(codes: Sequence[str], problem: Schema) -> Schema:
    narrowed = {"allOf": [problem, {"properties": {"code": {"enum": list(codes)}}}]}
    return {"description": ", ".join(codes), "content": {PROBLEM_JSON: {"schema": narrowed}}}
