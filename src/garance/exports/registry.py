"""Every document that can be printed. A new one is a module with its `Export`, and a line here (registre)."""

from __future__ import annotations

from collections.abc import Mapping

from garance.exports.forms import MessageForm, MissionForm
from garance.exports.logbook_sheets import LogbookSheets
from garance.exports.map_sheet.export import MapSheet
from garance.exports.situation_report import SituationReport
from garance.exports.tables import CensusForm, DrawingsList, MeansTable
from garance.kernel.refusal import Refused
from garance.ports.export import Export

_ALL: tuple[Export, ...] = (
    SituationReport(),
    LogbookSheets(),
    MessageForm(),
    MeansTable(),
    DrawingsList(),
    MapSheet(),
    MissionForm(),
    CensusForm(),
)

DOCUMENTS: Mapping[str, Export] = {each.kind: each for each in _ALL}


def document(kind: str) -> Export:
    """The document of that kind; refuses `unknown`."""
    found = DOCUMENTS.get(kind)
    if found is None:
        raise Refused("unknown")
    return found
