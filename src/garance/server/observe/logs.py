"""Structured logs that never hold a person: no body, no login, no address, no query string, no message of an error.

Only the particulars named in `KEPT` are written. Other libraries speak through their templates, without their values.
"""

from __future__ import annotations

import contextvars
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO

import msgspec

KEPT = ("method", "route", "status", "ms", "bytes", "incident", "kind", "where", "code", "count", "address", "seconds")
"""The only particulars that leave with a message. `address` is where the server listens, never who asks."""

MAX_FOREIGN = 200
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
"""The request being answered, on every line written meanwhile and on its answer (`X-Request-Id`)."""


def _said(record: logging.LogRecord) -> dict[str, object]:
    ours = record.name.partition(".")[0] == "garance"
    message = record.getMessage() if ours else str(record.msg).partition("\n")[0][:MAX_FOREIGN]
    said: dict[str, object] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": message,
    }
    if request_id.get():
        said["request"] = request_id.get()
    said.update({key: record.__dict__[key] for key in KEPT if key in record.__dict__})
    if record.exc_info and record.exc_info[0] is not None:
        said["kind"] = f"{record.exc_info[0].__module__}.{record.exc_info[0].__qualname__}"
        said["where"] = frames(record.exc_info[2])
    return said


def frames(trace: TracebackType | None) -> list[str]:
    """Where the program was, one line per call: files and functions, never values."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        return msgspec.json.encode(_said(record), enc_hook=str).decode()


class PlainLines(logging.Formatter):
    """For the eye: the same particulars, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record."""
        said = _said(record)
        head = f"{said.pop('at')} {said.pop('level')} {said.pop('logger')} {said.pop('message')}"
        return " ".join([head, *(f"{key}={value}" for key, value in said.items())])


def start_logs(level: str = "info", style: Literal["json", "text"] = "json", to: TextIO | None = None) -> None:
    """Send every log of this process there (standard error unless told), and nowhere else."""
    # What a line of log never says here is not worth finding out for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("garance").setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)
