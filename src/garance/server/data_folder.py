"""Where each thing lives in a node's data folder: the one list that the node, backups and commands share."""

from __future__ import annotations

import os
from pathlib import Path

from garance.kernel.refusal import Refused

JOURNAL = "journal.sqlite"
TRACKS = "tracks.sqlite"
KEYS = "keys.sqlite"
ACCOUNTS = "accounts.sqlite"
VIEWS = "views.sqlite"
ASIDE = "aside.sqlite"
FILES = "files"
TAK = "tak"
TERRITORIES = "territoires"
SYMBOLS = "symbols"
WRITER_KEY = "writer.key"
CURSOR_SECRET = "cursor.secret"  # noqa: S105 - the name of a file

KEPT_DATABASES = (JOURNAL, TRACKS, KEYS, ACCOUNTS)
"""What a backup copies, in this order: what the journal speaks of (keys, accounts, segments) is never older than it."""


class DataFolder:
    """The folder of one node, for its owner's eyes only (mode 0700)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> DataFolder:
        """Make it if it does not exist; refuses `folder-unusable`."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.files.mkdir(mode=0o700, exist_ok=True)
        except OSError as problem:
            raise Refused("folder-unusable", detail={"folder": str(self.path)}) from problem
        if not os.access(self.path, os.R_OK | os.X_OK):
            raise Refused("folder-unusable", detail={"folder": str(self.path)})
        return self

    @property
    def empty(self) -> bool:
        """Whether nothing was ever put there."""
        return not self.path.exists() or not any(self.path.iterdir())

    @property
    def journal(self) -> Path:
        """The journal of facts."""
        return self.path / JOURNAL

    @property
    def tracks(self) -> Path:
        """Telemetry."""
        return self.path / TRACKS

    @property
    def keys(self) -> Path:
        """The keys under which personal data is sealed, one per person."""
        return self.path / KEYS

    @property
    def accounts(self) -> Path:
        """Logins, sessions, second factors."""
        return self.path / ACCOUNTS

    @property
    def views(self) -> Path:
        """Snapshots of views: rebuilt from the journal when lost."""
        return self.path / VIEWS

    @property
    def aside(self) -> Path:
        """What intake set aside; never accepted, so no backup takes it."""
        return self.path / ASIDE

    @property
    def files(self) -> Path:
        """Attachments, by their content."""
        return self.path / FILES

    @property
    def tak(self) -> Path:
        """What TAK devices keep here (data packages, missions), a folder for each connection."""
        return self.path / TAK

    @property
    def territories(self) -> Path:
        """Territory packs made on this machine, one folder each: reference data, made again when lost."""
        return self.path / TERRITORIES

    @property
    def symbols(self) -> Path:
        """Symbol sets of the operator's own, one JSON file each; there may be no such folder."""
        return self.path / SYMBOLS

    @property
    def cursor_secret(self) -> Path:
        """What seals cursors; a new one only makes clients start afresh."""
        return self.path / CURSOR_SECRET
