"""How long paper takes: the situation report of the storm with its map, a map sheet, a thick logbook."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from bench.measuring import Line, percentile
from garance.domain.moment import Moment
from garance.exports.registry import document
from garance.exports.typesetting.press import set_pdf
from garance.ports.export import Matter, Order, PaperSize
from garance.server.app import open_app
from garance.server.demo.story import read_story
from garance.server.settings import Demo, Node, Settings
from garance.territory import Pack, import_territory
from garance.territory.make import make_territory
from garance.views.board import Board
from garance.views.board_lines import Followed
from garance.views.logbook import Logbook
from garance.views.picture import Picture
from garance.views.report_proposal import propose
from garance.views.view import fold

SHARED = Path(os.environ.get("GARANCE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
THICK = 2_000
"""Lines of a logbook after days without sleep."""


def run(*, quick: bool) -> list[Line]:
    """Tell the night whole, then print it at the peak of the surge."""
    with tempfile.TemporaryDirectory(prefix="garance-bench-") as folder:
        matter, where = asyncio.run(_night(Path(folder)))
        return _measure(matter, where, 3 if quick else 9)


def _measure(matter: Matter, where: str, times: int) -> list[Line]:
    empty = document("means").compose(_emptied(matter), Order())
    limit = _median(lambda: set_pdf(empty), times)
    lines = [Line(measure="an empty page set (the limit)", value=limit, unit="s")]
    large = Order(paper=PaperSize.A0, relief=True)
    for name, kind, order, given, good, excellent in (
        (f"situation report with map, {where}", "situation-report", Order(), matter, 5.0, 1.5),
        (f"map sheet A4, {where}", "map", Order(), matter, 3.0, 1.0),
        (f"map sheet A0 with hill shade, {where}", "map", large, matter, 15.0, 5.0),
        (f"logbook of {THICK:,} lines", "logbook", Order(), _thick(matter), 15.0, 5.0),
    ):
        taken = _median(partial(_print, kind, given, order), times)
        remark = f"{taken / limit:.0f} × the limit"
        lines.append(Line(measure=name, value=taken, unit="s", good=good, excellent=excellent, remark=remark))
    return lines


def _print(kind: str, matter: Matter, order: Order) -> bytes:
    return set_pdf(document(kind).compose(matter, order))


def _median(work: Callable[[], object], times: int) -> float:
    work()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return percentile(taken, 0.5)


async def _night(folder: Path) -> tuple[Matter, str]:
    """The storm over the real Rochefort where its data are, over the made-up town elsewhere; folded at the peak."""
    real = SHARED / "rochefort"
    pack = import_territory(real, folder / "pack", progress=_quiet) if real.is_dir() else _made_up(folder)
    demo = Demo(enabled=True, begin_at="end", source=str(real) if real.is_dir() else None)
    settings = Settings(node=Node(data_folder=str(folder / "data"), territory=str(pack.folder)), demo=demo)
    async with open_app(settings) as opened:
        await asyncio.shield(next(task for task in asyncio.all_tasks() if task.get_name() == "story"))
        facts = [opened.node.reader.read(line) for line in opened.node.store.read(0, 10_000)]
    picture, logbook, board = Picture(), Logbook(), Board()
    for view in (picture, logbook, board):
        fold(view, [fact for fact in facts if fact.situation is not None])
    at = read_story().sea_peak_at
    shown, entries = picture.at(Moment(at)), logbook.at(Moment(at)).items
    if shown.situation is None:
        raise RuntimeError("the story opened no situation")
    told = board.at(Moment(at))
    followed = Followed(at=at, board=told, steps=picture.steps(Moment(at)))
    matter = Matter(
        situation=shown.situation, shown_at=at, by="occurred", printed_at=at, printed_by="bench",
        address="https://garance.example/", pack=pack, picture=shown, entries=entries,
        board=told, proposal=propose(shown, entries, None, followed),
    )  # fmt: skip
    return matter, "Rochefort" if real.is_dir() else "made-up town"


def _made_up(folder: Path) -> Pack:
    return make_territory(1, folder / "pack", progress=_quiet)


def _quiet(what: str, share: float) -> None:
    """Nobody watches."""


def _emptied(matter: Matter) -> Matter:
    return msgspec.structs.replace(matter, picture=None, entries=())


def _thick(matter: Matter) -> Matter:
    times = -(-THICK // max(1, len(matter.entries)))
    return msgspec.structs.replace(matter, entries=(matter.entries * times)[:THICK])
