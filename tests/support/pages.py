"""Pages as a reader of PDF finds them: their words, and their pictures to be looked at."""

from __future__ import annotations

import io
import re
from typing import Any

from pypdf import PdfReader


def pages_of(content: bytes) -> list[str]:
    """The words of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def text_of(content: bytes) -> str:
    """All the words of a document."""
    return "\n".join(pages_of(content))


def flowing(content: bytes) -> str:
    """The words of a document as they run, without the ends of lines and the hyphens that these made."""
    return " ".join(re.sub(r"[-\u00ad\u2010]\n", "", text_of(content)).split())


def is_tagged(content: bytes) -> bool:
    """Whether the document says of itself that it is tagged, in which language, and under which title."""
    reader = PdfReader(io.BytesIO(content))
    root: Any = reader.trailer["/Root"]
    marked = bool(root.get("/MarkInfo", {}).get("/Marked"))
    return marked and "/StructTreeRoot" in root and "/Lang" in root and bool(reader.metadata and reader.metadata.title)
