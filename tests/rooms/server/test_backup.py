from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.journal import Chain, fill

from garance.journal.aside import AsideStore, PutAside
from garance.journal.keys import open_signer
from garance.journal.sqlite import SqliteStore
from garance.kernel.clock import SetClock
from garance.kernel.refusal import Refused
from garance.server.backup import MANIFEST, SETTINGS, Manifest, back_up, read_manifest, restore
from garance.server.data_folder import ACCOUNTS, ASIDE, JOURNAL, KEYS, WRITER_KEY, DataFolder
from garance.server.trust import FILE as TRUSTED
from garance.server.trust import trusted_writers

CLOCK = SetClock(datetime(2026, 11, 23, tzinfo=UTC))
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100_000)
NAME = hashlib.sha256(PICTURE).hexdigest()


def save(folder: DataFolder, out: Path) -> Manifest:
    return back_up(folder, out, clock=CLOCK, version="0.1", settings={"listen.port": 8080})


def numbered(path: Path, count: int) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)")
        file.executemany("INSERT INTO numbers VALUES (?)", [(each,) for each in range(count)])


@pytest.fixture
def living(tmp_path: Path) -> Iterator[tuple[DataFolder, SqliteStore, Chain]]:
    """A node that is running: its journal is open for writing."""
    folder = DataFolder(tmp_path / "data").prepare()
    store, chain = SqliteStore(folder.journal), Chain()
    fill(store, chain, 50)
    numbered(folder.keys, 3)
    numbered(folder.accounts, 2)
    open_signer(folder.path)
    (folder.files / NAME[:2]).mkdir()
    (folder.files / NAME[:2] / NAME).write_bytes(PICTURE)
    (folder.files / NAME[:2] / f"{NAME}.json").write_text('{"owner": 1}')
    (folder.symbols).mkdir(exist_ok=True)
    (folder.symbols / "vaud.json").write_text('{"id": "vaud"}')
    (folder.symbols / "a draft.json").write_text("not a name that is kept")
    (folder.files / "incoming").mkdir()
    (folder.files / "incoming" / "half").write_bytes(b"half")
    yield folder, store, chain
    store.close()


def test_a_running_node_is_copied_and_restored_whole(
    living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path
) -> None:
    folder, store, chain = living
    out = tmp_path / "out.tar"
    manifest = save(folder, out)
    names = [entry.name for entry in manifest.entries]
    attached = [f"files/{NAME[:2]}/{NAME}", f"files/{NAME[:2]}/{NAME}.json"]
    assert names == [JOURNAL, KEYS, ACCOUNTS, SETTINGS, TRUSTED, *attached, "symbols/vaud.json"]
    if os.name == "posix":
        assert out.stat().st_mode & 0o777 == 0o600
    fill(store, chain, 5)
    again = DataFolder(tmp_path / "restored")
    assert restore(out, again) == manifest
    with closing(SqliteStore(again.journal)) as restored:
        assert restored.last_position() == 50
        assert [line.record for line in restored.read(0, 100)] == [line.record for line in store.read(0, 50)]
    assert (again.files / NAME[:2] / NAME).read_bytes() == PICTURE
    assert (again.symbols / "vaud.json").read_text() == '{"id": "vaud"}'
    assert not (again.path / WRITER_KEY).exists()
    assert trusted_writers(again.path) == {open_signer(folder.path).writer}, "it believes who it was"
    with closing(sqlite3.connect(again.keys)) as keys:
        assert keys.execute("SELECT count(*) FROM numbers").fetchone() == (3,)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out.tar", "restored"]


def test_what_was_set_aside_is_in_no_backup(living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path) -> None:
    """It was never accepted, speaks of people, and expires: a copy would outlive it."""
    folder, out = living[0], tmp_path / "out.tar"
    said = b"LE CHEF"
    put = PutAside(connection="t", why="place-zero", detail="", source="chef", sender="x", heard_ms=1, frame=said)
    with closing(AsideStore(folder.aside)) as aside:
        aside.put([put])
        assert ASIDE not in {entry.name for entry in save(folder, out).entries}
    assert said in b"".join(path.read_bytes() for path in folder.path.glob(f"{ASIDE}*"))
    assert said not in out.read_bytes()
    restore(out, again := DataFolder(tmp_path / "restored"))
    with closing(AsideStore(again.aside)) as aside:
        assert aside.page("t", before=None, limit=10) == []


def test_what_the_journal_speaks_of_is_never_older(
    living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path
) -> None:
    """A key is made before the fact it seals: with writers at work, the copy has a key for every fact."""
    folder, store, chain = living
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            with closing(sqlite3.connect(folder.keys, timeout=10)) as keys, keys:
                keys.execute("INSERT INTO numbers VALUES (0)")
            fill(store, chain, 1)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(5):
            save(folder, tmp_path / f"{number}.tar")
    finally:
        stop.set()
        worker.join()
    for number in range(5):
        again = DataFolder(tmp_path / f"restored-{number}")
        restore(tmp_path / f"{number}.tar", again)
        with closing(SqliteStore(again.journal)) as journal, closing(sqlite3.connect(again.keys)) as keys:
            assert keys.execute("SELECT count(*) FROM numbers").fetchone()[0] - 3 >= journal.last_position() - 50


def test_refused_before_anything_is_done(living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path) -> None:
    folder, _, _ = living
    out = tmp_path / "out.tar"
    save(folder, out)
    with pytest.raises(Refused, match="backup-exists"):
        save(folder, out)
    with pytest.raises(Refused, match="folder-not-empty"):
        restore(out, folder)
    with pytest.raises(Refused, match="nothing-to-back-up"):
        save(DataFolder(tmp_path / "nowhere"), tmp_path / "b.tar")
    with pytest.raises(Refused, match="storage-failed"):
        save(folder, tmp_path / "no" / "such" / "folder.tar")
    with pytest.raises(Refused, match="backup-unreadable"):
        restore(tmp_path / "absent.tar", DataFolder(tmp_path / "new"))


def test_a_copy_that_does_not_verify_is_not_kept(living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path) -> None:
    folder, _, _ = living

    def unsound(copy: DataFolder) -> None:
        assert copy.journal.is_file()
        raise Refused("journal-unsound")

    with pytest.raises(Refused, match="journal-unsound"):
        back_up(folder, tmp_path / "out.tar", clock=CLOCK, version="0", settings={}, check=unsound)
    save(folder, tmp_path / "out.tar")
    with pytest.raises(Refused, match="journal-unsound"):
        restore(tmp_path / "out.tar", DataFolder(tmp_path / "new"), finish=unsound)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out.tar"]


def test_a_damaged_journal_is_not_copied_in_silence(
    living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path
) -> None:
    folder, store, _ = living
    store.close()
    content = bytearray(folder.journal.read_bytes())
    content[5000:9000] = bytes(4000)
    folder.journal.write_bytes(content)
    with pytest.raises(Refused, match="storage-"):
        save(folder, tmp_path / "out.tar")
    assert not (tmp_path / "out.tar").exists()


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """The same tar, each member passed through `change`."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            changed = change(member.name, content.read())
            if changed is not None:
                member.name, data = changed
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
    return target


def test_a_backup_that_was_touched_is_refused(living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path) -> None:
    out = tmp_path / "out.tar"
    save(living[0], out)

    def flipped(name: str, data: bytes) -> tuple[str, bytes]:
        return name, (data[:-1] + bytes([data[-1] ^ 1]) if name == KEYS else data)

    def dropped(name: str, data: bytes) -> tuple[str, bytes] | None:
        return None if name == KEYS else (name, data)

    def escaped(name: str, data: bytes) -> tuple[str, bytes]:
        return ("../" + name if name == KEYS else name), data.replace(b'"keys.sqlite"', b'"../keys.sqlite"')

    def strayed(name: str, data: bytes) -> tuple[str, bytes]:
        elsewhere = data.replace(b'"symbols/vaud.json"', b'"symbols/../a.json"')
        return (name.replace("symbols/vaud.json", "symbols/../a.json"), elsewhere)

    def headless(name: str, data: bytes) -> tuple[str, bytes] | None:
        return None if name == MANIFEST else (name, data)

    def short(name: str, data: bytes) -> tuple[str, bytes]:
        return name, (data[:-10] if name == MANIFEST else data)

    for change, code in [
        (flipped, "backup-damaged"),
        (dropped, "backup-damaged"),
        (escaped, "backup-damaged"),
        (strayed, "backup-damaged"),
        (headless, "backup-unreadable"),
        (short, "backup-unreadable"),
    ]:
        touched = rewritten(out, tmp_path / "touched.tar", change)
        with pytest.raises(Refused, match=code):
            restore(touched, DataFolder(tmp_path / "new"))
    (tmp_path / "touched.tar").write_bytes(out.read_bytes()[:-150_000])
    with pytest.raises(Refused, match="backup-"):
        restore(tmp_path / "touched.tar", DataFolder(tmp_path / "new"))
    (tmp_path / "touched.tar").unlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out.tar"]


def test_nothing_secret_beside_the_keys(living: tuple[DataFolder, SqliteStore, Chain], tmp_path: Path) -> None:
    save(living[0], tmp_path / "out.tar")
    with tarfile.open(tmp_path / "out.tar") as archive:
        read_manifest(archive)
        assert all(member.mode == 0o600 and member.uid == 0 and member.uname == "" for member in archive)
    assert b"the writer's own" not in (tmp_path / "out.tar").read_bytes()
