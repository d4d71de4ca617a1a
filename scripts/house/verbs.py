"""The verbs of `./run`, and what each one needs ready before it starts."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from house import scaffold, web
from house.ready import BIN, PYTHON, RUNTIME, install_web, make_ready
from house.steps import ROOT, Failed, quiet, say, seconds, shown

COMMAND = "import sys; from garance.server.cli import main; sys.argv[0] = 'garance'; sys.exit(main())"
EVERYTHING = "all"
INTERRUPTED = 130
LONGEST = "--durations=40"
"""The whole lane says which tests it waited for."""
TESTS = ("runtime", "test")
CHECKS = ("runtime", "test", "check")
HOUSE_TESTS = ["test_glossary.py", "test_structure.py", "test_pins.py", "test_docs.py"]


class Verb(NamedTuple):
    """One verb: what it does in a sentence, and the function that does it."""

    sentence: str
    act: Callable[[list[str]], int]


def main(arguments: list[str]) -> int:
    """Do what the first word says with the words that follow; gives the exit code."""
    name = arguments[0] if arguments else "help"
    if name in ("help", "-h", "--help"):
        return usage()
    verb = VERBS.get(name)
    if verb is None:
        say(f"Verbe inconnu : {name}.")
        usage()
        return 2
    try:
        return verb.act(arguments[1:])
    except Failed as failure:
        say(failure.sentence)
        return failure.code
    except KeyboardInterrupt:
        say("Interrompu.")
        return INTERRUPTED


def usage() -> int:
    """Say what there is."""
    say("Garance — usage : ./run VERBE [options]\n")
    for name, verb in VERBS.items():
        say(f"  {name:<9}{verb.sentence}")
    say("\nLes journaux des étapes sont dans .garance/log/.")
    return 0


def demo(arguments: list[str]) -> int:
    """Start the demonstration."""
    return garance(["demo", *arguments])


def serve(arguments: list[str]) -> int:
    """Start a real node."""
    return garance(["serve", *arguments])


def garance(arguments: list[str]) -> int:
    """Run the command line of Garance."""
    make_ready(RUNTIME, pages=bool(arguments) and arguments[0] in ("demo", "serve"))
    code = shown([PYTHON, "-c", COMMAND, *arguments], cwd=Path.cwd())  # a folder named is named from where one stands
    if code not in (0, INTERRUPTED):
        say(f"garance {arguments[0] if arguments else ''} : terminé avec le code {code}.")
    return code


def test(arguments: list[str]) -> int:
    """Run the tests; all of them with `--slow`, and none may be skipped with `--require-all`.

    The ordinary ones run two at a time, whole files kept together; the slow ones alone, since some load the machine.
    """
    rest = [word for word in arguments if word not in ("--slow", "--require-all")]
    make_ready([*TESTS, *(["build"] if "--slow" in arguments else [])], pages=True)
    env = {"GARANCE_REQUIRE": EVERYTHING} if "--require-all" in arguments else {}
    began = time.monotonic()
    code = 0
    for chosen in _runs(rest, slow="--slow" in arguments):
        code = code or shown([PYTHON, "-m", "pytest", *chosen, *rest], env=env)
    say(f"Tests : {'réussis' if code == 0 else f'échec (code {code})'} en {seconds(began)}.")
    return code


def _runs(rest: Sequence[str], *, slow: bool) -> list[list[str]]:
    """The options of each run of pytest; the tests that somebody names run in one, as named."""
    if _has_marker(rest):
        return [[]]
    if any(not word.startswith("-") for word in rest):
        return [[]] if slow else [["-m", "not slow"]]
    ordinary = ["-m", "not slow", "-n", "2", "--dist", "loadfile"]
    if not slow:
        return [ordinary]
    return [[*ordinary, LONGEST], ["-m", "slow or opening", LONGEST]]


def _has_marker(words: Sequence[str]) -> bool:
    return any(word == "-m" or (word.startswith("-m") and not word.startswith("--")) for word in words)


def check(_arguments: list[str]) -> int:
    """Everything that reads the code without running it; one failure does not hide the next."""
    make_ready(CHECKS, pages=False)
    began = time.monotonic()
    failures = [name for name, look in _looks().items() if not _passes(look)]
    total = len(_looks())
    if failures:
        say(f"Contrôles : {len(failures)} en échec sur {total} ({', '.join(failures)}) en {seconds(began)}.")
        return 1
    say(f"Contrôles : {total} réussis sur {total} en {seconds(began)}.")
    return 0


def _passes(look: Callable[[], None]) -> bool:
    try:
        look()
    except Failed:
        return False
    return True


def _looks() -> dict[str, Callable[[], None]]:
    tests = [str(path) for name in HOUSE_TESTS if (path := ROOT / "tests" / "rooms" / name).exists()]
    typed = [name for name in ("src", "tests", "scripts", "bench") if (ROOT / name).is_dir()]
    source = {"PYTHONPATH": str(ROOT / "src")}
    looks = {
        "ruff": lambda: quiet("Style (ruff)", [PYTHON, "-m", "ruff", "check", "."], "ruff"),
        "mypy": lambda: quiet("Types (mypy)", [PYTHON, "-m", "mypy", *typed], "mypy"),
        "imports": lambda: quiet("Sens des imports", [BIN / "lint-imports", "--no-cache"], "imports", env=source),
        "maison": lambda: quiet(
            "Glossaire, structure, épingles, documentation", [PYTHON, "-m", "pytest", "-q", *tests], "house"
        ),
    }
    if web.has_sources(ROOT):
        looks["navigateur"] = _check_web
    return looks


def _check_web() -> None:
    make_ready(["web"], pages=False)
    node = install_web()
    command = web.npm(node, "run", "check")
    quiet("Types du navigateur", command, "web-check", cwd=web.web_folder(ROOT), env=web.npm_environment(node, ROOT))


def bench(arguments: list[str]) -> int:
    """Run the benchmarks."""
    make_ready(TESTS, pages=False)
    if not (ROOT / "bench" / "__main__.py").is_file():
        raise Failed("Aucun banc de mesure n'est encore écrit (bench/__main__.py).")
    began = time.monotonic()
    code = shown([PYTHON, "-m", "bench", *arguments])
    say(f"Mesures : {'terminées' if code == 0 else f'échec (code {code})'} en {seconds(began)}.")
    return code


def fuzz(arguments: list[str]) -> int:
    """Feed the decoders with millions of inputs; what was done is taken up again, what breaks one is kept."""
    make_ready(TESTS, pages=False)
    began = time.monotonic()
    env = {"PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))}
    code = shown([PYTHON, "-m", "support.fuzz", *arguments], env=env)
    say(f"Décodeurs éprouvés : {'rien à redire' if code == 0 else f'échec (code {code})'} en {seconds(began)}.")
    return code


def docs(arguments: list[str]) -> int:
    """Build the manual into `site/`, or show it while it is being written with `--serve`."""
    make_ready(["runtime", "docs"], pages=False)
    quiet("Pages de référence", [PYTHON, "scripts/reference.py"], "reference")
    if "--serve" in arguments:
        return shown([BIN / "zensical", "serve", *(word for word in arguments if word != "--serve")])
    quiet("Manuel", [BIN / "zensical", "build", "--clean", "--strict"], "docs")
    say("Manuel : construit dans site/index.html.")
    return 0


def new(arguments: list[str]) -> int:
    """Start a new piece of the house from its pattern."""
    return scaffold.start(arguments)


def setup(_arguments: list[str]) -> int:
    """Prepare everything, for a machine that will then lose its network."""
    make_ready([*CHECKS, "docs", "web", "build"], pages=True)
    say("Installation : complète. Tout fonctionne désormais sans réseau.")
    return 0


def wheel(_arguments: list[str]) -> int:
    """Build the wheel, with pages inside, into `dist/`."""
    make_ready(["runtime", "build"], pages=True)
    env = {"SOURCE_DATE_EPOCH": _last_commit_time()}
    quiet("Paquet", [PYTHON, "-m", "hatchling", "build", "-t", "wheel"], "wheel", env=env)
    built = max((ROOT / "dist").glob("*.whl"), key=lambda path: path.stat().st_mtime)
    say(f"Paquet : {built.relative_to(ROOT)} ({built.stat().st_size / 1e6:.1f} Mo).")
    return 0


def _last_commit_time() -> str:
    """The moment of the last commit, so that the same sources give the same wheel."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return given
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or "315532800"


VERBS = {
    "demo": Verb("une commune et sa nuit de crise, en exercice (--territory DOSSIER pour de vraies données)", demo),
    "serve": Verb("démarrer un nœud réel", serve),
    "garance": Verb("la ligne de commande : ./run garance --help", garance),
    "test": Verb("les tests ; --slow pour tous, --require-all pour n'en sauter aucun, options de pytest", test),
    "check": Verb("style, types, sens des imports, glossaire, documentation, types du navigateur", check),
    "bench": Verb("les mesures, en proportion d'une limite mesurée au même moment", bench),
    "fuzz": Verb("éprouver les décodeurs : ./run fuzz [DÉCODEUR…] --inputs 10000000, repris où il s'arrête", fuzz),
    "docs": Verb("construire le manuel dans site/ ; --serve pour le relire en l'écrivant", docs),
    "new": Verb("commencer une pièce : ./run new decision TITRE, concern NOM, connector NOM", new),
    "setup": Verb("tout préparer d'avance (machine bientôt sans réseau)", setup),
    "wheel": Verb("construire le paquet installable dans dist/", wheel),
}
