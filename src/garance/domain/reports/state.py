"""What is known of every situation report; a validation may arrive before its draft."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from garance.domain.reports.facts import ReportDrafted, ReportValidated
from garance.domain.things import forget_everywhere
from garance.domain.versions import Version, Versions, version_of
from garance.kernel.fact import Fact


class Report(msgspec.Struct):
    """One report. Nothing to show until it is drafted."""

    drafted: Versions[ReportDrafted] = msgspec.field(default_factory=Versions)
    validated: Versions[ReportValidated] = msgspec.field(default_factory=Versions)

    @property
    def aspects(self) -> tuple[Versions[Any], ...]:
        """Everything said about it."""
        return self.drafted, self.validated


class Reports(msgspec.Struct):
    """Every report, by situation and identifier."""

    known: dict[str, dict[str, Report]] = {}

    def fold(self, fact: Fact[Any]) -> bool:
        """Take in a fact; False when it is not of this concern."""
        body = fact.body
        if not isinstance(body, ReportDrafted | ReportValidated) or fact.situation is None:
            return False
        report = self.known.setdefault(fact.situation, {}).setdefault(body.report, Report())
        match body:
            case ReportDrafted():
                report.drafted.add(version_of(fact, body))
            case ReportValidated():
                report.validated.add(version_of(fact, body))
        return True

    def forget(self, fact: str) -> None:
        """The body of that fact was destroyed."""
        forget_everywhere(self.known, fact)

    def of(self, situation: str, report: str) -> Report | None:
        """That report of that situation, once drafted."""
        found = self.known.get(situation, {}).get(report)
        return found if found and found.drafted else None

    def validations(self, situation: str) -> Iterator[Version[ReportValidated]]:
        """Every validation in that situation."""
        for report in self.known.get(situation, {}).values():
            yield from report.validated.history()
