"""The action sheets that come with Garance: what a person may open when something happens."""

from __future__ import annotations

from typing import Annotated

import msgspec

from garance.domain.taskings.models import SheetModel, sheet_models
from garance.kernel.identity import Slug
from garance.kernel.refusal import Refused
from garance.server.http import Call, Endpoint, endpoint
from garance.server.sign_in.reader import Reader


class ModelsAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of sheets, of every hazard or of one; after that sheet."""

    hazard: Slug | None = None
    after: Slug | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100


class ModelsPage(msgspec.Struct, frozen=True):
    """Sheets in order, all hazards first; `next` is what to give as `after` for the next page."""

    items: tuple[SheetModel, ...]
    next: str | None


def sheet_model_endpoints() -> list[Endpoint]:
    """Reading the sheets."""

    @endpoint("GET", "/api/v1/sheet-models", tag="situations", refusals=("cursor-unknown",))
    async def show_sheet_models(call: Call[Reader], query: ModelsAsked) -> ModelsPage:
        """The action sheets that may be run, in both languages. They come with this version of Garance."""
        items = [one for one in sheet_models() if query.hazard in (None, one.hazard)]
        names = [one.id for one in items]
        if query.after is not None and query.after not in names:
            raise Refused("cursor-unknown", field="after")
        start = names.index(query.after) + 1 if query.after is not None else 0
        page = items[start : start + query.limit]
        return ModelsPage(tuple(page), page[-1].id if start + query.limit < len(items) else None)

    return [show_sheet_models]
