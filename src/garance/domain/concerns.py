"""Every concern of the house: importing this module makes every fact and every command known."""

from __future__ import annotations

from garance.domain.acknowledgements import rules as acknowledgements
from garance.domain.drawings import rules as drawings
from garance.domain.grids import rules as grids
from garance.domain.keeping import rules as keeping
from garance.domain.logbook import rules as logbook
from garance.domain.observations import rules as observations
from garance.domain.people import rules as people
from garance.domain.reports import rules as reports
from garance.domain.resources import rules as resources
from garance.domain.saved_views import rules as saved_views
from garance.domain.situation import rules as situation

CONCERNS = (
    acknowledgements,
    drawings,
    grids,
    keeping,
    logbook,
    observations,
    people,
    reports,
    resources,
    saved_views,
    situation,
)
