"""Every concern of the house: importing this module makes every fact and every command known."""

from __future__ import annotations

from garance.domain.acknowledgements import rules as acknowledgements
from garance.domain.courses import rules as courses
from garance.domain.drawings import rules as drawings
from garance.domain.feeds import dispatches
from garance.domain.feeds import rules as feeds
from garance.domain.grids import rules as grids
from garance.domain.incidents import rules as incidents
from garance.domain.keeping import rules as keeping
from garance.domain.logbook import rules as logbook
from garance.domain.observations import rules as observations
from garance.domain.people import rules as people
from garance.domain.population import rules as population
from garance.domain.posts import rules as posts
from garance.domain.reports import rules as reports
from garance.domain.resources import means
from garance.domain.resources import rules as resources
from garance.domain.saved_views import rules as saved_views
from garance.domain.signals import rules as signals
from garance.domain.situation import rules as situation
from garance.domain.taskings import rules as taskings

CONCERNS = (
    acknowledgements,
    courses,
    dispatches,
    drawings,
    feeds,
    grids,
    incidents,
    keeping,
    logbook,
    means,
    observations,
    people,
    population,
    posts,
    reports,
    resources,
    saved_views,
    signals,
    situation,
    taskings,
)
