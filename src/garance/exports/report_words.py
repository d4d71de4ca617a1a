"""A situation report in words: the proposal of the journal as somebody would write it (rédaction)."""

from __future__ import annotations

import msgspec

from garance.domain.population.facts import TollCategory
from garance.domain.reports.facts import Figure, Heading, Section
from garance.exports.board_words import between, told_in_words
from garance.exports.naming import Names
from garance.exports.words import Voice
from garance.views.proposed import LineProposed, ProposalShown, SectionProposed

TIMED = {Heading.EVOLUTION, Heading.DONE, Heading.REQUESTS, Heading.COMMUNICATION}
"""The parts whose lines begin with the hour."""

MEANS = "means-"
"""How the figures of means by state are named."""


class LineSaid(msgspec.Struct, frozen=True):
    """One line in words, and whether it is new since the last validated report."""

    text: str
    is_new: bool = False


class SectionSaid(msgspec.Struct, frozen=True):
    """One part in words: a line for each thing told."""

    heading: Heading
    lines: tuple[LineSaid, ...]

    @property
    def text(self) -> str:
        """The part as one text, to be edited."""
        return "\n".join(line.text for line in self.lines)


def section_said(section: SectionProposed, voice: Voice, names: Names) -> SectionSaid:
    """A proposed part in words; what was left out is said, never dropped in silence."""
    timed = section.heading in TIMED
    lines = tuple(LineSaid(_line(line, voice, names, timed=timed), line.is_new) for line in section.lines)
    if section.left_out:
        lines = (LineSaid(voice.say("report.left-out", count=section.left_out)), *lines)
    return SectionSaid(section.heading, lines)


def sections_said(proposal: ProposalShown, voice: Voice, names: Names) -> list[SectionSaid]:
    """Every part of a proposal in words, those without a line too. The means are told from their figures."""
    said = [section_said(section, voice, names) for section in proposal.sections]
    means = _means(proposal, voice)
    return [SectionSaid(one.heading, (*means, *one.lines)) if one.heading is Heading.MEANS else one for one in said]


def _means(proposal: ProposalShown, voice: Voice) -> tuple[LineSaid, ...]:
    counted = [one for one in proposal.figures if one.figure.figure.startswith(MEANS)]
    words = [
        voice.say("report.means", count=voice.number(one.figure.value), state=_state(one.figure, voice))
        for one in counted
    ]
    return (LineSaid(", ".join(words), any(one.is_new for one in counted)),) if words else ()


def _state(figure: Figure, voice: Voice) -> str:
    return voice.of("resource-state", figure.figure.removeprefix(MEANS)).lower()


def sections_written(sections: tuple[Section, ...]) -> list[SectionSaid]:
    """The parts of a drafted report, in the order of the template."""
    written = {section.heading: section.text for section in sections}
    return [
        SectionSaid(heading, tuple(LineSaid(line) for line in written.get(heading, "").split("\n") if line.strip()))
        for heading in Heading
    ]


def _line(line: LineProposed, voice: Voice, names: Names, *, timed: bool) -> str:
    text = told_in_words(line, voice, names)
    if line.kind is not None:
        kind = voice.of("shape-kind", line.kind)
        text = f"{kind[:1].upper()}{kind[1:]} : {text}" if voice.language == "fr" else f"{kind.capitalize()}: {text}"
    return f"{voice.time(line.at)} {text}" if timed else text


def figure_name(figure: Figure, voice: Voice) -> str:
    """What a figure counts, in words."""
    if figure.name is not None:
        return figure.name
    if figure.figure.startswith(MEANS):
        return voice.say("figure.means", state=_state(figure, voice))
    family = "toll" if figure.figure in set(TollCategory) else "figure"
    return voice.of(family, figure.figure)


def figure_value(value: float, unit: str | None, voice: Voice, high: float | None = None) -> str:
    """A number as it is read, with its unit; or between which two it is."""
    if high is not None:
        return between(value, high, voice)
    said = voice.number(value, 0 if value == int(value) and unit is None else 2)
    return f"{said}\u202f{unit}" if unit else said
