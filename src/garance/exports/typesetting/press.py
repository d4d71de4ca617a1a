"""The press: a manuscript in, tagged PDF out (PDF/UA-1), within bounds of time, size and memory (presse)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from garance.kernel.refusal import Refused
from garance.ports.export import Manuscript

TIMEOUT_S = 25.0
MAX_DATA_BYTES = 48 << 20
MAX_PDF_BYTES = 96 << 20

_HERE = Path(__file__).parent
_LAYOUTS = _HERE / "layouts"
_ENVIRONMENT = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
"""What the process is told of this machine: what Windows cannot start without, and nothing elsewhere."""


def set_pdf(manuscript: Manuscript, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """Set the pages. Blocks; refuses `document-too-large`, `document-too-slow`.

    The words of a person reach the layout as data and cannot be instructions to it; the process that sets them sees
    only a folder made for it, and no address.
    """
    return _set(manuscript, "pdf", timeout_s)


def set_first_page(manuscript: Manuscript, *, timeout_s: float = TIMEOUT_S) -> bytes:
    """Set the first page as a PNG picture. Blocks; refuses as above."""
    return set_pictures(manuscript, timeout_s=timeout_s)[0]


def set_pictures(manuscript: Manuscript, *, timeout_s: float = TIMEOUT_S) -> list[bytes]:
    """Set the pages as PNG pictures, to be looked at. Blocks; refuses as above."""
    made, pages = _set(manuscript, "png", timeout_s), []
    while made:
        end = 8 + int.from_bytes(made[:8], "big")
        pages.append(made[8:end])
        made = made[end:]
    return pages


def _set(manuscript: Manuscript, wanted: str, timeout_s: float) -> bytes:
    data = msgspec.json.encode({**manuscript.data, "layout": manuscript.layout})
    if len(data) > MAX_DATA_BYTES:
        raise Refused("document-too-large", detail={"bytes": len(data), "limit": MAX_DATA_BYTES})
    with tempfile.TemporaryDirectory(prefix="garance-press-") as folder:
        shutil.copytree(_LAYOUTS, folder, dirs_exist_ok=True)
        (Path(folder) / "data.json").write_bytes(data)
        made = _run(["print.typ", wanted], folder, timeout_s)
    if len(made) > MAX_PDF_BYTES:
        raise Refused("document-too-large", detail={"bytes": len(made), "limit": MAX_PDF_BYTES})
    return made


def _run(arguments: list[str], folder: str, timeout_s: float) -> bytes:
    command = [sys.executable, "-I", str(_HERE / "platen.py"), *arguments]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, env=_ENVIRONMENT, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise Refused("document-too-slow", detail={"seconds": timeout_s}) from problem
    if done.returncode < 0:  # ended by the system: processor or memory spent
        raise Refused("document-too-slow", detail={"seconds": timeout_s})
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    return done.stdout
