"""Write the reference pages of the manual from the code and the glossary: facts, refusals, words, settings, commands.

Nothing here is typed by hand twice: what the code declares is what the page says.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import re
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT / "scripts"))

FOLDER = ROOT / "docs" / "reference"
WRITTEN = "<!-- Page écrite par scripts/reference.py : ne pas la modifier. -->"


def glossary() -> dict[str, list[dict[str, Any]]]:
    """glossary.toml."""
    with (ROOT / "glossary.toml").open("rb") as file:
        return tomllib.load(file)


def page(title: str, lines: Iterable[str]) -> str:
    """A page with its heading."""
    return "\n".join([WRITTEN, f"# {title}", "", *lines, ""])


def versionless(name: str) -> str:
    """`entry.written.v2` → `entry.written`."""
    return re.sub(r"\.v[0-9]+$", "", name)


def vocabulary() -> list[Any]:
    """Every fact that the domain declares."""
    domain = importlib.import_module("garance.domain")
    for module in pkgutil.walk_packages(domain.__path__, "garance.domain."):
        importlib.import_module(module.name)
    known = importlib.import_module("garance.domain.vocabulary").entries()
    return [entry for entry in known if entry.body.__module__.startswith("garance.")]


def type_words(hint: object) -> str:
    """A type, as short as it can be read."""
    text = hint.__name__ if isinstance(hint, type) else str(hint)
    text = re.sub(r"typing\.Annotated\[(.+?), msgspec\.Meta\([^)]*\)\]", r"\1", text)
    return re.sub(r"\b(?:[a-z_]+\.)+([A-Z])", r"\1", text).replace("|", "·")


def members(body: type[msgspec.Struct], *, personal: frozenset[str] = frozenset()) -> list[str]:
    """A table of a struct's members."""
    hints = get_type_hints(body)
    fields = msgspec.structs.fields(body)
    if not fields:
        return ["Aucun membre : le fait dit tout par son nom."]
    rows = ["| membre | type | obligatoire | données personnelles |", "|---|---|---|---|"]
    for field in fields:
        needed = "oui" if field.required else "non"
        care = "oui" if field.name in personal else ""
        rows.append(f"| `{field.encode_name}` | {type_words(hints[field.name])} | {needed} | {care} |")
    return rows


def facts_page() -> str:
    """Each fact: what it means, where it is declared, what its body holds."""
    terms = {term["term"]: term for term in glossary()["term"]}
    lines = ["Tout ce qui peut s'écrire dans le journal, dans sa version la plus récente.", ""]
    for entry in vocabulary():
        term = terms.get(versionless(entry.name), {"fr": "", "definition_fr": ""})
        place = entry.body.__module__.removeprefix("garance.")
        lines += [f"## `{entry.name}`", "", f"**{term['fr']}** — {term['definition_fr']} (`{place}`)", ""]
        lines += [*members(entry.body, personal=entry.personal), ""]
    return page("Faits", lines)


def refusals_page() -> str:
    """Each refusal: what a person reads."""
    lines = ["Ce que Garance répond quand elle ne fait pas ce qu'on demande. Le code est stable ; la phrase non.", ""]
    for refusal in sorted(glossary()["refusal"], key=lambda each: str(each["code"])):
        lines += [f"## `{refusal['code']}`", "", refusal["fr"], "", f"*{refusal['en']}*", ""]
    return page("Refus", lines)


def glossary_page() -> str:
    """Each word: the French one first, as people look for it."""
    lines = ["Les mots de la maison, et ceux qu'on n'y emploie pas.", ""]
    for term in sorted(glossary()["term"], key=lambda each: str(each["fr"]).casefold()):
        never = ", ".join(f"`{word}`" for word in term["not"])
        lines += [f"**{term['fr']}** (`{term['term']}`)"]
        lines += [f":   {term['definition_fr']} *{term['source']}*" + (f" — jamais {never}" if never else ""), ""]
    lines += ["## Mots français gardés dans le code", "", "| mot | sens |", "|---|---|"]
    lines += [f"| `{kept['word']}` | {kept['meaning_fr']} |" for kept in glossary()["kept"]]
    return page("Glossaire", lines)


def settings_rows() -> list[Any]:
    """Each setting, as the server says it in words; none while the server has no settings."""
    if importlib.util.find_spec("garance.server.words") is None:
        return []
    return list(importlib.import_module("garance.server.words.of_settings").rows())


def settings_page() -> str:
    """Each setting with its default."""
    lines = ["Lus dans `garance.toml`, puis dans l'environnement, qui l'emporte. Tout problème est dit d'un coup.", ""]
    rows = settings_rows()
    if not rows:
        lines.append("Le serveur n'a pas encore de réglage.")
    for row in rows:
        lines += [f"## `{row.name}`", "", row.told, ""]
        lines += [f"Attendu : {row.wanted}. Par défaut : `{row.default}`. Environnement : `{row.variable}`.", ""]
    return page("Réglages", [*lines, *_connections()])


def _connections() -> list[str]:
    """What each connector may be told, as the section to paste."""
    words = importlib.import_module("garance.server.words.of_connectors")
    known = importlib.import_module("garance.connectors.registry").manifests()
    told = "Une section par liaison ; le nom est au choix. Mode d'emploi : [Brancher le terrain](%s)."
    lines = ["## Liaisons avec l'extérieur", "", told % "../guides/brancher-le-terrain.md", ""]
    lines += ["Dans l'environnement : `GARANCE_CONNECTIONS_` puis le nom de la liaison et celui du réglage.", ""]
    for name, manifest in sorted(known.items()):
        lines += [f"### {manifest.title_fr}", "", "```toml", words.settings_example(manifest).rstrip("\n"), "```", ""]
        lines += [f"Niveau : {manifest.quality}. Licence : {manifest.licence}. Nom : `{name}`.", ""]
    return lines


def commands_page() -> str:
    """What people ask through the interface, the verbs of `./run`, and the command line as it explains itself."""
    verbs = importlib.import_module("house.verbs").VERBS
    lines = [*_requests(), "## Depuis les sources : `./run`", ""]
    for name, verb in verbs.items():
        lines += [f"### `./run {name}`", "", verb.sentence[0].upper() + verb.sentence[1:] + ".", ""]
    lines += ["## Une fois installé : `garance`", "", *_command_line()]
    return page("Commandes", lines)


def _requests() -> list[str]:
    importlib.import_module("garance.domain.concerns")
    known = {refusal["code"] for refusal in glossary()["refusal"]}
    lines = ["## Par l'interface : `POST /api/v1/commands/…`", ""]
    for command in importlib.import_module("garance.domain.commands").commands():
        told = re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", inspect.getdoc(command.rule) or "")
        refused = ", ".join(f"[`{code}`](refus.md#{code})" for code in told if code in known)
        lines += [f"### `{command.name}`", "", f"Pouvoir requis : `{command.ability}`.", ""]
        lines += [f"Refus propres : {refused}.", ""] if refused else []
        lines += [*members(command.request), ""]
    return lines


def _command_line() -> list[str]:
    if importlib.util.find_spec("garance.server.cli") is None:
        return ["La ligne de commande n'est pas encore écrite."]
    cli = importlib.import_module("garance.server.cli")
    maker: Callable[[], Any] | None = getattr(cli, "parser", None)
    if maker is None:
        return [inspect.getdoc(cli) or ""]
    return _parser_lines(maker(), "garance", 3)


def _parser_lines(parser: Any, name: str, depth: int) -> list[str]:
    lines = [f"{'#' * depth} `{name}`", "", str(parser.description or ""), ""]
    for action in parser._actions:
        choices = getattr(action, "choices", None)
        if isinstance(choices, dict):
            for word, child in choices.items():
                lines += _parser_lines(child, f"{name} {word}", min(depth + 1, 5))
        elif action.help and action.dest != "help":
            word = ", ".join(action.option_strings) or str(action.metavar or action.dest)
            lines += [f"`{word}`", f":   {action.help}", ""]
    return lines


def rooms() -> dict[str, tuple[str, set[str], int]]:
    """Each room: its sentence, the rooms it imports, its lines of code; read from the source."""
    source = ROOT / "src" / "garance"
    drawn: dict[str, tuple[str, set[str], int]] = {}
    for folder in sorted(path.parent for path in source.glob("*/__init__.py")):
        sentence = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
        seen: set[str] = set()
        lines = 0
        for path in folder.rglob("*.py"):
            text = path.read_text("utf-8")
            lines += len(text.splitlines())
            seen |= set(re.findall(r"^\s*(?:from|import) garance\.([a-z]+)", text, re.M)) - {folder.name}
        drawn[folder.name] = (" ".join(sentence.split()), seen, lines)
    return drawn


def rooms_page() -> str:
    """The structure drawn from the code."""
    lines = ["La structure telle que le code la dessine ; un essai vérifie qu'elle suit le plan.", ""]
    lines += ["| pièce | ce qu'elle dit d'elle-même | regarde vers | lignes |", "|---|---|---|---|"]
    for name, (sentence, seen, size) in rooms().items():
        lines.append(f"| `{name}` | {sentence} | {', '.join(f'`{room}`' for room in sorted(seen))} | {size} |")
    return page("Pièces de la maison", lines)


def decisions_page() -> str:
    """Every decision record, by number."""
    lines = ["A record is never rewritten: a later one replaces it and says so. `./run new decision TITLE` starts one."]
    lines.append("")
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        title = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        lines.append(f"- [{title}](../decisions/{path.name})")
    return page("Decisions", lines)


PAGES: dict[str, Callable[[], str]] = {
    "faits.md": facts_page,
    "refus.md": refusals_page,
    "glossaire.md": glossary_page,
    "reglages.md": settings_page,
    "commandes.md": commands_page,
    "maison.md": rooms_page,
    "decisions.md": decisions_page,
}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every page into that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (folder / name).write_text(make(), encoding="utf-8")
    return [folder / name for name in PAGES]


if __name__ == "__main__":
    for written in write():
        print(written.relative_to(ROOT))
