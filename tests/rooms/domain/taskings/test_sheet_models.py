"""The action sheets that come with Garance: complete, in both languages, and each can be run as it is."""

from __future__ import annotations

import msgspec
import pytest
from support.story import Story, oid

from garance.domain.taskings.models import SheetModel, sheet_models

HAZARDS = {
    "all", "flood", "storm", "storm-surge", "forest-fire", "industrial-accident", "dangerous-goods", "heat", "cold",
    "snow", "power-cut", "water-pollution", "mass-casualty", "missing-person", "public-gathering",
}  # fmt: skip


def test_every_hazard_has_its_sheets_and_all_hazards_come_first() -> None:
    models = sheet_models()
    assert {model.hazard for model in models} == HAZARDS
    assert len(models) >= 24
    assert len({model.id for model in models}) == len(models)
    assert [model.hazard == "all" for model in models] == sorted([model.hazard == "all" for model in models])[::-1]
    assert models[0].id == "first-fifteen-minutes"


@pytest.mark.parametrize("model", sheet_models(), ids=lambda model: model.id)
def test_a_sheet_can_be_run_as_it_is(model: SheetModel) -> None:
    story = Story()
    story.begin()
    said = msgspec.to_builtins(model)
    steps = [{"id": one["id"], "title": one["fr"]} for one in said["steps"]]
    body = {"sheet": oid("sheet"), "template": model.id, "title": model.title.fr, "owner": said["owner"]}
    story.tell("taskings.start-sheet", {**body, "steps": steps})
    for step in model.steps:
        assert step.fr != step.en
        story.tell("taskings.set-step", {"sheet": oid("sheet"), "step": step.id, "state": "done"})


def test_most_steps_say_by_when() -> None:
    steps = [step for model in sheet_models() for step in model.steps]
    assert sum(step.within_min is not None for step in steps) > 0.9 * len(steps)
