"""What people intend, as shown at a moment: the courses of action compared, the signals plan."""

from __future__ import annotations

from garance.domain.courses.state import Choice, Course, Courses
from garance.domain.signals.state import SignalsPlan
from garance.domain.versions import Version, Versions
from garance.views.showing import Aspects, Showing, follows_of
from garance.views.shown import ChoiceShown, CourseShown, SignalsPlanShown


def show_courses(showing: Showing, courses: Courses) -> list[CourseShown]:
    """The courses still considered, in the order they were proposed. Two choices made apart are a conflict."""
    shown = []
    for situation, there in courses.known.items():
        choice = courses.chosen.get(situation, Choice())
        chosen, reason = choice.course.upto(showing.moment), choice.reason.upto(showing.moment).current()
        showing.contradictions("course", situation, {"chosen": chosen})
        shown += [
            _show_course(showing, identifier, course, chosen, reason.value if reason else "")
            for identifier, course in there.items()
        ]
    return sorted((one for one in shown if one), key=lambda one: (one.described_at, one.id))


def _show_course(
    showing: Showing, identifier: str, course: Course, chosen: Versions[str], reason: str
) -> CourseShown | None:
    described = course.described.upto(showing.moment)
    current, first = described.current(), described.first()
    if current is None or first is None or course.dropped.upto(showing.moment):
        return None
    aspects: Aspects = {"description": described}
    conflict = showing.contradictions("course", identifier, aspects)
    choice = chosen.current()
    return CourseShown(
        id=identifier,
        name=current.value.name,
        idea=current.value.idea,
        phases=current.value.phases,
        chosen=_choice(choice, reason) if choice is not None and choice.value == identifier else None,
        author=first.author,
        described_at=first.occurred_at,
        follows=follows_of({**aspects, "chosen": chosen}),
        conflict=conflict,
    )


def _choice(choice: Version[str], reason: str) -> ChoiceShown:
    return ChoiceShown(fact=choice.fact, reason=reason, author=choice.author, at=choice.occurred_at)


def show_signals_plan(showing: Showing, identifier: str, plan: SignalsPlan) -> SignalsPlanShown | None:
    """A signals plan, once set and until it is withdrawn."""
    said = plan.set.upto(showing.moment)
    current, first = said.current(), said.first()
    if current is None or first is None or plan.withdrawn.upto(showing.moment):
        return None
    body, aspects = current.value, {"plan": said}
    return SignalsPlanShown(
        id=identifier,
        name=body.name,
        nets=body.nets,
        posts=body.posts,
        fallbacks=body.fallbacks,
        author=current.author,
        set_at=current.occurred_at,
        follows=follows_of(aspects),
        conflict=showing.contradictions("signals-plan", identifier, aspects),
    )
