"""What is an exercise never passes for real (mode): the last check, made for each situation that a feed comes into.

An actual situation takes only what its source says to be actual. An exercise takes exercise messages and what is real
besides: the phones of units that play send real positions, and all that is said there carries the mark of the
situation, whatever its source. A test situation takes anything; a message of test goes nowhere else. No person can let
in what this check set aside.
"""

from __future__ import annotations

from garance.domain.feeds.rules import MODE_OTHER
from garance.intake.arrival import Arrived, Aside
from garance.kernel.label import Mode

_TAKES = {
    Mode.ACTUAL: frozenset({Mode.ACTUAL}),
    Mode.EXERCISE: frozenset({Mode.ACTUAL, Mode.EXERCISE}),
    Mode.TEST: frozenset(Mode),
}


def takes(situation: Mode, said: Mode) -> bool:
    """Whether a situation of that mode takes what its source says to be so."""
    return said in _TAKES[situation]


def admitted(arrived: Arrived, situation: Mode) -> Aside | None:
    """`mode-other`: what was heard is said to be an exercise, or a test, and the situation is not."""
    said = arrived.observation.mode
    return None if takes(situation, said) else Aside(MODE_OTHER, said.value)
