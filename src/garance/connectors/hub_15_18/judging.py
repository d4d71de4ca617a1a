"""Judging a message against the public models: what is wrong, where, and what was wanted.

The validator is `jsonschema-rs`: its regular expressions run in linear time, whereas the identifier pattern of the
models makes a backtracking engine think for ages about a long word; it reads our exact decimals; and it gives the path
and the rule of each fault, from which the reason is written without repeating what the message held.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
import msgspec

from garance.connectors.hub_15_18.message import Message
from garance.kernel.refusal import Refused

ENVELOPE = "EDXL-DE-envelope-only"
HEADER = "RC-DE"
MAX_FAULTS = 20
_SHOWN = 5


class Fault(msgspec.Struct, frozen=True):
    """One thing that the model does not accept: where, by which rule, and what was wanted."""

    path: str
    rule: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.path}: {self.wanted}"


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The public JSON schema of that name."""
    text = files("garance.connectors.hub_15_18").joinpath("model", "schemas", f"{name}.schema.json").read_bytes()
    found: Mapping[str, Any] = json.loads(text)
    return found


@cache
def _judge(name: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(
        dict(schema(name)), pattern_options=jsonschema_rs.RegexOptions(), validate_formats=False
    )


def judged(name: str, tree: Any, *, at: str, exact: bool) -> Iterator[Fault]:
    """The faults of a tree against that model, `at` being where it lies.

    Unless `exact`, what does no harm is let be: members that the model does not know, a member that is null and could
    have been left out, and an instant that says its offset otherwise than the model wants (`Z`, fractions of second).
    """
    for error in _judge(name).iter_errors(tree if exact else _without_nulls(tree)):
        rule = error.kind.name
        if not exact and (rule == "additionalProperties" or (rule == "pattern" and _is_instant(error))):
            continue
        yield Fault(_path(at, error), rule, _wanted(error))


def _without_nulls(tree: Any) -> Any:
    if isinstance(tree, Mapping):
        return {name: _without_nulls(value) for name, value in tree.items() if value is not None}
    return [_without_nulls(one) for one in tree] if isinstance(tree, list) else tree


def _is_instant(error: jsonschema_rs.ValidationError) -> bool:
    if "T" not in str(error.kind.value) or not isinstance(error.instance, str) or len(error.instance) > 40:
        return False
    try:
        return datetime.fromisoformat(error.instance).tzinfo is not None
    except ValueError:
        return False


def _path(at: str, error: jsonschema_rs.ValidationError) -> str:
    path = at
    steps = [*error.instance_path, *([error.kind.value] if error.kind.name == "required" else [])]
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path or "."


def _wanted(error: jsonschema_rs.ValidationError) -> str:
    value, rule = error.kind.value, error.kind.name
    if rule == "enum":
        words = [str(word) for word in value]
        return "one of " + ", ".join(words[:12]) + (f"… ({len(words)})" if len(words) > 12 else "")
    if rule == "type":
        return "a value of type " + " or ".join(map(str, value))
    if rule == "additionalProperties":
        return "no member that the model does not know"
    return {"required": "a member that must be there", "pattern": f"text that matches {value}"}.get(
        rule, f"{rule} {value}"
    )


def faults(message: Message, *, exact: bool = True) -> tuple[Fault, ...]:
    """What the models do not accept in that message, in order: envelope, then header and content of each part."""
    found = list(judged(ENVELOPE, message.tree, at="", exact=exact)) if message.envelope is not None else []
    for number, body in enumerate(message.bodies):
        at = f"content[{number}].message" if message.envelope is not None else ""
        if body.header is not None:
            found += judged(HEADER, holder(message, number), at=at, exact=exact)
        if body.model.schema is not None:
            root = "" if message.unwrapped else f"{at}.{body.model.root}".strip(".")
            those = judged(body.model.schema, body.content, at=root, exact=exact)
            found += those if exact or not body.model.health else (one for one in those if _matters(one, root))
    return tuple(found)


def _matters(fault: Fault, root: str) -> bool:
    """Of a medical content only the outline is read, so only that is required: its first members, of the right type."""
    return fault.rule in ("required", "type") and fault.path.removeprefix(root).strip(".").isalpha()


def holder(message: Message, number: int) -> Mapping[str, Any]:
    """The tree of the `message` member that holds content `number`."""
    if message.envelope is None:
        return message.tree
    held: Mapping[str, Any] = message.tree["content"][number]["jsonContent"]["embeddedJsonContent"]["message"]
    return held


def refuse_faults(found: Iterator[Fault] | tuple[Fault, ...], code: str) -> None:
    """Raise that refusal, with where and what was wanted, when there is any fault."""
    kept: list[Fault] = []
    for fault in found:
        kept.append(fault)
        if len(kept) == MAX_FAULTS:
            break
    if kept:
        others = "; ".join(map(str, kept[1:_SHOWN]))
        detail: dict[str, str | int | float] = {"wanted": kept[0].wanted, "faults": len(kept)}
        raise Refused(code, field=kept[0].path[:200], detail=detail | ({"others": others[:800]} if others else {}))


def number_of(value: Any) -> float | None:
    """A number of a tree as a float; None when there is none, or when it is beyond what a float holds."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return None
    made = float(value)
    return made if abs(made) < 1e300 else None
