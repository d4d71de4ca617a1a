"""Pages of the logbook, stretches of the histogram, presence: what the picture's fold cases do not show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from support.law_of_views import folded
from support.story import START, Story, entry, person

from garance.domain.moment import By, Moment
from garance.kernel.clock import to_milliseconds
from garance.kernel.refusal import Refused
from garance.views.histogram import Histogram
from garance.views.logbook import Logbook
from garance.views.presence import Presence
from garance.views.times import Counted, Times


@pytest.fixture
def story() -> Story:
    story = Story()
    story.begin()
    random = Random(3)
    for number in range(23):
        at = story.clock.now() - timedelta(seconds=random.randint(0, 40))
        story.tell("logbook.write", entry(f"ligne {number}"), at=at, by=person("rac" if number % 3 else "dos"))
    return story


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 5, 23, 100])
@pytest.mark.parametrize("by", [None, *By])
def test_pages_put_end_to_end_are_the_whole(story: Story, newest_first: bool, limit: int, by: By | None) -> None:
    logbook = folded(Logbook, story.facts)
    moment = Moment(START + timedelta(seconds=12), by) if by else None
    found: list[str] = []
    after, pages = None, 0
    while pages == 0 or after is not None:
        page = logbook.page(moment, after=after, limit=limit, newest_first=newest_first)
        found += [item.entry for item in page.items]
        after, pages = page.next, pages + 1
    whole = [item.entry for item in logbook.at(moment).items]
    assert found == (whole[::-1] if newest_first else whole)
    assert pages == max(1, -(-len(whole) // limit))
    assert 0 < len(whole) <= 23


def test_lines_are_in_the_order_of_the_world(story: Story) -> None:
    times = [item.occurred_at for item in folded(Logbook, story.facts).at(None).items]
    assert times == sorted(times)
    assert times != [fact.occurred_at for fact in story.facts if fact.name == "entry.written.v2"]


def test_a_line_that_comes_in_between_doubles_nothing(story: Story) -> None:
    logbook = folded(Logbook, story.facts)
    first = logbook.page(None, limit=10)
    story.tell("logbook.write", entry("tardive"), at=START - timedelta(hours=1))
    logbook.add(story.facts[-1])
    rest = logbook.page(None, after=first.next, limit=100)
    assert len({item.entry for item in (*first.items, *rest.items)}) == 23


def test_refusals_of_pages_and_bins(story: Story) -> None:
    logbook, histogram = folded(Logbook, story.facts), folded(Histogram, story.facts)
    asked: list[tuple[Callable[[], object], str]] = [
        (lambda: logbook.page(None, after="w00000000000000000009-9"), "cursor-unknown"),
        (lambda: logbook.page(None, limit=0), "limit-out-of-range"),
        (lambda: logbook.page(None, limit=1001), "limit-out-of-range"),
        (lambda: histogram.bins(START, START, 3), "period-empty"),
        (lambda: histogram.bins(START, START + timedelta(hours=1), 0), "bins-out-of-range"),
        (lambda: histogram.bins(START, START + timedelta(hours=1), 2001), "bins-out-of-range"),
    ]
    for ask, code in asked:
        with pytest.raises(Refused, match=code):
            ask()


@pytest.mark.parametrize("by", list(By))
@pytest.mark.parametrize("bins", [1, 7, 60])
def test_every_fact_is_in_one_bin(story: Story, by: By, bins: int) -> None:
    begin, end = START - timedelta(minutes=1), START + timedelta(minutes=1)
    shown = folded(Histogram, story.facts).bins(begin, end, bins, by=by)
    begin_ms, end_ms = to_milliseconds(begin), to_milliseconds(end)
    expected = [0] * bins
    for fact in story.facts:
        at_ms = to_milliseconds(fact.occurred_at if by is By.OCCURRED else fact.recorded_at)
        place = next(n for n in reversed(range(bins)) if begin_ms + (end_ms - begin_ms) * n // bins <= at_ms)
        expected[place] += 1
    assert list(shown.bins) == expected
    assert sum(shown.bins) == 24


@pytest.mark.parametrize("by", list(By))
def test_the_span_holds_every_fact_by_the_time_asked(story: Story, by: By) -> None:
    """A fact recorded after the last one occurred is in the span by recorded time."""
    view = folded(Histogram, story.facts)
    begin, end = view.span(by)
    assert sum(view.bins(begin, end, 10, by=by).bins) == len(story.facts)
    assert folded(Histogram, []).span(by)[0] == folded(Histogram, []).span(by)[1]


def test_presence_tells_who_spoke_last_first(story: Story) -> None:
    shown = folded(Presence, story.facts).at(None)
    assert {one.person: one.facts for one in shown.people} == {
        person("dos").person: 8, person("rac").person: 15, person("maire").person: 1,
    }  # fmt: skip
    assert [one.last_at for one in shown.people] == sorted((one.last_at for one in shown.people), reverse=True)
    early = folded(Presence, story.facts).at(Moment(START, By.RECORDED))
    assert [(one.person, one.facts) for one in early.people] == [(person("maire").person, 1)]


def test_a_fact_is_counted_once_in_any_order() -> None:
    random, counted = Random(1), Counted()
    facts = [f"w{writer:020x}-{seq}" for writer in range(3) for seq in range(1, 400)] * 2
    random.shuffle(facts)
    assert sum(counted.first_time(fact) for fact in facts) == 3 * 399


def test_times_packed_are_the_same_times() -> None:
    random, times = Random(2), Times()
    moments = [START + timedelta(milliseconds=random.randint(0, 1000)) for _ in range(200)]
    for moment in moments:
        times.add(moment, to_milliseconds(START))
    packed = times.packed()
    half = Moment(START + timedelta(milliseconds=500), By.OCCURRED)
    assert packed.count(half) == times.count(half) == sum(moment <= half.at for moment in moments)
    assert packed.count(None) == 200
