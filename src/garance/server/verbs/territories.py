"""`garance territory import|make|show`: the reference map of a place."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from garance.server.console import Console, Verbs

if TYPE_CHECKING:
    from garance.territory import Pack


def register(verbs: Verbs) -> None:
    """Add the verb and its own verbs."""
    territory = verbs.add("territory", ("fabriquer ou montrer un territoire", "make or show a territory"))
    inner = Verbs(territory, name="territory verb")
    source = inner.add("import", ("depuis les données d'une collectivité", "from what a town really has"), run_import)
    source.add_argument("source", type=Path, metavar=verbs.pick(("DONNÉES", "DATA")))
    source.add_argument("out", type=Path, metavar=verbs.pick(("SORTIE", "OUT")))
    made = inner.add("make", ("une commune fictive", "a fictional town"), run_make)
    made.add_argument("out", type=Path, metavar=verbs.pick(("SORTIE", "OUT")))
    told = verbs.pick(("même graine, même commune", "same seed, same town"))
    made.add_argument("--seed", type=int, default=1, metavar=verbs.pick(("GRAINE", "SEED")), help=told)
    shown = inner.add("show", ("ce que contient un territoire", "what a territory holds"), run_show)
    shown.add_argument("pack", type=Path, metavar=verbs.pick(("DOSSIER", "FOLDER")))


def run_import(args: Namespace, console: Console) -> int:
    """Read a folder of data into a pack."""
    from garance.territory import import_territory  # heavy: map libraries

    return _tell(import_territory(args.source, args.out, progress=console.progress), console)


def run_make(args: Namespace, console: Console) -> int:
    """Make a fictional town."""
    from garance.territory.make import make_territory  # heavy: map libraries

    return _tell(make_territory(args.seed, args.out, progress=console.progress), console)


def run_show(args: Namespace, console: Console) -> int:
    """Say what a pack holds."""
    from garance.territory import open_pack  # heavy: map libraries

    return _tell(open_pack(args.pack), console)


def _tell(pack: Pack, console: Console) -> int:
    manifest = pack.manifest
    console.say(f"{manifest.name} : version {manifest.version}", f"{manifest.name}: version {manifest.version}")
    for layer in manifest.layers:
        console.say(f"  {layer.title_fr} : {layer.count}", f"  {layer.title_en}: {layer.count}")
    for lost in manifest.missing:
        console.say(f"  manque : {lost.role} ({lost.disables_fr})", f"  missing: {lost.role}")
    for line in manifest.report:
        console.write(f"  {line.text_fr}\n")
    return 0
