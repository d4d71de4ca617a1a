"""What can happen to a signals plan (ordre complémentaire des transmissions, OCT): said whole each time, withdrawn."""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from garance.domain.situation.facts import Reason
from garance.domain.vocabulary import Body, fact
from garance.kernel.identity import ObjectId, Slug

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Sign = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Told = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class NetKind(enum.StrEnum):
    """What a net is for (nature du réseau)."""

    COMMAND = "command"
    TACTICAL = "tactical"
    AIR_GROUND = "air-ground"
    HEALTH = "health"
    LOGISTICS = "logistics"


class PostLevel(enum.StrEnum):
    """At which level a post commands (échelon), from the State to the vehicle."""

    NATIONAL = "national"
    ZONE = "zone"
    DEPARTMENT = "department"
    COMMUNE = "commune"
    SITE = "site"
    SECTOR = "sector"
    GROUP = "group"
    VEHICLE = "vehicle"


class FallbackMeans(enum.StrEnum):
    """How people speak when the nets are down (liaison de secours)."""

    PHONE = "phone"
    SATELLITE = "satellite"
    RADIO = "radio"
    MESSAGE = "message"
    RUNNER = "runner"


class Net(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One net (réseau). `channel` is its talkgroup or frequency, as people write it."""

    id: Slug
    name: Name
    kind: NetKind
    channel: Sign | None = None


class Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One post (poste): its call sign, its level, the post it reports to, the nets it listens to."""

    id: Slug
    name: Name
    call_sign: Sign | None = None
    level: PostLevel
    parent: Slug | None = None
    nets: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=12)] = ()
    liaison: Name | None = None


class Fallback(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What to do when a net fails, in order of preference (liaison de secours)."""

    means: FallbackMeans
    detail: Told


@fact("signals-plan.set.v1")
class SignalsPlanSet(Body, frozen=True, kw_only=True):
    """The signals plan is this one from now on, whole (ordre complémentaire des transmissions).

    Refused: `net-doubled`, `post-doubled`, `net-unknown`, `post-unknown` (a parent that is not there) and `post-loop`
    (a post that reports to itself, near or far), `plan-withdrawn`.
    """

    plan: ObjectId
    name: Name
    nets: Annotated[tuple[Net, ...], msgspec.Meta(max_length=40)] = ()
    posts: Annotated[tuple[Post, ...], msgspec.Meta(max_length=120)] = ()
    fallbacks: Annotated[tuple[Fallback, ...], msgspec.Meta(max_length=12)] = ()


@fact("signals-plan.withdrawn.v1")
class SignalsPlanWithdrawn(Body, frozen=True, kw_only=True):
    """A signals plan is no longer in force, and none replaces it (OCT retiré). It stays in the past.

    Refused: `plan-unknown`, `plan-withdrawn`.
    """

    plan: ObjectId
    reason: Reason
