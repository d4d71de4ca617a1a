"""Make the house ready: the virtual environment, the pinned packages, the built pages. Nothing is done twice."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from house import web
from house.steps import ROOT, Failed, environment, quiet, say, seconds

VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMPS = VENV / "garance-stamps"
RUNTIME = ("runtime",)
NEEDS_NETWORK = "La première préparation a besoin du réseau (ou d'un miroir de paquets réglé dans pip et npm)."


def make_ready(groups: Sequence[str], *, pages: bool) -> None:
    """Install what these requirement files pin, in one go; build the pages if asked and if they changed."""
    with _alone():
        began = time.monotonic()
        before = _done
        _venv()
        wanted = list(dict.fromkeys([*groups, *(["web"] if _needs_node(pages) else [])]))
        _packages(wanted)
        _source_path()
        if pages:
            build_pages()
        if _done != before:
            say(f"Prêt en {seconds(began)}.")


_done = 0


def _step(
    title: str,
    command: Sequence[str | Path],
    log: str,
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    hint: str = "",
) -> None:
    global _done
    _done += 1
    quiet(title, command, log, cwd=cwd, env=env, hint=hint)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one `./run` at a time prepare this folder; the others wait and then find it ready."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock: two at once there is the user's choice
        yield
        return
    folder = ROOT / ".garance"
    folder.mkdir(exist_ok=True)
    with (folder / "ready.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _site_packages() -> Path | None:
    if not PYTHON.exists():
        return None
    asked = subprocess.run(
        [str(PYTHON), "-c", "import pip, sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    return Path(asked.stdout.strip()) if asked.returncode == 0 else None


def _venv() -> None:
    if _site_packages() is not None:
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Failed(
            "Ce Python n'a pas de quoi créer un environnement (modules venv et ensurepip).\n"
            "Sur Debian ou Ubuntu : apt install python3-venv. Puis relancez la même commande.",
            2,
        )
    if VENV.exists():
        say("  L'environnement .venv ne répond plus (Python changé ?) : il est refait.")
        shutil.rmtree(VENV)
    version = ".".join(str(part) for part in sys.version_info[:3])
    _step(f"Environnement Python {version}", [sys.executable, "-m", "venv", VENV], "venv")


def _digest(group: str) -> str:
    return hashlib.sha256((REQUIREMENTS / f"{group}.txt").read_bytes()).hexdigest()


def _packages(groups: Sequence[str]) -> None:
    missing = [group for group in groups if not _stamped(group)]
    if not missing:
        return
    files: list[str | Path] = []
    for group in groups:
        files += ["-r", REQUIREMENTS / f"{group}.txt"]
    options = ["--require-hashes", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check"]
    title = f"Bibliothèques Python ({', '.join(missing)})"
    _step(title, [PYTHON, "-m", "pip", "install", *options, *files], "pip", hint=NEEDS_NETWORK)
    STAMPS.mkdir(exist_ok=True)
    for group in groups:
        (STAMPS / group).write_text(_digest(group), encoding="utf-8")


def _stamped(group: str) -> bool:
    stamp = STAMPS / group
    return stamp.is_file() and stamp.read_text("utf-8") == _digest(group)


def _source_path() -> None:
    """Let this environment import `garance` from `src`, as it is being written."""
    site = _site_packages()
    assert site is not None
    path = site / "garance-source.pth"
    line = f"{ROOT / 'src'}\n"
    if not path.is_file() or path.read_text("utf-8") != line:
        path.write_text(line, encoding="utf-8")


def _needs_node(pages: bool) -> bool:
    return pages and web.has_sources(ROOT) and not web.is_built(ROOT)


def install_web() -> Path:
    """Install what the browser side pins; gives the folder of Node."""
    node = web.node_package(PYTHON)
    stamp = web.web_folder(ROOT) / "node_modules" / ".garance-packages"
    wanted = web.packages_digest(ROOT)
    if not stamp.is_file() or stamp.read_text("utf-8") != wanted:
        command = web.npm(node, "ci", "--no-audit", "--no-fund")
        env = web.npm_environment(node, ROOT)
        folder = web.web_folder(ROOT)
        _step("Bibliothèques du navigateur", command, "npm", cwd=folder, env=env, hint=NEEDS_NETWORK)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted, encoding="utf-8")
    return node


def build_pages() -> None:
    """Build the pages, only when their sources changed since."""
    if not web.has_sources(ROOT) or web.is_built(ROOT):
        return
    node = install_web()
    command = web.npm(node, "run", "build")
    env = web.npm_environment(node, ROOT)
    web.clear_built(ROOT)
    _step("Pages du navigateur", command, "web", cwd=web.web_folder(ROOT), env=env)
    if not (web.built_folder(ROOT) / "index.html").is_file():
        raise Failed(f"La construction des pages n'a pas laissé d'index.html dans {web.built_folder(ROOT)}")
    web.mark_built(ROOT)
