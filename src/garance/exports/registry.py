"""Every document that can be printed, and every file of exchange. A new one is a module with its `Export` or its
`Exchange`, and a line here (registre)."""

from __future__ import annotations

from collections.abc import Mapping

from garance.exports.boards import BOARD_LISTS
from garance.exports.exchange.layers import GeoPackage
from garance.exports.exchange.markup import Gpx, Kml
from garance.exports.exchange.texts import GeoJson, MeansSheet
from garance.exports.forms import MessageForm
from garance.exports.logbook_sheets import LogbookSheets
from garance.exports.map_sheet.export import MapSheet
from garance.exports.situation_report import SituationReport
from garance.exports.tables import CensusForm, DrawingsList, MeansTable
from garance.exports.task_sheets import TASK_SHEETS
from garance.exports.whole import WholeOperation
from garance.kernel.refusal import Refused
from garance.ports.export import Exchange, Export

_OPERATION: tuple[Export, ...] = (
    SituationReport(),
    *BOARD_LISTS,
    *TASK_SHEETS,
    MeansTable(),
    DrawingsList(),
    LogbookSheets(),
)
"""What an operation is on paper, in the order in which it is read."""

_ALL: tuple[Export, ...] = (*_OPERATION, MessageForm(), MapSheet(), CensusForm(), WholeOperation(_OPERATION))

DOCUMENTS: Mapping[str, Export] = {each.kind: each for each in _ALL}


def document(kind: str) -> Export:
    """The document of that kind; refuses `unknown`."""
    found = DOCUMENTS.get(kind)
    if found is None:
        raise Refused("unknown")
    return found


_FILES: tuple[Exchange, ...] = (GeoJson(), Kml(), Gpx(), GeoPackage(), MeansSheet())

EXCHANGES: Mapping[str, Exchange] = {each.kind: each for each in _FILES}
