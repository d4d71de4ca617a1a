"""Read the source of Garance without running it: modules, names that we choose, refusals that it can raise."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "garance"
TABLE = re.compile("CODES|REFUSALS")
HYPHENATED = re.compile(r"[a-z]+(-[a-z0-9]+)+")


def glossary() -> dict[str, list[dict[str, Any]]]:
    """glossary.toml."""
    with (ROOT / "glossary.toml").open("rb") as file:
        return tomllib.load(file)


def project() -> dict[str, Any]:
    """pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def trees(folder: Path = SOURCE) -> Iterator[tuple[Path, ast.Module]]:
    """Every module, parsed."""
    for path in sorted(folder.rglob("*.py")):
        if "node_modules" not in path.parts:
            yield path, ast.parse(path.read_text("utf-8"), str(path))


def chosen_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name this module gives to something: not the names of others that it uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, getattr(node, "lineno", 0)


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def refusal_codes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every code this module can refuse with.

    Said at once, by `Refused` or by a kind of it (one word, one of two in an expression, a constant); kept in a table
    named after codes or refusals; or chosen in the function that refuses (there, every hyphenated word counts).
    """
    yield from _said_codes(tree)
    yield from _tabled_codes(tree)
    yield from _chosen_codes(tree)


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    inside = {id(part) for kind in classes if "Refused" in map(_name_of, kind.bases) for part in ast.walk(kind)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name_of(node.func)
        if name == "Refused" or (name == "__init__" and id(node) in inside):
            yield node, [*node.args[:1], *(word.value for word in node.keywords if word.arg == "code")]


def _said_codes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    constants = _constants(tree)
    for call, said in _calls(tree):
        for part in (part for argument in said for part in ast.walk(argument)):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value, call.lineno
            elif isinstance(part, ast.Name) and part.id in constants:
                yield constants[part.id], call.lineno


def _tabled_codes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in tree.body:
        annotated = [node.target] if isinstance(node, ast.AnnAssign) else []
        targets = node.targets if isinstance(node, ast.Assign) else annotated
        named = any(isinstance(target, ast.Name) and TABLE.search(target.id) for target in targets)
        if named and isinstance(value := getattr(node, "value", None), ast.Dict | ast.Set | ast.Tuple | ast.List):
            said = value.values if isinstance(value, ast.Dict) else value.elts
            yield from ((code, node.lineno) for part in said for text in _texts(part) for code in text.split())


def _chosen_codes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    known = _constants(tree)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = [part for _, said in _calls(function) for part in said if isinstance(part, ast.Name)]
        if any(name.id not in known for name in names):
            yield from ((text, function.lineno) for text in _texts(function) if HYPHENATED.fullmatch(text))


def _texts(tree: ast.AST) -> Iterator[str]:
    constants = (part.value for part in ast.walk(tree) if isinstance(part, ast.Constant))
    return (value for value in constants if isinstance(value, str))


def _name_of(function: ast.AST) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def import_domain() -> None:
    """Import every module of the domain, so that the vocabulary knows every fact."""
    package = importlib.import_module("garance.domain")
    for module in pkgutil.walk_packages(package.__path__, "garance.domain."):
        importlib.import_module(module.name)


def fact_names() -> list[str]:
    """The versioned name of every fact."""
    import_domain()
    vocabulary = importlib.import_module("garance.domain.vocabulary")
    return [entry.name for entry in vocabulary.entries() if entry.body.__module__.startswith("garance.")]
