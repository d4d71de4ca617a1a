"""Disk lane: full, read-only, already in use; refused clearly, nothing half-written, and it works again afterwards."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.journal import Chain, author, command, draft, fill, signer

from garance.journal.files import verify_file
from garance.journal.keys import SqliteKeyRing
from garance.journal.sqlite import SqliteStore
from garance.journal.store import Batch
from garance.journal.verify import verify
from garance.journal.writer import Answer, Intent, Writer
from garance.kernel.clock import SystemClock
from garance.kernel.refusal import Refused

BIG = "x" * 100_000


def mount(folder: Path) -> bool:
    """Mount a file system of 3 MB there, if this machine lets us."""
    program = shutil.which("mount")
    if program is None or sys.platform == "win32" or os.geteuid() != 0:
        return False
    command_line = [program, "-t", "tmpfs", "-o", "size=3m", "garance-test", str(folder)]
    return subprocess.run(command_line, capture_output=True, check=False).returncode == 0


class MountedDisk:
    """A real small file system, which is really full."""

    code = "storage-full"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        with (self.folder / "ballast").open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                while True:
                    try:
                        file.write(b"x" * size)
                    except OSError:
                        break

    def free(self) -> None:
        (self.folder / "ballast").unlink()

    def protect(self, *, writable: bool) -> None:
        subprocess.run(["mount", "-o", "remount," + ("rw" if writable else "ro"), str(self.folder)], check=True)


class LimitedFolder:
    """Where nothing can be mounted: a folder in which this process may not make any file larger."""

    code = "storage-failed"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        largest = max(file.stat().st_size for file in self.folder.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def protect(self, *, writable: bool) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may write to a read-only folder, and this machine lets nothing be mounted")
        for file in self.folder.iterdir():
            file.chmod(0o600 if writable else 0o400)
        self.folder.chmod(0o700 if writable else 0o500)


@pytest.fixture(params=["mounted", "limited"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MountedDisk | LimitedFolder]:
    """A disk that can be filled and made read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "limited" or not mount(folder):
        limited = LimitedFolder(folder)
        yield limited
        limited.free()
        return
    yield MountedDisk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


Disk = MountedDisk | LimitedFolder


def check_refused_whole(store: SqliteStore, batch: Batch) -> Refused:
    before = (store.last_position(), [store.tail(writer) for writer in store.writers()])
    with pytest.raises(Refused) as said:
        store.append(batch)
    assert (store.last_position(), [store.tail(writer) for writer in store.writers()]) == before
    return said.value


def test_a_full_disk_is_refused_and_the_journal_works_again_when_there_is_room(disk: Disk) -> None:
    chain = Chain()
    with closing(SqliteStore(disk.folder / "journal.sqlite")) as store:
        fill(store, chain, 5)
        disk.fill()
        tail = chain.tail
        batch = chain.batch(*(draft(BIG) for _ in range(5)))
        assert check_refused_whole(store, batch).code == disk.code
        assert check_refused_whole(store, batch).code == disk.code
        assert [line.header.seq for line in store.read(0, 10)] == [1, 2, 3, 4, 5]
        disk.free()
        assert tail == store.tail(chain.writer)
        store.append(batch)
        assert verify(store).sound
    assert verify_file(disk.folder / "journal.sqlite").sound


async def test_clients_of_a_writer_on_a_full_disk_repeat_and_lose_nothing(disk: Disk) -> None:
    store = SqliteStore(disk.folder / "journal.sqlite")
    writer = Writer(store, signer(), SystemClock())
    writer.start()

    async def submit(number: int) -> Answer:
        intent = Intent(author().person, command(number), f"asked {number}")
        return await writer.submit(intent, lambda: [draft(f"{number} {BIG}")])

    await submit(0)
    disk.fill()
    for number in range(1, 4):
        with pytest.raises(Refused, match=disk.code):
            await submit(number)
    disk.free()
    answers = [await submit(number) for number in range(4)]
    assert [answer.repeated for answer in answers] == [True, False, False, False]
    assert [line.header.seq for line in store.read(0, 10)] == [1, 2, 3, 4]
    assert verify(store).sound
    await writer.stop()
    store.close()


def test_a_file_that_may_not_grow_is_refused_and_works_again_when_it_may(tmp_path: Path) -> None:
    chain = Chain()
    with closing(SqliteStore(tmp_path / "journal.sqlite")) as store:
        fill(store, chain, 3)
        writing = store._database._writer
        assert writing is not None
        pages = writing.execute("PRAGMA page_count").fetchone()[0]
        writing.execute(f"PRAGMA max_page_count={pages}")
        batch = chain.batch(*(draft(BIG) for _ in range(3)))
        assert check_refused_whole(store, batch).code == "storage-full"
        # The connection is opened anew after a failure, and with it the limit of this test is gone.
        store.append(batch)
        assert verify(store).sound


@pytest.mark.parametrize("disk", ["mounted"], indirect=True)
def test_a_read_only_disk_is_refused_for_writing_and_verified_all_the_same(disk: Disk) -> None:
    path = disk.folder / "journal.sqlite"
    with closing(SqliteStore(path)) as store:
        fill(store, Chain(), 5)
    disk.protect(writable=False)
    with pytest.raises(Refused, match="storage-failed"):
        SqliteStore(path)
    with pytest.raises(Refused, match="storage-failed"):
        SqliteKeyRing(disk.folder / "keys.sqlite")
    report = verify_file(path)
    assert report.sound
    assert report.facts == 5
    disk.protect(writable=True)
    with closing(SqliteStore(path)) as store:
        assert store.last_position() == 5


def test_a_journal_opened_to_read_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    chain = Chain()
    with closing(SqliteStore(path)) as store:
        fill(store, chain, 2)
        with closing(SqliteStore(path, read_only=True)) as reader:
            with pytest.raises(Refused, match="storage-failed"):
                reader.append(chain.batch(draft("no")))
            assert reader.last_position() == 2


def test_a_journal_that_does_not_exist_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="storage-failed"):
        verify_file(tmp_path / "journal.sqlite")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Refused, match="storage-failed"):
        SqliteStore(tmp_path / "no-such-folder" / "journal.sqlite")


def test_a_second_writer_is_refused_in_this_process_and_in_another(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    code = (
        "import sys\nfrom pathlib import Path\nfrom garance.journal.sqlite import SqliteStore\n"
        "from garance.kernel.refusal import Refused\n"
        "try:\n SqliteStore(Path(sys.argv[1])).close()\nexcept Refused as refused:\n print(refused.code)\n"
    )

    def another() -> str:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
        return subprocess.run(
            [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    with closing(SqliteStore(path)):
        with pytest.raises(Refused, match="journal-in-use"):
            SqliteStore(path)
        assert another() == "journal-in-use"
    assert another() == ""


@pytest.mark.parametrize("content", [b"not a database, though long enough to be taken for one" * 100, b"short"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(content)
    with pytest.raises(Refused, match="storage-damaged"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_another_kind_of_file_and_a_later_version_are_refused(tmp_path: Path) -> None:
    SqliteKeyRing(tmp_path / "keys.sqlite").close()
    with pytest.raises(Refused, match="storage-foreign"):
        SqliteStore(tmp_path / "keys.sqlite")
    path = tmp_path / "journal.sqlite"
    SqliteStore(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version=99")
    with pytest.raises(Refused, match="storage-too-new"):
        SqliteStore(path)


def test_the_database_itself_refuses_to_change_a_fact(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with closing(SqliteStore(path)) as store:
        fill(store, Chain(), 2)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA recursive_triggers=ON")
        for sql in (
            "DELETE FROM facts",
            "UPDATE facts SET header = x'00'",
            "UPDATE facts SET body = x'00'",
            "UPDATE facts SET person = 'x'",
            "INSERT OR REPLACE INTO facts SELECT * FROM facts WHERE position = 1",
            "DELETE FROM receipts",
            "UPDATE receipts SET facts = ''",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                raw.execute(sql)
    assert verify_file(path).sound


def test_a_destroyed_body_leaves_no_trace_in_any_file(tmp_path: Path) -> None:
    secret = "06 12 34 56 78"
    large = secret + "y" * 20_000
    chain = Chain()
    with closing(SqliteStore(tmp_path / "journal.sqlite")) as store:
        fill(store, chain, 20)
        store.append(chain.batch(draft(secret), draft(large)))
        fill(store, chain, 20)
        salts = [line.record.salt or b"" for line in store.chain(chain.writer, 20, 2)]
        assert any(secret.encode() in file.read_bytes() for file in tmp_path.iterdir())
        assert store.destroy_body(chain.writer, 21)
        assert store.destroy_body(chain.writer, 22)
        everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert secret.encode() not in everything
        assert all(salt not in everything for salt in salts)
        assert b"yyyyyyyyyyyyyyyy" not in everything
        assert verify(store).sound


def test_a_backup_of_a_journal_in_use_is_whole(tmp_path: Path) -> None:
    chain = Chain()
    with closing(SqliteStore(tmp_path / "journal.sqlite")) as store:
        fill(store, chain, 50, each=5)
        store.backup_to(tmp_path / "copy.sqlite")
        fill(store, chain, 5)
        with pytest.raises(Refused, match="storage-exists"):
            store.backup_to(tmp_path / "copy.sqlite")
        with pytest.raises(Refused, match="storage-failed"):
            store.backup_to(tmp_path / "nowhere" / "copy.sqlite")
    report = verify_file(tmp_path / "copy.sqlite")
    assert report.sound
    assert report.facts == 50
    with closing(SqliteStore(tmp_path / "copy.sqlite")) as copy:
        assert copy.last_position() == 50
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o077 == 0 or sys.platform == "win32"
