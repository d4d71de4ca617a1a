"""`garance territory`: what a person types, reads, interrupts, and what a program reads."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from support.territories import write_tiny_town

from garance.server.cli import main
from garance.server.console import INTERRUPTED, REFUSED, UNSOUND, Console
from garance.server.data_folder import DataFolder
from garance.server.words.of_territories import count_words, report_lines, size_words
from garance.territory import open_pack
from garance.territory.manifest import BASEMAP, GEOPACKAGE, MANIFEST, ReportLine


def garance(*arguments: str | Path, **environment: str) -> int:
    return main([str(each) for each in arguments], environment)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources") / "Petite Ville"
    write_tiny_town(folder)
    return folder


@pytest.fixture(scope="module")
def data(source: Path, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A data folder where the tiny town was imported."""
    folder = DataFolder(tmp_path_factory.mktemp("node") / "data")
    assert garance("territory", "import", source, "--data", folder.path) == 0
    return folder


@pytest.fixture
def pack(data: DataFolder, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(data.territories / "petite-ville", tmp_path / "pack"))


def test_an_import_without_options_goes_to_the_data_folder(
    data: DataFolder, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = data.territories / "petite-ville"
    assert open_pack(made).manifest.name == "Échillais"
    before = (made / MANIFEST).stat()
    capsys.readouterr()
    assert garance("territory", "import", source, "--data", data.path) == 0
    said = capsys.readouterr().out
    assert "déjà à jour" in said
    assert f"garance serve --territory {made}" in said
    assert (made / MANIFEST).stat().st_ino == before.st_ino


def test_the_report_is_read_by_groups_and_by_programs(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert garance("territory", "import", source, tmp_path / "before") == 0
    said = capsys.readouterr().out
    titles = ["Trouvé", "Douteux, à vérifier", "Réparé", "Inutilisé", "Manque, et ce que cela empêche"]
    places = [said.index(f"\n{title} (") for title in titles if f"\n{title} (" in said]
    assert places == sorted(places)
    assert len(places) >= 4
    assert "  · Pas de relief : " in said
    assert "Échillais : territoire prêt dans" in said
    assert garance("territory", "import", source, "--out", tmp_path / "json", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["report"] == tomllib.loads((tmp_path / "json" / MANIFEST).read_text("utf-8"))["report"]
    assert told["up_to_date"] is False
    assert garance("territory", "show", tmp_path / "json", "--json") == 0
    assert json.loads(capsys.readouterr().out)["version"] == told["version"]


def test_an_interrupted_import_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(self: Console, step: str, part: float) -> None:
        if step == "Fond de carte":
            raise KeyboardInterrupt

    monkeypatch.setattr(Console, "progress", interrupt)
    place = tmp_path / "place"
    assert garance("territory", "import", source, "--out", place / "pack") == INTERRUPTED
    assert capsys.readouterr().out == "Interrompu : rien n'a été changé.\n"
    assert list(place.iterdir()) == []


def test_a_whole_pack_is_found_whole(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert garance("territory", "check", pack) == 0
    assert capsys.readouterr().out == "Ce territoire est intact.\n"


def spoil_length(pack: Path) -> None:
    with (pack / BASEMAP).open("ab") as file:
        file.write(b"x")


def spoil_content(pack: Path) -> None:
    with (pack / BASEMAP).open("r+b") as file:
        file.seek(-40, 2)
        file.write(bytes(40))


def spoil_head(pack: Path) -> None:
    with (pack / BASEMAP).open("r+b") as file:
        file.write(b"nothing")


def spoil_card(pack: Path) -> None:
    text = (pack / MANIFEST).read_text("utf-8")
    (pack / MANIFEST).write_text(text.replace('name = "Échillais"', 'name = "Ailleurs"', 1), "utf-8")


def spoil_layer(pack: Path) -> None:
    with closing(sqlite3.connect(pack / GEOPACKAGE)) as file, file:
        file.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = 'roads'")


def spoil_geopackage(pack: Path) -> None:
    (pack / GEOPACKAGE).write_bytes(b"no database")


def spoil_by_adding(pack: Path) -> None:
    (pack / "notes.txt").write_text("?")


def spoil_by_removing(pack: Path) -> None:
    (pack / GEOPACKAGE).unlink()


@pytest.mark.parametrize(
    ("spoil", "codes"),
    [
        (spoil_length, {"file-length-wrong"}),
        (spoil_content, {"file-digest-wrong", "file-unreadable"}),
        (spoil_head, {"file-digest-wrong", "file-unreadable"}),
        (spoil_card, {"version-wrong"}),
        (spoil_layer, {"file-digest-wrong", "layer-missing"}),
        (spoil_geopackage, {"file-length-wrong", "file-unreadable"}),
        (spoil_by_adding, {"file-not-listed"}),
        (spoil_by_removing, {"file-missing"}),
    ],
)
def test_what_is_wrong_with_a_pack_is_said_in_both_languages(
    spoil: Callable[[Path], None], codes: set[str], pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(pack)
    assert garance("territory", "check", pack) == UNSOUND
    french = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in french[:-1]} == codes
    assert garance("--lang", "en", "territory", "check", pack) == UNSOUND
    english = capsys.readouterr().out.splitlines()
    assert len(english) == len(french)
    assert not set(english) & set(french)


def test_packs_are_listed_a_line_each(data: DataFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert garance("territory", "list", "--data", data.path) == 0
    (line,) = capsys.readouterr().out.splitlines()
    version = open_pack(data.territories / "petite-ville").manifest.version
    assert line.startswith(f"petite-ville  Échillais  {version}  4\u202f065 habitants  ")
    assert line.endswith("Ville de test CC BY-SA 4.0")
    broken = tmp_path / "packs" / "broken"
    broken.mkdir(parents=True)
    (broken / MANIFEST).write_text("?")
    assert garance("territory", "list", tmp_path / "packs") == 0
    assert "broken  —  " in capsys.readouterr().out
    assert garance("territory", "list", "--data", tmp_path / "new") == 0
    assert "Aucun territoire" in capsys.readouterr().out
    assert garance("territory", "list", tmp_path / "absent") == REFUSED


def test_numbers_are_said_as_people_write_them(data: DataFolder) -> None:
    assert (count_words(16280), count_words(16280, "en"), count_words(7)) == ("16\u202f280", "16,280", "7")
    assert (size_words(31_400_000), size_words(31_400_000, "en"), size_words(12)) == ("31,4 Mo", "31.4 MB", "12 octets")
    card = open_pack(data.territories / "petite-ville").manifest
    line = ReportLine(kind="found", code="layer-found", subject="b", text_fr="BATI_16280 : 16280 objets.", count=16280)
    many = [ReportLine(kind="unused", code="u", subject=str(n), text_fr=f"n{n}.") for n in range(40)]
    told = list(report_lines(msgspec.structs.replace(card, report=[line, *many])))
    assert "  · BATI_16280 : 16\u202f280 objets." in told
    assert told[-1] == "  · … et 25 autres (rapport.txt)"
