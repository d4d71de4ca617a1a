"""The application that a server runs."""

from __future__ import annotations

from starlette.applications import Starlette

from garance.server.settings import Settings
from garance.server.shell import Shell


def build_empty_app(settings: Settings) -> Starlette:
    """An application with its shell and no node: health, readiness, metrics, description and pages."""
    return Shell(settings=settings).application([], lambda request: None)
