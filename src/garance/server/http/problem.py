"""How every failure looks: RFC 9457 `application/problem+json` with a stable `code`, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from garance.kernel.refusal import Refused

PROBLEM_JSON = "application/problem+json"

RULE_REFUSED = 422
"""The status of a refusal that has no line of its own below: a rule said no."""

_CODES_BY_STATUS: Mapping[int, str] = {
    400: "bbox-across-antimeridian json-malformed json-too-deep query-malformed request-malformed",
    401: "not-signed-in sign-in-refused second-factor-needed session-ended",
    403: "not-allowed exercise-only csrf-wrong read-only cross-site not-a-demo certificate-revoked",
    404: "unknown no-terrain no-territory",
    405: "method-not-allowed",
    408: "body-too-slow",
    409: "command-id-reused chain-forked journal-in-use territory-replaced",
    413: "body-too-large quota-full",
    415: "content-type-wrong",
    416: "range-wrong",
    421: "host-unknown",
    429: "too-many-attempts too-many-requests too-many-streams",
    500: "internal-fault",
    503: "overloaded stopping too-slow storage-failed not-ready",
    507: "storage-full",
}
_STATUS = {code: status for status, codes in _CODES_BY_STATUS.items() for code in codes.split()}
_CODE_OF_STATUS = {status: codes.split()[0] for status, codes in _CODES_BY_STATUS.items()} | {400: "request-malformed"}

_log = logging.getLogger("garance.fault")


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A failure on the wire. `code` is for programs and catalogues of words; `detail` holds numbers, never people."""

    type: Literal["about:blank"]
    title: str
    status: int
    code: str
    field: str | None = None
    detail: dict[str, str | int | float] | None = None


def status_of(code: str) -> int:
    """The HTTP status of a refusal: from the table above, 422 for every rule of the domain."""
    return _STATUS.get(code, RULE_REFUSED)


def waits(code: str) -> bool:
    """Whether the very same may be taken a little later: a full disk, a node that stops, too much at once."""
    return status_of(code) in (429, 503, 507)


def answer_refusal(refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """The response that says this refusal. A `retry_after_s` in its detail becomes the `Retry-After` header."""
    status = status_of(refused.code)
    problem = Problem(
        "about:blank", HTTPStatus(status).phrase, status, refused.code, refused.field, refused.detail or None
    )
    response = Response(msgspec.json.encode(problem), status, media_type=PROBLEM_JSON, headers=dict(headers or {}))
    response.headers["Cache-Control"] = "no-store"
    if "retry_after_s" in refused.detail:
        response.headers["Retry-After"] = str(refused.detail["retry_after_s"])
    return response


async def refuse_http(_request: Request, problem: Exception) -> Response:
    """Starlette's own refusals (no such route, range not satisfiable…) in the one shape."""
    assert isinstance(problem, HTTPException)  # noqa: S101 - registered for this class only
    refused = Refused(_CODE_OF_STATUS.get(problem.status_code, "request-malformed"))
    response = answer_refusal(refused, problem.headers)
    response.status_code = problem.status_code
    return response


class Faults:
    """A wall around routes: a refusal is answered, anything else is a bug with a number and no particulars.

    Add it to Starlette as middleware (its own error page stands outside all of them and would speak first).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; if nothing was sent yet, failures become problems."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as problem:
            response = answer_refusal(problem if isinstance(problem, Refused) else _incident(scope, problem))
            if begun:
                raise  # half an answer is on the wire: only closing the connection is honest
            await response(scope, receive, send)
        except asyncio.CancelledError:
            if begun:
                raise
            await answer_refusal(Refused("stopping"))(scope, receive, send)  # only a server that stops cancels


def _incident(scope: Scope, problem: Exception) -> Refused:
    """Log where the program failed, never with what (messages of exceptions quote values), under an opaque number."""
    number = secrets.token_hex(6)
    kinds, cause = [], problem.__cause__ or problem
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(problem.__traceback__)]
    for failed in {id(problem): problem, id(cause): cause}.values():
        kinds.append(f"{type(failed).__module__}.{type(failed).__qualname__}")
    route = scope.get("garance.route", "")
    _log.error("fault", extra={"incident": number, "route": route, "kind": " < ".join(kinds), "where": where})
    return Refused("internal-fault", detail={"incident": number})
