"""How near a reader stands to a fact, and so whether the fact may be seen."""

from __future__ import annotations

from garance.access.clearance import Acting, Clearance
from garance.kernel.label import Audience, Author, Label, Sensitivity
from garance.kernel.refusal import Refused


def nearness(held: Clearance, author: Author, label: Label) -> int:
    """0 own cell, 1 own organisation, 2 partner in the situation, 3 level above, 4 anyone else."""
    if Acting(author.organisation, label.cell or author.cell or "") in held.acting:
        return 0
    if any(acting.organisation == author.organisation for acting in held.acting):
        return 1
    if held.partner:
        return 2
    return 3 if held.level_above else 4


def may_see(held: Clearance, author: Author, label: Label) -> bool:
    """Whether the reader stands near enough, and may read what is that sensitive."""
    if label.sensitivity is not Sensitivity.ORDINARY and label.sensitivity not in held.sensitivities:
        return False
    return nearness(held, author, label) <= label.audience.reach


def own_label(author: Author, label: Label) -> Label:
    """The label as it will be recorded; refuses one that names a cell the author does not act for.

    Refuses `label-cell-not-own`, `label-cell-needed` (an audience of one cell, by an author who has none).
    """
    if label.cell is not None and label.cell != author.cell:
        raise Refused("label-cell-not-own", field="label.cell")
    if label.audience is not Audience.CELL:
        return Label(label.audience, label.sensitivity)
    if author.cell is None:
        raise Refused("label-cell-needed", field="label.cell")
    return Label(label.audience, label.sensitivity, author.cell)


def no_wider(label: Label, target: Label) -> Label:
    """The label of a fact that amends another: it never shows more widely, nor with less care, than its target."""
    nearest = min(label, target, key=lambda one: one.audience.reach)
    sensitivity = target.sensitivity if target.sensitivity is not Sensitivity.ORDINARY else label.sensitivity
    return Label(nearest.audience, sensitivity, nearest.cell)
