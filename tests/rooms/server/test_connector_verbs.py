"""`garance connector`: what is listed, what is pasted, what is tried, what is replayed dry or to a running node."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from support.running_node import RunningNode, running_node
from support.source import ROOT

from garance.connectors.registry import manifests
from garance.intake.arrival import Limits
from garance.ports.connector import Arrival
from garance.server.cli import main
from garance.server.connections import samples
from garance.server.connections.plan import plan, problems
from garance.server.connections.samples import FRAMES, try_samples
from garance.server.console import INTERRUPTED, REFUSED, UNSOUND
from garance.server.words.of_connectors import TOKEN, settings_example

SOURCE = ROOT / "src"
SECRET = "un mot de passe secret"
SETTINGS = f"""
[connections.telephones]
connector = "owntracks"
title = "Téléphones"
token = "{SECRET}"

[connections.courtier]
connector = "mqtt"
host = "192.0.2.1"
topics = ["owntracks/+/+"]
user = "garance"
password = "{SECRET}"

[connections.ciel]
connector = "adsb"
url = "http://garance:{SECRET.replace(" ", "")}@192.0.2.1/aircraft.json"

[connections.fautive]
connector = "osmand"
speed_unit = "parsecs"
"""


def garance(*arguments: str | Path, **environment: str) -> int:
    return main([str(each) for each in arguments], environment)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "garance.toml"
    path.write_text(SETTINGS, "utf-8")
    return path


def test_every_connector_is_listed_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert garance("connector", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(manifests())
    assert garance("--lang", "en", "connector", "list") == 0
    assert "silver" in capsys.readouterr().out
    assert garance("connector", "list", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert {each["name"]: each["quality"] for each in told}["adsb"] == "silver"
    assert all(each["licence"] and each["attribution"] for each in told)


@pytest.mark.parametrize("name", sorted(manifests()))
def test_the_settings_to_paste_say_everything_and_open(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert garance("connector", "show", name) == 0
    text = capsys.readouterr().out
    known = manifests()[name]
    assert all(wish.fr in text and f"{wish.name} = " in text for wish in known.settings)
    whole = tomllib.loads("\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines()))
    believed = set() if known.arrival is Arrival.FILE else {field.name for field in msgspec.structs.fields(Limits)}
    assert {wish.name for wish in known.settings} | believed <= set(whole["connections"][name])
    assert all(whole["connections"][name][limit] == value for limit, value in known.believable.items())
    said: dict[str, Any] = tomllib.loads(text)["connections"]
    (planned,) = plan(said)
    assert planned.common.token in (None, TOKEN)
    assert settings_example(known, "en") != text


def test_a_connector_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert garance("connector", "show", "pigeons") == REFUSED
    assert garance("connector", "test", "pigeons") == REFUSED
    assert "Aucun connecteur ne porte ce nom." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("telephones", 0, "✓ trames d'essai : 5 lues sur 5, dont 5 comme"),
        ("courtier", 0, "password = ***"),
        ("ciel", 0, "http://***@192.0.2.1"),
        ("fautive", REFUSED, "Ce réglage du connecteur n'a pas la forme attendue. (speed_unit"),
        ("aprs", REFUSED, "Ce connecteur a besoin de ce réglage. (host"),
    ],
)
def test_a_connection_is_tried_and_no_secret_is_printed(
    file: Path, name: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert garance("connector", "test", name, "--settings", file) == code
    told = capsys.readouterr()
    assert said in told.out
    assert SECRET not in told.out + told.err
    assert SECRET.replace(" ", "") not in told.out + told.err


def test_every_connection_is_tried_when_none_is_named(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with file.open("a", encoding="utf-8") as more:
        more.write('[connections.inconnue]\nconnector = "pigeons"\n')
    assert garance("connector", "test", "--settings", file) == REFUSED
    told = capsys.readouterr()
    names = ["telephones", "courtier", "ciel", "fautive", "inconnue"]
    assert [line for line in told.out.splitlines() if line.startswith("[")] == [f"[connections.{one}]" for one in names]
    assert told.out.count("✓ réglages") == 3
    assert "Aucun connecteur ne porte ce nom." in told.err
    assert SECRET not in told.out + told.err
    file.write_text("", "utf-8")
    assert garance("connector", "test", "--settings", file) == 0
    assert "Aucune liaison" in capsys.readouterr().out


def test_settings_may_be_given_on_top(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert garance("connector", "test", "fautive", "--settings", file, "--set", "speed_unit=kmh") == 0
    assert garance("connector", "test", "aprs", "--set", "host=192.0.2.1", "--set", "callsign=F4ABC") == 0
    capsys.readouterr()
    assert garance("connector", "test", "aprs", "--set", SECRET) == REFUSED
    assert SECRET not in capsys.readouterr().err


def test_a_sample_frame_that_no_longer_says_the_same_is_unsound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(FRAMES / "nmea", tmp_path / "nmea")
    (tmp_path / "nmea" / "moving.frame").write_bytes(b"$GPXXX\n")
    (tmp_path / "nmea" / "lost.expected.json").write_text("[]", "utf-8")
    (planned,) = plan({"x": {"connector": "nmea", "device": "VPC"}})
    (tmp_path / "nmea" / "only-fix.frame").write_bytes(b"$GPRMC,broken*00\n")
    found = {each.name: (each.read, each.same) for each in try_samples("nmea", planned, tmp_path)}
    assert found["moving"] == (True, False)
    assert found["lost"] == found["only-fix"] == (False, False)
    monkeypatch.setattr(samples, "FRAMES", tmp_path)
    assert garance("connector", "test", "nmea", "--set", "device=VPC") == UNSOUND
    assert "✗ trames d'essai : 2 lues sur 4" in capsys.readouterr().out


def test_one_that_is_sent_to_listens_to_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert garance("connector", "test", "owntracks", "--listen", "1") == REFUSED
    assert "n'écoute rien par lui-même" in capsys.readouterr().err


def test_what_arrives_is_shown_as_it_comes(capsys: pytest.CaptureFixture[str]) -> None:
    frame = (FRAMES / "nmea" / "moving.frame").read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as server:
        told = threading.Thread(target=speak, args=(server, frame + b"\r\n$GPRMC,broken*00\r\n"), daemon=True)
        told.start()
        said = ["--set", f"port={server.getsockname()[1]}", "--set", "device=VPC", "--set", "behind_s=1e10"]
        assert garance("connector", "test", "nmea", *said, "--listen", "2") in (0, UNSOUND)
        told.join(5)
    shown = capsys.readouterr().out
    assert "— la liaison est établie" in shown
    assert "✓ located  VPC" in shown
    assert "1 trames illisibles" in shown


def speak(server: socket.socket, content: bytes) -> None:
    server.settimeout(5)
    link, _ = server.accept()
    with link:
        link.sendall(content)
        time.sleep(3)


def test_every_connection_of_the_guide_opens() -> None:
    page = (ROOT / "docs" / "guides" / "brancher-le-terrain.md").read_text("utf-8")
    said = [tomllib.loads(block)["connections"] for block in re.findall(r"```toml\n(.*?)```", page, re.S)]
    connections: dict[str, Any] = {name: each for block in said for name, each in block.items()}
    assert {each["connector"] for each in connections.values()} == set(manifests()) - {"exchange-files"}
    assert [planned.settings for planned in plan(connections)]
    wrong = {name: (refused.code, refused.field) for name, refused in problems(connections)}
    assert wrong == {}


# -- replay --------------------------------------------------------------------------------------------------------


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    now = int(time.time())  # noqa: TID251 - the running node has the machine's clock
    said = [
        {"_type": "location", "lat": 45.9 + n / 1e4, "lon": -0.9, "tst": now - 9 + n, "tid": "v1"} for n in range(8)
    ]
    path = tmp_path / "patrouille.jsonl"
    path.write_text("\n".join([*(json.dumps(one) for one in said), "{broken", json.dumps(said[0])]), "utf-8")
    return path


def test_a_recording_is_replayed_dry(file: Path, recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask = ("connector", "replay", "telephones", recording, "--settings", file)
    assert garance(*ask, "--each") == 0
    told = capsys.readouterr().out
    assert "8 gardées + 1 écartées = 9 décodées" in told
    assert told.count("✓ located  v1") == 8
    assert "↷ repeated" in told
    assert "✗ " in told
    assert garance(*ask, "--json") == 0
    tally = json.loads(capsys.readouterr().out)
    assert (tally["frames"], tally["kept"], tally["aside"]) == (10, 8, {"repeated": 1})
    assert garance(*ask, "--json", "--each") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [bool(line["aside"]) for line in lines[:-1]] == [False] * 8 + [True]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(("--from", "hier"), "--from"), (("--speed", "-1"), "--speed"), (("--set", "rien"), "--set")],
)
def test_what_is_badly_asked_is_said(
    file: Path, recording: Path, wrong: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert garance("connector", "replay", "telephones", recording, "--settings", file, *wrong) == REFUSED
    assert said in capsys.readouterr().err


def test_an_interrupted_replay_says_how_far_it_went(file: Path, recording: Path) -> None:
    ask = ["connector", "replay", "telephones", recording, "--settings", file, "--speed", "0.05", "--each"]
    program = [sys.executable, "-m", "garance.server.cli", *map(str, ask)]
    with subprocess.Popen(
        program, env={**os.environ, "PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert "✓ located" in child.stdout.readline()
        child.send_signal(signal.SIGINT)
        told = child.stdout.read()
    assert child.returncode == INTERRUPTED
    assert "0 écartées = " in told


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    said = {"telephones": {"connector": "owntracks", "token": SECRET}}
    with running_node(tmp_path_factory.mktemp("node"), connections=said) as running:
        yield running


def test_a_recording_is_pushed_to_a_running_node(
    node: RunningNode, file: Path, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("connector", "replay", "telephones", recording, "--settings", file, "--to", node.url, "--speed", "0")
    assert garance(*ask) == 0
    told = capsys.readouterr()
    assert "9 trames prises sur 10 envoyées" in told.out
    assert "✗ 1 json-malformed" in told.out
    assert SECRET not in told.out + told.err
    with httpx2.Client(base_url=node.url, headers=node.headers) as web:
        (shown,) = web.get("/api/v1/connections").json()["items"]
    assert shown["health"]["heard"] == 9
    assert garance(*ask, "--json", "--set", "token=un tout autre jeton") == 0
    assert json.loads(capsys.readouterr().out) == {"sent": 10, "refused": {"token-wrong": 10}}


def test_a_replay_without_a_node_or_to_what_is_not_pushed_to_is_refused(
    file: Path, recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("connector", "replay", "telephones", recording, "--settings", file, "--to", "http://127.0.0.1:9")
    assert garance(*ask) == REFUSED
    assert "Aucun nœud ne répond" in capsys.readouterr().err
    assert garance("connector", "replay", "ciel", recording, "--settings", file, "--to") == REFUSED
    assert "à blanc" in capsys.readouterr().err
