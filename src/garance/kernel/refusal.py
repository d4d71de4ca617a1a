"""The one way to say no: a person asked for something and must know why it was not done."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A request that cannot be granted (refus). Any other exception is a bug.

    `code` is a stable, lower-case, hyphenated word found in `glossary.toml`; the words shown to a person are
    chosen at the edge from it. `field` names the offending field with dots (`body.text`); `detail` holds numbers
    and identifiers the message needs, never personal data.
    """

    def __init__(self, code: str, *, field: str | None = None, detail: Mapping[str, str | int | float] | None = None):
        super().__init__(code)
        self.code = code
        self.field = field
        self.detail: dict[str, str | int | float] = dict(detail or {})

    def __str__(self) -> str:
        where = f" ({self.field})" if self.field else ""
        what = "".join(f" {key}={value}" for key, value in self.detail.items())
        return f"{self.code}{where}{what}"
