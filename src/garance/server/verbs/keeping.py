"""`garance backup` and `garance restore`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import garance
from garance.kernel.clock import SystemClock
from garance.server.backup import Progress, back_up, restore
from garance.server.console import Console, Verbs, Words
from garance.server.data_folder import DataFolder
from garance.server.settings import public_values
from garance.server.verbs.integrity import demand_sound, make_whole
from garance.server.verbs.options import add_settings, chosen_settings

_STEPS: dict[str, Words] = {
    "copy": ("copie des bases", "copying databases"),
    "digest": ("empreintes", "digests"),
    "write": ("écriture", "writing"),
    "verify": ("vérification", "verifying"),
}


def register(verbs: Verbs) -> None:
    """Add the two verbs."""
    words = ("sauvegarder une instance, même en marche", "back up an instance, even while it runs")
    backup = verbs.add("backup", words, run_backup)
    backup.add_argument("out", type=Path, metavar=verbs.pick(("SORTIE.tar", "OUT.tar")))
    add_settings(backup)
    words = ("remettre une sauvegarde dans un dossier vide", "put a backup back into an empty folder")
    restoring = verbs.add("restore", words, run_restore)
    restoring.add_argument("source", type=Path, metavar=verbs.pick(("SAUVEGARDE.tar", "BACKUP.tar")))
    restoring.add_argument("folder", type=Path, metavar=verbs.pick(("DOSSIER", "FOLDER")))


def run_backup(args: Namespace, console: Console) -> int:
    """Back up."""
    settings = chosen_settings(args, console)
    manifest = back_up(
        DataFolder(settings.data),
        args.out,
        clock=SystemClock(),
        version=garance.__version__,
        settings=public_values(settings),
        check=demand_sound,
        progress=_progress(console),
    )
    size_mb = args.out.stat().st_size / 1e6
    console.say(
        f"Sauvegardé et relu : {args.out} ({len(manifest.entries)} fichiers, {size_mb:.1f} Mo). "
        "Elle contient les clés des données personnelles : gardez-la comme l'instance elle-même.",
        f"Backed up and read again: {args.out} ({len(manifest.entries)} files, {size_mb:.1f} MB). "
        "It holds the keys of personal data: keep it as safe as the instance itself.",
    )
    return 0


def run_restore(args: Namespace, console: Console) -> int:
    """Restore."""
    manifest = restore(args.source, DataFolder(args.folder), finish=make_whole, progress=_progress(console))
    when = manifest.made_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    console.say(
        f"Restauré dans {args.folder}, tel que le {when} ; chaîne du journal vérifiée, effacements refaits.",
        f"Restored into {args.folder}, as of {when}; the journal's chain is sound, erasures were done again.",
    )
    return 0


def _progress(console: Console) -> Progress:
    return lambda step, part: console.progress(_STEPS[step][0 if console.language == "fr" else 1], part)
