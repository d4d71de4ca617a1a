"""What each role allows, as data. Titles shown to people are in the translations."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from garance.domain.people.facts import Role
from garance.kernel.label import Sensitivity


class Ability(enum.StrEnum):
    """One thing a role may allow (habilitation). Commands name the one they need."""

    SITUATION_OPEN = "situation.open"
    SITUATION_STEER = "situation.steer"
    LOGBOOK_WRITE = "logbook.write"
    LOGBOOK_AMEND = "logbook.amend"
    OPERATION_FOLLOW = "operation.follow"
    MISSIONS_REQUEST = "missions.request"
    MISSIONS_CARRY = "missions.carry"
    ORDERS_GIVE = "orders.give"
    RESOURCES_COMMAND = "resources.command"
    DRAWINGS_DRAW = "drawings.draw"
    OBSERVATIONS_DECLARE = "observations.declare"
    VIEWS_KEEP = "views.keep"
    COURSES_CHOOSE = "courses.choose"
    REPORTS_DRAFT = "reports.draft"
    REPORTS_VALIDATE = "reports.validate"
    PEOPLE_MANAGE = "people.manage"
    READ_PERSONAL = "read.personal"
    READ_HEALTH = "read.health"
    READ_RESTRICTED = "read.restricted"


_CONDUCT = frozenset(
    {
        Ability.LOGBOOK_WRITE,
        Ability.LOGBOOK_AMEND,
        Ability.OPERATION_FOLLOW,
        Ability.MISSIONS_REQUEST,
        Ability.MISSIONS_CARRY,
        Ability.ORDERS_GIVE,
        Ability.RESOURCES_COMMAND,
        Ability.DRAWINGS_DRAW,
        Ability.OBSERVATIONS_DECLARE,
        Ability.VIEWS_KEEP,
        Ability.REPORTS_DRAFT,
    }
)
_DIRECT = _CONDUCT | {
    Ability.SITUATION_OPEN,
    Ability.SITUATION_STEER,
    Ability.COURSES_CHOOSE,
    Ability.REPORTS_VALIDATE,
    Ability.READ_PERSONAL,
    Ability.READ_RESTRICTED,
}

ROLES: Mapping[str, frozenset[Ability]] = {
    Role.DOS: _DIRECT,
    Role.RAC: _DIRECT,
    Role.CELL_HEAD: _CONDUCT | {Ability.READ_PERSONAL},
    Role.LOGBOOK_SECRETARY: frozenset(
        {
            Ability.LOGBOOK_WRITE,
            Ability.LOGBOOK_AMEND,
            Ability.OPERATION_FOLLOW,
            Ability.MISSIONS_REQUEST,
            Ability.MISSIONS_CARRY,
            Ability.DRAWINGS_DRAW,
            Ability.VIEWS_KEEP,
            Ability.REPORTS_DRAFT,
            Ability.READ_PERSONAL,
        }
    ),
    Role.SDIS_OFFICER: _CONDUCT
    | {
        Ability.COURSES_CHOOSE,
        Ability.REPORTS_VALIDATE,
        Ability.READ_PERSONAL,
        Ability.READ_HEALTH,
        Ability.READ_RESTRICTED,
    },
    Role.PREFECTURE_DUTY_OFFICER: _DIRECT,
    Role.OBSERVER: frozenset(),
    Role.PARTNER: frozenset({Ability.LOGBOOK_WRITE, Ability.MISSIONS_REQUEST, Ability.MISSIONS_CARRY}),
    Role.ADMINISTRATOR: frozenset({Ability.PEOPLE_MANAGE, Ability.SITUATION_OPEN, Ability.OBSERVATIONS_DECLARE}),
}
"""Health data are read by the medical chain (SDIS) only; the administrator reads nothing sensitive."""

READS: Mapping[Ability, Sensitivity] = {
    Ability.READ_PERSONAL: Sensitivity.PERSONAL,
    Ability.READ_HEALTH: Sensitivity.HEALTH,
    Ability.READ_RESTRICTED: Sensitivity.RESTRICTED,
}
"""Which sensitivity each reading ability opens; `ordinary` needs none."""

COMMANDS: Mapping[str, Mapping[str, Ability]] = {
    "house": {
        "situation.open": Ability.SITUATION_OPEN,
        "people.register-organisation": Ability.PEOPLE_MANAGE,
        "people.enrol": Ability.PEOPLE_MANAGE,
    },
    "situation": {
        "situation.set-level": Ability.SITUATION_STEER,
        "situation.set-clock": Ability.SITUATION_STEER,
        "situation.close": Ability.SITUATION_STEER,
        "logbook.write": Ability.LOGBOOK_WRITE,
        "resources.declare": Ability.RESOURCES_COMMAND,
        "drawings.draw": Ability.DRAWINGS_DRAW,
        "observations.declare-series": Ability.OBSERVATIONS_DECLARE,
        "grids.attach": Ability.OBSERVATIONS_DECLARE,
        "feeds.attach": Ability.OBSERVATIONS_DECLARE,
        "views.save": Ability.VIEWS_KEEP,
        "courses.describe": Ability.DRAWINGS_DRAW,
        "signals.set-plan": Ability.RESOURCES_COMMAND,
        "acknowledgements.give": Ability.LOGBOOK_WRITE,
        "reports.draft": Ability.REPORTS_DRAFT,
    },
    "entry": {
        "logbook.strike": Ability.LOGBOOK_AMEND,
        "logbook.correct": Ability.LOGBOOK_AMEND,
        "logbook.assess": Ability.LOGBOOK_AMEND,
        "logbook.mark": Ability.LOGBOOK_AMEND,
    },
    "incident": {
        "incidents.describe": Ability.OPERATION_FOLLOW,
        "incidents.evolve": Ability.OPERATION_FOLLOW,
        "incidents.refer": Ability.OPERATION_FOLLOW,
    },
    "outage": {
        "incidents.describe-outage": Ability.OPERATION_FOLLOW,
        "incidents.set-outage-state": Ability.OPERATION_FOLLOW,
    },
    "toll": {
        "population.state-toll": Ability.OPERATION_FOLLOW,
        "population.settle-toll": Ability.OPERATION_FOLLOW,
    },
    "zone": {
        "population.describe-zone": Ability.OPERATION_FOLLOW,
        "population.set-zone-state": Ability.OPERATION_FOLLOW,
    },
    "centre": {
        "population.describe-centre": Ability.OPERATION_FOLLOW,
        "population.set-centre-state": Ability.OPERATION_FOLLOW,
        "population.count-centre": Ability.OPERATION_FOLLOW,
    },
    "mission": {
        "taskings.describe-mission": Ability.MISSIONS_REQUEST,
        "taskings.set-mission-state": Ability.MISSIONS_CARRY,
    },
    "order": {"taskings.give-order": Ability.ORDERS_GIVE},
    "intent": {"taskings.set-intent": Ability.ORDERS_GIVE},
    "sheet": {
        "taskings.start-sheet": Ability.MISSIONS_CARRY,
        "taskings.set-step": Ability.MISSIONS_CARRY,
        "taskings.end-sheet": Ability.MISSIONS_CARRY,
    },
    "handover": {
        "taskings.give-handover": Ability.MISSIONS_CARRY,
        "taskings.take-handover": Ability.MISSIONS_CARRY,
    },
    "post": {"posts.hold": Ability.OPERATION_FOLLOW, "posts.end": Ability.OPERATION_FOLLOW},
    "cycle": {"posts.set-cycle": Ability.OPERATION_FOLLOW},
    "demand": {"resources.ask": Ability.MISSIONS_REQUEST, "resources.answer": Ability.RESOURCES_COMMAND},
    "feed": {
        "feeds.detach": Ability.OBSERVATIONS_DECLARE,
        "feeds.release": Ability.OBSERVATIONS_DECLARE,
        "feeds.dispatch": Ability.ORDERS_GIVE,
    },
    "dispatch": {"feeds.note-answer": Ability.ORDERS_GIVE},
    "grid": {"grids.detach": Ability.OBSERVATIONS_DECLARE},
    "view": {"views.remove": Ability.VIEWS_KEEP, "views.present": Ability.VIEWS_KEEP},
    "briefing": {"views.end-briefing": Ability.VIEWS_KEEP},
    "plan": {"signals.withdraw-plan": Ability.RESOURCES_COMMAND},
    "course": {"courses.choose": Ability.COURSES_CHOOSE, "courses.drop": Ability.DRAWINGS_DRAW},
    "report": {"reports.validate": Ability.REPORTS_VALIDATE},
    "resource": {
        "resources.move": Ability.RESOURCES_COMMAND,
        "resources.set-state": Ability.RESOURCES_COMMAND,
        "resources.detail": Ability.RESOURCES_COMMAND,
        "resources.refer": Ability.RESOURCES_COMMAND,
        "resources.assign": Ability.RESOURCES_COMMAND,
        "resources.plan-relief": Ability.RESOURCES_COMMAND,
        "resources.spend": Ability.RESOURCES_COMMAND,
    },
    "shape": {
        "drawings.reshape": Ability.DRAWINGS_DRAW,
        "drawings.describe": Ability.DRAWINGS_DRAW,
        "drawings.end": Ability.DRAWINGS_DRAW,
    },
    "person": {"people.grant-role": Ability.PEOPLE_MANAGE, "people.erase": Ability.PEOPLE_MANAGE},
    "grant": {"people.end-role": Ability.PEOPLE_MANAGE},
}
"""Which commands exist on each kind of thing, and the ability each needs."""


def abilities_of(role: str) -> frozenset[Ability]:
    """What that role allows; a role made by a later version of Garance allows nothing here."""
    return ROLES.get(role, frozenset())
