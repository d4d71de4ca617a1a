"""Options that several verbs share, and the settings they lead to."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from garance.server.console import Console, Parser
from garance.server.settings import Settings, known_settings, read_settings

DEFAULT_FILE = "garance.toml"
_VARIABLES = {each.name: each.variable for each in known_settings()}


def add_settings(parser: Parser) -> None:
    """`--settings` and `--data`."""
    french = parser.language == "fr"
    parser.add_argument(
        "--settings",
        metavar="FICHIER" if french else "FILE",
        help=f"fichier de réglages (par défaut {DEFAULT_FILE} s'il existe)"
        if french
        else f"settings file (default {DEFAULT_FILE} if it exists)",
    )
    add_override(parser, "--data", "node.data_folder", ("DOSSIER", "FOLDER"), ("dossier de données", "data folder"))


def add_override(parser: Parser, option: str, name: str, metavar: tuple[str, str], words: tuple[str, str]) -> None:
    """An option that stands for a setting: it wins over the environment and the file."""
    number = 0 if parser.language == "fr" else 1
    parser.add_argument(option, dest=f"set {name}", metavar=metavar[number], help=words[number])


def chosen_settings(args: Namespace, console: Console) -> Settings:
    """The settings of the command: its options, then the environment, then the file. Refuses as `read_settings`."""
    said = args.settings or console.environment.get("GARANCE_SETTINGS")
    file = Path(said) if said else Path(DEFAULT_FILE)
    options = {
        _VARIABLES[key.removeprefix("set ")]: value
        for key, value in vars(args).items()
        if key.startswith("set ") and value is not None
    }
    return read_settings(file if said or file.is_file() else None, {**console.environment, **options})
