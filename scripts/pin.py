"""Write requirements/*.txt anew from pyproject.toml: exact versions, their hashes, no address of any kind.

Needs `uv` on PATH or in the environment; run it when a dependency is added or raised, and read the difference.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
RUNTIME = "runtime"
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
    "--quiet",
]


def groups() -> list[str]:
    """The runtime, then each dependency group in the order of pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return [RUNTIME, *tomllib.load(file)["dependency-groups"]]


def uv() -> str:
    """The uv to use."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise SystemExit("uv is needed to pin: pip install uv")
    return found


def pin(group: str, above: list[str], *, upgrade: bool) -> None:
    """Compile one file; the files above it constrain it, so that all can be installed together."""
    source = ["pyproject.toml"] if group == RUNTIME else ["--group", f"pyproject.toml:{group}"]
    constraints = [part for name in above for part in ("--constraint", f"requirements/{name}.txt")]
    output = ["--output-file", f"requirements/{group}.txt", *(["--upgrade"] if upgrade else [])]
    subprocess.run([uv(), "pip", "compile", *source, *constraints, *OPTIONS, *output], cwd=ROOT, check=True)
    path = FOLDER / f"{group}.txt"
    head = f"# Written by scripts/pin.py from pyproject.toml ({group}). Do not edit by hand.\n"
    path.write_text(head + path.read_text("utf-8"), encoding="utf-8")


def main() -> None:
    """Pin everything; `--upgrade` takes the newest versions that pyproject.toml allows."""
    FOLDER.mkdir(exist_ok=True)
    above: list[str] = []
    for group in groups():
        pin(group, above, upgrade="--upgrade" in sys.argv[1:])
        above.append(group)
        print(f"requirements/{group}.txt")


if __name__ == "__main__":
    main()
