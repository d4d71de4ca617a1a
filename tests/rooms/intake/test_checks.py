"""Each check: what it lets through, what it sets aside and why; and that nothing is lost between the two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garance.intake.arrival import Arrived, Limits
from garance.intake.checks import AGREE
from garance.intake.memory import Memory
from garance.intake.sorting import Intake
from garance.kernel.place import Position
from garance.ports.connector import Sender
from garance.ports.observation import Alarm, Alarmed, Located, Observation, Said

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
RADIO = Sender(name="radio")
PROVEN = Sender(name="vsav-1", proven=True)


def seen(
    lat_deg: float = 45.94, lon_deg: float = -0.96, *, after_s: float = 0.0, late_s: float = 0.0, **said: object
) -> Located:
    at = NOW + timedelta(seconds=after_s - late_s)
    return Located(uid="u", at=at, position=Position(lon_deg, lat_deg), **said)  # type: ignore[arg-type]  # members by name


def heard(observation: Observation, *, after_s: float = 0.0, sender: Sender = RADIO) -> Arrived:
    return Arrived(observation=observation, sender=sender, received_at=NOW + timedelta(seconds=after_s))


def why(*arrivals: Arrived, limits: Limits | None = None) -> list[str]:
    """What each arrival was set aside for; an empty word for what was kept."""
    intake = Intake(limits or Limits())
    said = []
    for one in arrivals:
        done = intake.sort([one])
        said.append(done.aside[0][1].why if done.aside else "")
    return said


def test_a_plain_track_is_kept() -> None:
    track = [heard(seen(45.94 + n * 0.0002, after_s=n), after_s=n) for n in range(60)]
    assert why(*track) == [""] * 60


@pytest.mark.parametrize(
    ("late_s", "reason"),
    [
        (-119, ""),
        (-600, "clock-ahead"),
        (3_600, ""),
        (2 * 86_400, "clock-behind"),
        (1024 * 7 * 86_400, "clock-rollover"),
        (2048 * 7 * 86_400 + 3_600, "clock-rollover"),
    ],
)
def test_clocks(late_s: float, reason: str) -> None:
    assert why(heard(seen(late_s=late_s))) == [reason]


@pytest.mark.parametrize(
    ("where", "said", "reason"),
    [
        ((0.0, 0.0), {}, "place-zero"),
        ((10.0, 10.0), {}, "place-outside"),
        ((45.9, -0.9), {"altitude_m": 30_000.0}, "altitude-implausible"),
        ((45.9, -0.9), {"speed_mps": 500.0}, "speed-implausible"),
        ((45.9, -0.9), {"speed_mps": -1.0}, "speed-implausible"),
        ((45.9, -0.9), {"accuracy_m": 9_000.0}, "fix-coarse"),
        ((45.9, -0.9), {"accuracy_m": 9.0, "speed_mps": 0.0, "altitude_m": -2.0}, ""),
    ],
)
def test_places_and_what_a_real_thing_can_do(where: tuple[float, float], said: dict[str, float], reason: str) -> None:
    limits = Limits(area=(-2.0, 45.0, 0.5, 47.0))
    assert why(heard(seen(*where, **said)), limits=limits) == [reason]


def test_an_area_may_cross_the_antimeridian() -> None:
    limits = Limits(area=(170.0, -30.0, -170.0, -10.0))
    assert why(heard(seen(-20.0, 179.0)), limits=limits) == [""]
    assert why(heard(seen(-20.0, -179.0)), limits=limits) == [""]
    assert why(heard(seen(-20.0, 0.5)), limits=limits) == ["place-outside"]


def test_one_jump_is_set_aside_and_the_track_goes_on() -> None:
    track = [seen(), seen(48.0, after_s=1), seen(45.9401, after_s=2)]
    assert why(*(heard(one, after_s=n) for n, one in enumerate(track))) == ["", "jump-implausible", ""]


def test_a_first_fix_that_was_wrong_does_not_lock_its_source_out() -> None:
    track = [seen(10.0)] + [seen(45.94 + n * 0.0001, after_s=n) for n in range(1, 6)]
    said = why(*(heard(one, after_s=n) for n, one in enumerate(track)))
    assert said == ["", *["jump-implausible"] * (AGREE - 1), "", "", ""]


def test_a_repetition_is_known_and_a_late_fix_is_kept() -> None:
    first, late = heard(seen(after_s=60), after_s=60), heard(seen(45.9401, after_s=30), after_s=61)
    assert why(first, first, late, first) == ["", "repeated", "", "repeated"]


def test_without_a_time_of_its_own_nothing_is_a_repetition() -> None:
    words = Said(uid="radio", text="Rien à signaler", sender="VSAV 1")
    assert why(heard(words), heard(words, after_s=1)) == ["", ""]


def test_a_name_held_by_a_proven_sender_is_not_taken() -> None:
    assert why(heard(seen(), sender=PROVEN), heard(seen(after_s=1), after_s=1)) == ["", "source-of-another"]
    other = Sender(name="autre", proven=True)
    assert why(heard(seen(), sender=PROVEN), heard(seen(after_s=1), after_s=1, sender=other))[1] == "source-of-another"
    assert why(heard(seen()), heard(seen(after_s=1), after_s=1, sender=PROVEN)) == ["", ""]


def test_proof_may_be_asked() -> None:
    assert why(heard(seen()), limits=Limits(proof=True)) == ["sender-unproven"]
    assert why(heard(seen(), sender=PROVEN), limits=Limits(proof=True)) == [""]


def test_a_source_that_speaks_too_often_waits_and_another_is_not_slowed() -> None:
    limits = Limits(per_source_per_s=1, burst=3)
    intake = Intake(limits)
    mad = [heard(seen(after_s=n / 100), after_s=n / 100) for n in range(100)]
    calm = heard(Alarmed(uid="autre", alarm=Alarm.EMERGENCY, position=Position(-0.9, 45.9)), after_s=1)
    done = intake.sort([*mad, calm])
    assert [one.observation.uid for one in done.kept] == ["u", "u", "u", "autre"]
    assert {aside.why for _, aside in done.aside} == {"too-often"}
    assert intake.sort([heard(seen(after_s=10), after_s=10)]).kept, "it may speak again"


def test_what_is_remembered_is_bounded() -> None:
    memory = Memory(most=10)
    for number in range(100):
        memory.of(f"u{number}", RADIO)
    assert len(memory) == 10


numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
positions = st.builds(
    Position, st.floats(-180, 180, allow_nan=False, width=32), st.floats(-90, 90, allow_nan=False, width=32)
)
moments = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
anything = st.one_of(
    st.builds(
        Located,
        uid=st.sampled_from("abc"),
        at=moments,
        position=positions,
        altitude_m=st.none() | numbers,
        accuracy_m=st.none() | st.floats(0, 1e6),
        speed_mps=st.none() | numbers,
    ),
    st.builds(Said, uid=st.sampled_from("abc"), at=moments, text=st.text(), sender=st.text()),
)
senders = st.sampled_from([RADIO, PROVEN, Sender(name="autre", proven=True)])
arrivals = st.builds(Arrived, observation=anything, sender=senders, received_at=st.datetimes(timezones=st.just(UTC)))


@settings(max_examples=200, deadline=None)
@given(st.lists(arrivals, max_size=40), st.booleans())
def test_whatever_comes_is_kept_or_set_aside_with_a_reason(came: list[Arrived], proof: bool) -> None:
    done = Intake(Limits(proof=proof)).sort(came)
    assert len(done.kept) + len(done.aside) == len(came)
    assert all(aside.why for _, aside in done.aside)
    assert [one for one in came if any(one is kept for kept in done.kept)] == done.kept
