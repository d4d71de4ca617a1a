"""What the journal says of its own keeping (tenue du journal)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from garance.domain.situation.facts import Reason
from garance.domain.vocabulary import Body, fact
from garance.kernel.identity import FactId, Slug


@fact("body.redacted.v1")
class BodyRedacted(Body, frozen=True, kw_only=True):
    """The content of a fact was destroyed (caviardage): the fact stays in its place, without its words.

    It holds at every instant, past ones included: what is destroyed cannot be shown again.
    Refused: `already-redacted`, `redaction-not-allowed`.
    """

    fact: FactId
    reason: Reason


@fact("writer.opened.v1")
class WriterOpened(Body, frozen=True, kw_only=True):
    """A writer begins its chain (ouverture d'un écrivain): its Ed25519 public key, and the node it writes for.

    Refused: `writer-mismatch`, when the key is not the one that names the writer.
    """

    public_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    node: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@fact("territory.adopted.v1")
class TerritoryAdopted(Body, frozen=True, kw_only=True):
    """A writer's node shows this version of this territory from now on (adoption d'un territoire).

    `version` is the digest of what the pack holds, `source_digest` of what it was made from: whatever is seen, counted
    or computed after this fact and before the next of its writer was so on that ground.
    """

    territory: Slug
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    source_digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
    fictitious: bool
    attribution: str = ""
