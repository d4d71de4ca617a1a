"""The command line's manners: words in French or English, progress where someone watches, refusals as sentences."""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TextIO, cast

from garance.kernel.refusal import Refused
from garance.server.settings import SettingsWrong
from garance.server.words.glossary import LANGUAGES, refusal_sentence
from garance.server.words.of_settings import problem_sentence

REFUSED, USAGE, UNSOUND, INTERRUPTED = 1, 2, 3, 130
"""Exit codes: refused; badly asked; what was verified is not sound; stopped by Ctrl+C."""

BAR = 24
Words = tuple[str, str]
"""A sentence in French, then in English."""

Run = Callable[[argparse.Namespace, "Console"], int]

_FRENCH = {
    r"the following arguments are required: (.*)": r"il manque : \1",
    r"unrecognized arguments: (.*)": r"en trop : \1",
    r"argument (.*): expected one argument": r"\1 attend une valeur",
    r"argument (.*): invalid choice: (.*) \(choose from (.*)\)": r"\1 : \2 n'existe pas (au choix : \3)",
    r"argument (.*): invalid (?:int|float) value: (.*)": r"\1 : \2 n'est pas un nombre",
    r"argument (.*): not allowed with argument (.*)": r"\1 et \2 ne vont pas ensemble",
}


@dataclass
class Console:
    """Where a command speaks, and in which language."""

    language: str = "fr"
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    environment: Mapping[str, str] = field(default_factory=dict)
    now_s: Callable[[], float] = time.monotonic
    _shown: str = ""
    _begun_s: float | None = None

    def say(self, french: str, english: str) -> None:
        """A line for the person."""
        self.end_progress()
        self.out.write((french if self.language == "fr" else english) + "\n")
        self.out.flush()

    def write(self, text: str) -> None:
        """Text that has no language: data, a table."""
        self.end_progress()
        self.out.write(text)

    def progress(self, step: str, part: float) -> None:
        """How far that step is (0 to 1), and since when: a bar where someone watches, a line per step in a log."""
        if not self.err.isatty():
            if step != self._shown:
                self._shown = step
                self.err.write(f"{step}\n")
            return
        part, now_s = max(0.0, min(1.0, part)), self.now_s()
        self._begun_s = now_s if self._begun_s is None else self._begun_s
        minutes, seconds = divmod(int(now_s - self._begun_s), 60)
        full = round(part * BAR)
        bar, told = "█" * full + "░" * (BAR - full), f"{round(part * 100):3} %  {minutes}:{seconds:02}"
        self.err.write(f"\r\x1b[K{bar} {told}  {step}")
        self.err.flush()
        self._shown = step

    def end_progress(self) -> None:
        """Leave the bar behind."""
        if self._shown and self.err.isatty():
            self.err.write("\r\x1b[K")
        self._shown, self._begun_s = "", None

    def refuse(self, refused: Refused) -> int:
        """Say a refusal in words; gives the exit code."""
        self.end_progress()
        if isinstance(refused, SettingsWrong):
            lines = [problem_sentence(each, self.language) for each in refused.problems]
            self.err.write(refusal_sentence(Refused(refused.code), self.language) + "\n")
            self.err.writelines(f"  - {line}\n" for line in lines)
            return USAGE
        self.err.write(refusal_sentence(refused, self.language) + "\n")
        return REFUSED


class Parser(argparse.ArgumentParser):
    """An argument parser that explains itself in French; the parsers of its verbs are of the same class."""

    language = "fr"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, add_help=False, allow_abbrev=False)
        french = self.language == "fr"
        self._positionals.title = "arguments"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", action="help", help="cette aide" if french else "this help")

    def format_usage(self) -> str:
        """One line: how to call it."""
        return self._in_language(super().format_usage())

    def format_help(self) -> str:
        """The whole help."""
        return self._in_language(super().format_help())

    def _in_language(self, text: str) -> str:
        return re.sub(r"^usage: ", "usage : ", text) if self.language == "fr" else text

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the call, and how it should be."""
        if self.language == "fr":
            for pattern, said in _FRENCH.items():
                message = re.sub(f"^{pattern}$", said, message)
        self.exit(USAGE, f"{self.format_usage()}{self.prog} : {message}\n")


class EnglishParser(Parser):
    """The same, in English."""

    language = "en"


PARSERS: Mapping[str, type[Parser]] = {"fr": Parser, "en": EnglishParser}


class Verbs:
    """The verbs of one parser, to be added one by one, each with its words and the function that does it."""

    def __init__(self, parser: Parser, *, name: str = "verb") -> None:
        self.language = parser.language
        metavar = "VERBE" if parser.language == "fr" else "VERB"
        made = parser.add_subparsers(dest=name, metavar=metavar, required=True, title=metavar.lower() + "s")
        self.subparsers = cast("argparse._SubParsersAction[argparse.ArgumentParser]", made)

    def add(self, name: str, words: Words, run: Run | None = None) -> Parser:
        """A verb; `run` does it, unless it has verbs of its own."""
        said = self.pick(words)
        made = self.subparsers.add_parser(name, help=said, description=said)
        assert isinstance(made, Parser)  # noqa: S101 - verbs are of their parser's class
        if run is not None:
            made.set_defaults(run=lambda args: run(args, args.console))
        return made

    def pick(self, words: Words) -> str:
        """The words in the chosen language."""
        return words[LANGUAGES.index(self.language)]


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """French, unless asked for English by `--lang en` or by the locale."""
    for before, after in itertools.pairwise(arguments):
        if before == "--lang" and after in LANGUAGES:
            return after
    for argument in arguments:
        if argument.startswith("--lang=") and argument[7:] in LANGUAGES:
            return argument[7:]
    said = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "en" if said.startswith("en") else "fr"
