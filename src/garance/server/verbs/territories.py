"""`garance territory import|make|check|show|list`: the reference map of a place."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from garance.kernel.refusal import Refused
from garance.server.console import INTERRUPTED, UNSOUND, Console, Parser, Verbs
from garance.server.data_folder import DataFolder
from garance.server.verbs.options import add_settings, chosen_settings
from garance.server.words.glossary import refusal_sentence

if TYPE_CHECKING:
    from garance.territory import Manifest, Pack

CARD = "territory.toml"
Stamp = tuple[int, int]


def register(verbs: Verbs) -> None:
    """Add the verb and its own verbs."""
    territory = verbs.add("territory", ("fabriquer ou montrer un territoire", "make or show a territory"))
    inner = Verbs(territory, name="territory verb")
    source = inner.add("import", ("depuis les données d'une collectivité", "from what a town really has"), run_import)
    source.add_argument("source", type=Path, metavar=verbs.pick(("DONNÉES", "DATA")))
    made = inner.add("make", ("une commune fictive", "a fictional town"), run_make)
    told = verbs.pick(("même graine, même commune", "same seed, same town"))
    made.add_argument("--seed", type=int, default=1, metavar=verbs.pick(("GRAINE", "SEED")), help=told)
    for each in (source, made):
        _add_out(each, verbs)
    words = ("vérifier qu'un territoire est entier", "check that a territory is whole")
    checked = inner.add("check", words, run_check)
    shown = inner.add("show", ("ce que contient un territoire", "what a territory holds"), run_show)
    for each in (checked, shown):
        each.add_argument("pack", type=Path, metavar=verbs.pick(("DOSSIER", "FOLDER")))
    told = verbs.pick(("la carte d'identité en JSON, pour un programme", "the card as JSON, for a program"))
    for each in (source, made, shown):
        each.add_argument("--json", action="store_true", help=told)
    words = ("les territoires d'un dossier", "the territories of a folder")
    listed = inner.add("list", words, run_list)
    listed.add_argument("folder", type=Path, nargs="?", metavar=verbs.pick(("DOSSIER", "FOLDER")))
    for each in (source, made, listed):
        add_settings(each)


def _add_out(parser: Parser, verbs: Verbs) -> None:
    """Where the pack goes: `--out`, or a second word as before."""
    words = ("où écrire le territoire (sinon : dans le dossier de données)", "where to write (or: in the data folder)")
    metavar = verbs.pick(("SORTIE", "OUT"))
    parser.add_argument("place", type=Path, nargs="?", metavar=metavar)
    parser.add_argument("--out", type=Path, metavar=metavar, help=verbs.pick(words))


def run_import(args: Namespace, console: Console) -> int:
    """Read a folder of data into a pack."""
    from garance.territory import import_territory  # heavy: map libraries
    from garance.territory.wording import slug

    def build(out: Path) -> Pack:
        return import_territory(args.source, out, progress=console.progress)

    return _build(args, console, slug(args.source.resolve().name), build)


def run_make(args: Namespace, console: Console) -> int:
    """Make a fictional town."""
    from garance.territory.make import make_territory  # heavy: map libraries

    def build(out: Path) -> Pack:
        return make_territory(args.seed, out, progress=console.progress)

    return _build(args, console, f"fictif-{args.seed}", build)


def _build(args: Namespace, console: Console, name: str, build: Callable[[Path], Pack]) -> int:
    """Have a pack built where asked, and say what it is; nothing is left behind when it is interrupted."""
    out = _place(args, console, name)
    before = _stamp(out)
    try:
        pack = build(out)
    except KeyboardInterrupt:
        console.say("Interrompu : rien n'a été changé.", "Interrupted: nothing was changed.")
        return INTERRUPTED
    fresh = _stamp(out) != before
    if args.json:
        _write_json(pack.manifest, console, folder=str(out), up_to_date=not fresh)
    else:
        _tell_built(pack.manifest, out, console, fresh=fresh)
    return 0


def _place(args: Namespace, console: Console, name: str) -> Path:
    chosen: Path | None = args.out or args.place
    if chosen is not None:
        return chosen
    return DataFolder(chosen_settings(args, console).data).prepare().territories / name


def _stamp(out: Path) -> Stamp | None:
    """What changes when a pack is replaced."""
    try:
        found = (out / CARD).stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns)


def _tell_built(manifest: Manifest, out: Path, console: Console, *, fresh: bool) -> None:
    from garance.server.words.of_territories import report_lines, size_words

    if fresh:
        console.write("".join(f"{line}\n" for line in report_lines(manifest, console.language)))
        size = size_words(sum(file.bytes for file in manifest.files), console.language)
        console.say(
            f"\n{manifest.name} : territoire prêt dans {out} (version {manifest.version}, {size}).",
            f"\n{manifest.name}: territory ready in {out} (version {manifest.version}, {size}).",
        )
    else:
        console.say(
            f"{manifest.name} : déjà à jour dans {out} (version {manifest.version}).",
            f"{manifest.name}: already up to date in {out} (version {manifest.version}).",
        )
    order = f"garance serve --territory {shlex.quote(str(out))}"
    console.say(
        f"Ensuite : {order} (un nœud déjà en marche prend la nouvelle version quand il redémarre)",
        f"Next: {order} (a node already running takes the new version when it restarts)",
    )


def _write_json(manifest: Manifest, console: Console, **more: object) -> None:
    console.write(msgspec.json.encode({**more, **msgspec.to_builtins(manifest)}).decode() + "\n")


def run_check(args: Namespace, console: Console) -> int:
    """Compare a pack with its card; exit code 3 if anything is wrong."""
    from garance.territory.checking import check_pack  # heavy: map libraries

    faults = check_pack(args.pack, progress=console.progress)
    for fault in faults:
        console.say(f"  {fault.code}  {fault.text_fr}", f"  {fault.code}  {fault.text_en}")
    if faults:
        console.say(
            f"Défauts : {len(faults)}. Ce territoire n'est pas intact : refaites-le.",
            f"Faults: {len(faults)}. This territory is not sound: build it again.",
        )
        return UNSOUND
    console.say("Ce territoire est intact.", "This territory is sound.")
    return 0


def run_show(args: Namespace, console: Console) -> int:
    """Say what a pack holds, and what its import said."""
    from garance.server.words.of_territories import pack_lines, report_lines
    from garance.territory import open_pack  # heavy: map libraries

    manifest = open_pack(args.pack).manifest
    if args.json:
        _write_json(manifest, console, folder=str(args.pack))
        return 0
    lines = [*pack_lines(manifest, console.language), *report_lines(manifest, console.language)]
    console.write("".join(f"{line}\n" for line in lines))
    return 0


def run_list(args: Namespace, console: Console) -> int:
    """The packs of a folder, one a line; those of the data folder when none is named."""
    from garance.server.words.of_territories import listed_line
    from garance.territory.listing import list_packs

    folder: Path = args.folder or DataFolder(chosen_settings(args, console).data).territories
    try:
        found = list_packs(folder)
    except Refused:
        if args.folder is not None:
            raise
        found = []  # nothing was ever made here
    for each in found:
        said = listed_line(each, console.language)
        told = f"  {refusal_sentence(each.refused, console.language)}" if each.refused else ""
        console.write(f"{said}{told}\n")
    if not found:
        console.say(f"Aucun territoire dans {folder}.", f"No territory in {folder}.")
    return 0
