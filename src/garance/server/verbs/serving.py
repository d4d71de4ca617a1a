"""`garance serve` and `garance demo`: run a node until told to stop."""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path

import msgspec

from garance.kernel.refusal import Refused
from garance.server.console import Console, Verbs
from garance.server.data_folder import TERRITORIES, DataFolder
from garance.server.impatient import Listening
from garance.server.observe import start_logs
from garance.server.serve import run, serve, server_for
from garance.server.settings import Log, Settings
from garance.server.verbs.options import add_override, add_settings, chosen_settings

DEMO_FOLDER = "garance-demo"
DEMO_SEED = 1
DEMO_MARK = "demonstration"
"""An empty file that says: this data folder is a demonstration's, and may be begun again."""

STAGED = "story"
"""Where a demonstration keeps its story as staged in its territory: what was written does not change it."""

PORT = ("PORT", "PORT")


def register(verbs: Verbs) -> None:
    """Add the two verbs."""
    serving = verbs.add("serve", ("démarrer un nœud", "start a node"), run_serve)
    demo = verbs.add(
        "demo",
        ("une commune et sa nuit de crise, en exercice", "a town and its night of crisis, as an exercise"),
        run_demo,
    )
    for each in (serving, demo):
        add_settings(each)
        add_override(each, "--host", "listen.host", ("ADRESSE", "ADDRESS"), ("où écouter", "where to listen"))
        add_override(each, "--port", "listen.port", PORT, ("port (0 : un libre)", "port (0: a free one)"))
    words = ("dossier du territoire", "folder of the territory")
    add_override(serving, "--territory", "node.territory", ("DOSSIER", "FOLDER"), words)
    demo.add_argument(
        "--territory",
        metavar=verbs.pick(("DOSSIER", "FOLDER")),
        help=verbs.pick(
            (
                "données réelles ou territoire déjà fabriqué (sinon : une commune fictive)",
                "real data or a pack already made (otherwise: a fictional town)",
            )
        ),
    )
    speed = ("secondes d'histoire par seconde", "story seconds per second")
    add_override(demo, "--speed", "demo.speed", ("N", "N"), speed)
    begin = ("heure de la nuit où commencer (04:30), ou end", "hour of the night to begin at (04:30), or end")
    add_override(demo, "--at", "demo.begin_at", ("HEURE", "HOUR"), begin)
    fresh = ("recommencer la nuit : oublier ce qui y fut écrit", "begin the night again: forget what was written")
    demo.add_argument("--fresh", action="store_true", help=verbs.pick(fresh))


def run_serve(args: Namespace, console: Console) -> int:
    """Start a node."""
    return _run(chosen_settings(args, console), console)


def run_demo(args: Namespace, console: Console) -> int:
    """Prepare a territory, then start a node that tells its story."""
    settings = chosen_settings(args, console)
    node = settings.node
    if node.data_folder == type(node)().data_folder:
        node = msgspec.structs.replace(node, data_folder=DEMO_FOLDER)
    if args.fresh:
        forget_night(Path(node.data_folder))
    source = Path(args.territory) if args.territory else None
    pack = prepare_territory(source, Path(node.data_folder), console)
    DataFolder(Path(node.data_folder)).prepare()
    (Path(node.data_folder) / DEMO_MARK).touch()
    node = msgspec.structs.replace(node, territory=str(pack))
    demo = msgspec.structs.replace(settings.demo, enabled=True, source=str(source) if source else None)
    log = settings.log if settings.log != Log() else Log(level="warning", format="text")
    return _run(msgspec.structs.replace(settings, node=node, demo=demo, log=log), console)


def forget_night(data: Path) -> None:
    """Remove what a demonstration wrote; its territory stays. Refuses `not-a-demo` for a folder that holds more."""
    if not data.is_dir():
        return
    if not (data / DEMO_MARK).is_file():
        raise Refused("not-a-demo", detail={"folder": str(data)})
    for kept in data.iterdir():
        if kept.name in (DEMO_MARK, STAGED, "territory", TERRITORIES):
            continue
        if kept.is_dir():
            shutil.rmtree(kept)
        else:
            kept.unlink()


def prepare_territory(source: Path | None, data: Path, console: Console) -> Path:
    """The pack of that folder (itself, if it is one), or of the fictional town; made once, kept beside the data."""
    from garance.territory import import_territory, open_pack  # heavy: only for who needs them
    from garance.territory.make import make_territory

    if source is None:
        out = data / "territory" / "fictif"
        make_territory(DEMO_SEED, out, progress=console.progress)
    else:
        try:
            return open_pack(source).folder
        except Refused:
            out = data / "territory" / source.resolve().name
            import_territory(source, out, progress=console.progress)
    console.end_progress()
    return out


def _run(settings: Settings, console: Console) -> int:
    start_logs(settings.log.level, settings.log.format)
    return run(_serve(settings, console))


async def _serve(settings: Settings, console: Console) -> int:
    from garance.server.app import open_app  # the whole server: only for who runs it

    async with open_app(settings) as opened:

        def started(listening: Listening) -> None:
            url = settings.listen.public_url or listening.url
            for french, english in opened.lines(listening):
                console.say(french, english)
            console.say(f"Garance écoute : {url} (Ctrl+C pour arrêter)", f"Garance listens: {url} (Ctrl+C to stop)")

        server = server_for(
            opened.app,
            settings,
            started=started,
            stopping=opened.stopping,
            websocket_protocol=opened.websocket_protocol,
        )
        await serve(server, settings)
    console.say("Garance s'est arrêtée proprement.", "Garance has stopped cleanly.")
    return 0
