"""The endpoint layer: typed functions behind addresses, one error shape, and a description that is true.

An endpoint is a typed function (see `endpoint`); its signature is its contract. What it does not declare is
refused; how each refusal looks on the wire is in `problem`; `openapi` writes the description from the same types.
"""

from garance.server.http.conditional import weak_tag
from garance.server.http.endpoint import Call, Endpoint, Identified, endpoint
from garance.server.http.openapi import describe
from garance.server.http.paging import Page
from garance.server.http.problem import Faults, Problem, answer_refusal, refuse_http, status_of
from garance.server.http.routing import Gate, routes

__all__ = [
    "Call",
    "Endpoint",
    "Faults",
    "Gate",
    "Identified",
    "Page",
    "Problem",
    "answer_refusal",
    "describe",
    "endpoint",
    "refuse_http",
    "routes",
    "status_of",
    "weak_tag",
]
