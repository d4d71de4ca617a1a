from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import httpx2
import msgspec
import pytest
from support.journal import Chain, draft, fill

from garance.domain.keeping.facts import BodyRedacted
from garance.journal.sqlite import SqliteStore
from garance.kernel.refusal import Refused
from garance.server.cli import main, parser
from garance.server.console import INTERRUPTED, REFUSED, UNSOUND, USAGE, Console, Parser, language_of
from garance.server.data_folder import DataFolder
from garance.server.words.glossary import refusal_sentence, refusal_words

SOURCE = Path(__file__).parents[3] / "src"


def garance(*arguments: str | Path, **environment: str) -> int:
    return main([str(each) for each in arguments], environment)


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data").prepare()
    with closing(SqliteStore(folder.journal)) as store:
        fill(store, Chain(), 20)
    return folder


def subcommands(made: Parser) -> dict[str, Parser]:
    for action in made._actions:
        if isinstance(action.choices, dict):
            return dict(action.choices)
    return {}


@pytest.mark.parametrize(("language", "usage"), [("fr", "usage : "), ("en", "usage: ")])
def test_every_verb_explains_itself(language: str, usage: str) -> None:
    known = subcommands(parser(language))
    assert set(known) == {"serve", "demo", "user", "journal", "backup", "restore", "territory", "connector", "settings"}
    for name, verb in known.items():
        for each in (verb, *subcommands(verb).values()):
            assert each.format_help().startswith(usage), name
            assert each.description, name


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "fr"),
        ([], {"LANG": "C.UTF-8"}, "fr"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LC_ALL": "fr_FR.UTF-8", "LANG": "en_GB.UTF-8"}, "fr"),
        (["--lang", "en", "settings"], {}, "en"),
        (["--lang=fr"], {"LANG": "en_US"}, "fr"),
    ],
)
def test_french_unless_asked_otherwise(arguments: list[str], environment: dict[str, str], language: str) -> None:
    assert language_of(arguments, environment) == language


@pytest.mark.parametrize(
    ("arguments", "french", "english"),
    [
        (["serv"], "n'existe pas", "invalid choice"),
        (["backup"], "il manque : SORTIE.tar", "required: OUT.tar"),
        (["settings", "--colour"], "en trop : --colour", "unrecognized arguments: --colour"),
        (["settings", "--data"], "--data attend une valeur", "expected one argument"),
    ],
)
def test_a_wrong_call_is_explained(
    capsys: pytest.CaptureFixture[str], arguments: list[str], french: str, english: str
) -> None:
    for language, said in (("fr", french), ("en", english)):
        with pytest.raises(SystemExit) as ended:
            garance("--lang", language, *arguments)
        assert ended.value.code == USAGE
        assert said in capsys.readouterr().err


def test_refusals_are_sentences(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert garance("restore", tmp_path / "no.tar", tmp_path / "new") == REFUSED
    said = capsys.readouterr().err
    assert said.startswith(refusal_words()["backup-unreadable"]["fr"])
    assert "Traceback" not in said
    assert garance("--lang", "en", "journal", "verify", "--data", tmp_path / "none") == REFUSED
    assert capsys.readouterr().err.startswith(refusal_words()["folder-unusable"]["en"])
    assert refusal_sentence(Refused("not-in-the-glossary", field="a.b", detail={"n": 2})) == (
        "not-in-the-glossary (a.b, n : 2)"
    )


def test_settings_are_shown_checked_and_documented(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "g.toml"
    file.write_text('[listen]\nport = 1234\n[metrics]\ntoken = "0123456789abcdef"\n', "utf-8")
    assert garance("settings", "--settings", file, "--data", "/srv/garance", GARANCE_LISTEN_PORT="99") == 0
    shown = capsys.readouterr().out.splitlines()
    assert "listen.port = 99" in shown
    assert 'node.data_folder = "/srv/garance"' in shown
    assert "metrics.token = ***" in shown
    assert "oidc.client_secret = null" in shown
    assert garance("settings", GARANCE_SETTINGS=str(file), GARANCE_COLOUR="red", GARANCE_LISTEN_PORT="x") == USAGE
    said = capsys.readouterr().err
    assert "listen.port (GARANCE_LISTEN_PORT) doit être" in said
    assert "GARANCE_COLOUR (env) n'existe pas" in said
    assert garance("settings", "--reference") == 0
    assert "| `listen.port` | `GARANCE_LISTEN_PORT` |" in capsys.readouterr().out


def test_the_journal_is_proven_or_refuted(capsys: pytest.CaptureFixture[str], data: DataFolder, tmp_path: Path) -> None:
    assert garance("journal", "verify", "--data", data.path) == 0
    assert "Faits lus : 20" in capsys.readouterr().out
    assert garance("journal", "head", "--data", data.path) == 0
    heads = tmp_path / "heads.jsonl"
    heads.write_text(capsys.readouterr().out, "utf-8")
    assert json.loads(heads.read_text())["seq"] == 20
    assert garance("journal", "verify", "--data", data.path, "--heads", heads) == 0
    with closing(sqlite3.connect(data.journal)) as file, file:
        file.execute("DROP TRIGGER facts_are_kept")
        file.execute("DELETE FROM facts WHERE position = 20")
        file.execute("DELETE FROM heads WHERE seq = 20")
    capsys.readouterr()
    assert garance("journal", "verify", "--data", data.path, "--heads", heads) == UNSOUND
    shown = capsys.readouterr().out
    assert "tail-cut" in shown
    assert "n'est pas intact" in shown
    heads.write_text("{}")
    assert garance("journal", "verify", "--data", data.path, "--heads", heads) == REFUSED


def test_a_printed_sheet_betrays_a_tail_cut_afterwards(capsys: pytest.CaptureFixture[str], data: DataFolder) -> None:
    with closing(SqliteStore(data.journal)) as store:
        writer = store.writers()[0]
        tail = store.tail(writer)
    foot = f"{writer}-{tail.seq}={tail.digest[:32]}"
    assert garance("journal", "verify", "--data", data.path, "--printed", foot) == 0
    for lost in (f"{writer}-{tail.seq + 1}={tail.digest[:32]}", f"{writer}-{tail.seq}={'0' * 32}"):
        assert garance("journal", "verify", "--data", data.path, "--printed", foot, "--printed", lost) == UNSOUND
        assert "ne s'accorde pas" in capsys.readouterr().out
    assert garance("journal", "verify", "--data", data.path, "--printed", "w1=2") == REFUSED


def test_facts_travel_in_a_file(capsys: pytest.CaptureFixture[str], data: DataFolder, tmp_path: Path) -> None:
    everything, rest, heads = tmp_path / "all.garance", tmp_path / "rest.garance", tmp_path / "heads.jsonl"
    assert garance("journal", "export", everything, "--data", data.path) == 0
    assert "Exporté : 20 faits" in capsys.readouterr().out
    assert garance("journal", "export", everything, "--data", data.path) == REFUSED
    other = tmp_path / "other"
    assert garance("journal", "import", everything, "--data", other) == 0
    assert "ajoutés : 20" in capsys.readouterr().out.splitlines()[-1]
    assert garance("journal", "import", everything, "--data", other) == 0
    assert "ajoutés : 0 ; déjà là : 20" in capsys.readouterr().out
    assert garance("journal", "head", "--data", other) == 0
    heads.write_text(capsys.readouterr().out, "utf-8")
    with closing(SqliteStore(data.journal)) as store:
        fill(store, Chain(2), 3)
    assert garance("journal", "export", rest, "--after", heads, "--data", data.path) == 0
    assert "Exporté : 3 faits" in capsys.readouterr().out
    assert garance("journal", "import", rest, "--data", other) == 0
    assert garance("journal", "verify", "--data", other) == 0
    content = bytearray(rest.read_bytes())
    content[-200] ^= 1
    rest.write_bytes(content)
    assert garance("journal", "import", rest, "--data", tmp_path / "third") == REFUSED


def test_backup_and_restore(capsys: pytest.CaptureFixture[str], data: DataFolder, tmp_path: Path) -> None:
    out, again = tmp_path / "out.tar", DataFolder(tmp_path / "again")
    assert garance("backup", out, "--data", data.path) == 0
    captured = capsys.readouterr()
    assert "gardez-la comme l'instance elle-même" in captured.out
    assert captured.err.splitlines() == ["copie des bases", "empreintes", "écriture", "vérification"]
    assert garance("backup", out, "--data", data.path) == REFUSED
    assert garance("restore", out, again.path) == 0
    assert garance("journal", "verify", "--data", again.path) == 0
    assert garance("restore", out, again.path) == REFUSED


def test_an_unsound_journal_is_neither_backed_up_nor_restored(
    capsys: pytest.CaptureFixture[str], data: DataFolder, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(data.journal)) as file, file:
        file.execute("DROP TRIGGER facts_stay_as_they_are")
        file.execute("UPDATE facts SET body = x'7b7d' WHERE position = 7")
    assert garance("backup", tmp_path / "out.tar", "--data", data.path) == REFUSED
    assert "seq : 7" in capsys.readouterr().err
    assert not (tmp_path / "out.tar").exists()


def test_what_was_destroyed_is_destroyed_again_after_a_restore(data: DataFolder, tmp_path: Path) -> None:
    chain = Chain(2)
    with closing(SqliteStore(data.journal)) as store:
        store.append(chain.batch(draft("the address of a witness")))
        redacted = BodyRedacted(fact=f"{chain.writer}-1", reason="asked")
        order = draft(name="body.redacted.v1")
        order = msgspec.structs.replace(order, body=msgspec.json.encode(redacted))
        store.append(chain.batch(order))
    out, again = tmp_path / "out.tar", DataFolder(tmp_path / "again")
    assert b"witness" in data.journal.read_bytes()
    assert garance("backup", out, "--data", data.path) == 0
    assert garance("restore", out, again.path) == 0
    assert b"witness" not in again.journal.read_bytes()
    assert garance("journal", "verify", "--data", again.path) == 0


def test_accounts_without_a_server(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert garance("user", "--data", tmp_path / "data", "list") == 0
    assert capsys.readouterr().out == "Aucun compte.\n"


def test_territories(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert garance("territory", "show", tmp_path) == REFUSED
    assert garance("territory", "import", tmp_path / "absent", tmp_path / "out") == REFUSED
    assert garance("territory", "make", "--seed", "-1", "--out", tmp_path / "out") == REFUSED
    assert garance("territory", "make", "--communes", "0", "--out", tmp_path / "out") == REFUSED
    assert garance("territory", "check", tmp_path) == REFUSED
    assert garance("territory", "list", tmp_path / "absent") == REFUSED
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupted_command_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(self: Console, text: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Console, "write", interrupt)
    assert garance("settings") == INTERRUPTED
    assert capsys.readouterr().out == "Interrompu.\n"


class Terminal:
    """Somewhere a person watches."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None: ...


def test_progress_is_a_bar_where_someone_watches() -> None:
    terminal = Terminal()
    hours = iter([100.0, 171.5])
    console = Console(err=terminal, out=terminal, now_s=lambda: next(hours))  # type: ignore[arg-type]
    console.progress("relief", 0.5)
    assert terminal.text == f"\r\x1b[K{'█' * 12}{'░' * 12}  50 %  0:00  relief"
    console.progress("relief", 7)
    console.say("fini", "done")
    assert terminal.text.endswith(f"{'█' * 24} 100 %  1:11  relief\r\x1b[Kfini\n")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
async def test_serve_says_where_and_stops_cleanly(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "garance.server.cli", "serve", "--data", str(tmp_path / "data"), "--port"]
    process = await asyncio.create_subprocess_exec(
        *command, "0", cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(40):
        line = ""
        while "Garance écoute : " not in line:
            line = (await process.stdout.readline()).decode()
            assert line, (await process.communicate())[1].decode()
        url = line.removeprefix("Garance écoute : ").partition(" ")[0]
        async with httpx2.AsyncClient(base_url=url) as web:
            assert (await web.get("/ready")).json() == {"ready": True}
        busy = await asyncio.create_subprocess_exec(
            *command[:-3], "--data", str(tmp_path / "other"), "--port", url.rpartition(":")[2],
            cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, refused = await busy.communicate()
        assert busy.returncode == REFUSED
        assert refusal_words()["address-in-use"]["fr"] in refused.decode()
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
    assert process.returncode == 0
    assert out.decode().endswith("Garance s'est arrêtée proprement.\n")
    for logged in err.decode().splitlines():
        assert set(json.loads(logged)) >= {"at", "level", "logger", "message"}
