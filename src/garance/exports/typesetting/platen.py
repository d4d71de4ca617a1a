"""Sets one document, in a process of its own that is given little and may be ended at any time (platine).

Run as a script: `platen.py <layout> <format>`, in a folder that holds the layouts and `data.json`; fonts are in the
folder beside this file. The pages come out on standard output. It imports nothing of Garance: it must start at once.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

import typst

MAX_MEMORY_BYTES = 3 << 30
MAX_CPU_S = 30
PICTURE_PPI = 80
"""A page to be looked at, not read: an A0 sheet is then ten million pixels."""
MISSING_SIGN = "could not be displayed with font"


def main() -> None:
    """Set the layout named on the command line."""
    layout, wanted = sys.argv[1:3]
    _hold_back()
    pages = _pages(layout, wanted)
    if wanted == "pdf":
        sys.stdout.buffer.write(pages[0])
        return
    for page in pages:
        sys.stdout.buffer.write(len(page).to_bytes(8, "big") + page)


def _pages(layout: str, wanted: str) -> list[bytes]:
    """The pages with our own fonts alone; with those of the machine when somebody wrote signs that ours lack; and
    with a box in the place of a sign that no font has, which the rules of PDF/UA do not admit."""
    for own_fonts, accessible in ((True, True), (False, True), (False, False)):
        try:
            return _set(layout, wanted, own_fonts=own_fonts, accessible=accessible)
        except typst.TypstError as problem:
            if MISSING_SIGN not in problem.message or not accessible:
                raise
    raise AssertionError("the last way raises or returns")


def _set(layout: str, wanted: str, *, own_fonts: bool, accessible: bool) -> list[bytes]:
    with tempfile.TemporaryDirectory(dir=".") as nothing:
        made: bytes | list[bytes] = typst.compile(
            layout,
            root=".",
            font_paths=[str(Path(__file__).with_name("fonts"))],
            ignore_system_fonts=own_fonts,
            format="png" if wanted == "png" else "pdf",
            ppi=PICTURE_PPI if wanted == "png" else None,
            pdf_standards=["ua-1"] if wanted == "pdf" and accessible else [],
            package_path=nothing,
            package_cache_path=nothing,
        )
    return made if isinstance(made, list) else [made]


def _hold_back() -> None:
    """Limit memory and processor where the system can (not on Windows, where the press ends it by the clock)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))


if __name__ == "__main__":
    main()
