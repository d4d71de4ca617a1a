"""The command line (`garance`): its verbs put together, refusals said in words, never a traceback for one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

import garance
from garance.kernel.refusal import Refused
from garance.server.console import INTERRUPTED, PARSERS, Console, Parser, Verbs, language_of
from garance.server.verbs import connectors, journals, keeping, people, serving, showing, territories

_HELP = (
    "Garance, la plateforme ouverte pour la résilience des territoires.",
    "Garance, the open platform for the resilience of territories.",
)
KINDS = (serving, people, journals, keeping, territories, connectors, showing)


def parser(language: str = "fr") -> Parser:
    """The whole command line, explained in that language."""
    french = language == "fr"
    made = PARSERS[language](prog="garance", description=_HELP[0 if french else 1])
    told = "langue des messages" if french else "language of messages"
    made.add_argument("--lang", choices=("fr", "en"), default=language, help=told)
    version = f"Garance {garance.__version__}"
    told = "la version" if french else "the version"
    made.add_argument("--version", action="version", version=version, help=told)
    verbs = Verbs(made)
    for kind in KINDS:
        kind.register(verbs)
    return made


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Do what the arguments say; gives the exit code."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    around = dict(os.environ if environment is None else environment)
    language = language_of(said, around)
    console = Console(language, environment=around)
    args = parser(language).parse_args(said, argparse.Namespace(console=console))
    try:
        code: int = args.run(args)
    except Refused as refused:
        return console.refuse(refused)
    except KeyboardInterrupt:
        console.say("Interrompu.", "Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has read enough
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
