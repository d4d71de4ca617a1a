"""Pages of long lists: where to resume, and how many at most. Cursors are sealed (`live.cursor`): they tell nothing."""

from __future__ import annotations

from typing import Annotated

import msgspec

Cursor = Annotated[str, msgspec.Meta(max_length=512, description="Opaque: where to resume")]


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The query of a list: where to resume, and at most how many (1 to 500). Inherit to ask more."""

    after: Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100
