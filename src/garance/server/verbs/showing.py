"""`garance settings`: what this node would run with, and whether it can."""

from __future__ import annotations

from argparse import Namespace

import msgspec

from garance.server.console import Console, Verbs
from garance.server.settings import SECRETS, known_settings, public_values
from garance.server.verbs.options import add_settings, chosen_settings
from garance.server.words.of_settings import page


def register(verbs: Verbs) -> None:
    """Add the verb."""
    words = ("vérifier et montrer les réglages", "check and show the settings")
    settings = verbs.add("settings", words, run_settings)
    add_settings(settings)
    told = verbs.pick(("le tableau de tous les réglages (Markdown)", "the table of all settings (Markdown, French)"))
    settings.add_argument("--reference", action="store_true", help=told)


def run_settings(args: Namespace, console: Console) -> int:
    """Show every setting with its value; secrets only as given or not."""
    if args.reference:
        console.write(page())
        return 0
    settings = chosen_settings(args, console)
    values = public_values(settings)
    for each in known_settings():
        if each.name in SECRETS:
            section, _, name = each.name.partition(".")
            shown = "***" if getattr(getattr(settings, section), name) else "null"
        else:
            shown = msgspec.json.encode(values[each.name]).decode()
        console.write(f"{each.name} = {shown}\n")
    return 0
