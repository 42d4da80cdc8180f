"""A base and its visits: yes or no, what became of the rest, who came. Flush only."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.calendars import calendar_around
from core.db import session
from core.errors import RuleBroken, Violation
from instructor_pool.enums import AnswerSource
from scheduling import notices
from scheduling.enums import BookingState, CheckInSource, VisitState
from scheduling.models import Booking, CheckIn, Session, Visit
from scheduling.queries import visits as visit_queries
from scheduling.queries.base_days import check_in_of
from scheduling.queries.visit_settings import visit_settings
from scheduling.queries.visits import when_of
from scheduling.rules import LIVE
from scheduling.rules.visits import MOST_GROUPS, MOST_PEOPLE
from scheduling.services import telling, waiting
from scheduling.services.places import become, let_go, lock_sites
from scheduling.snapshots.sites import earliest_day

LONGEST = 300
CORRECTED = timedelta(days=31)
"""How long after a visit the base may still put right who came."""
AHEAD = timedelta(days=60)
"""So far ahead the job looks for those who waited in vain: longer than any booking lead."""


def confirm(
    visit: Visit,
    *,
    actor: Actor,
    source: AnswerSource = AnswerSource.SELF,
    seen: int | None = None,
) -> None:
    """The base says yes."""
    visit.expect_version(seen)
    if visit.state is not VisitState.HELD:
        raise RuleBroken(gettext("这次参观%(state)s，不用确认。", state=visit.state.label))
    _answer(visit, VisitState.CONFIRMED, "", actor, source)
    for booking in visit.bookings:
        if booking.state is BookingState.HELD:
            booking.state = BookingState.CONFIRMED
    session().flush()
    telling.unit_of(visit, notices.visit_answered(visit))


def decline(
    visit: Visit,
    reason: str,
    *,
    actor: Actor,
    source: AnswerSource = AnswerSource.SELF,
    seen: int | None = None,
) -> None:
    """The base says no, also after a yes; with the reason that the unit is told. Whoever waits moves up."""
    visit.expect_version(seen)
    if not reason.strip():
        sentence = gettext("请写明不能接待的原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    lock_sites([visit.venue_id])
    _answer(visit, VisitState.DECLINED, reason.strip()[:LONGEST], actor, source)
    visit.ended_at = clock.now()
    let_go(visit, BookingState.DECLINED)
    telling.unit_of(visit, notices.visit_answered(visit))
    waiting.move_up([(visit.venue_id, visit.start.date())])


def _answer(visit: Visit, state: VisitState, reason: str, actor: Actor, source: AnswerSource) -> None:
    visit.answer_reason = reason
    become(visit, state)
    visit.answered_at, visit.answered_by, visit.answer_source = clock.now(), actor.name, source
    audit.note(session(), f"{visit.unit.name} {when_of(visit)}")


def release_overdue() -> int:
    """Give back what no base answered in time, and end what waited until its time came; answers how many."""
    now = clock.now()
    late = visit_queries.list_due(VisitState.HELD, Visit.answer_by <= now)
    waited = [
        v for v in visit_queries.list_due(VisitState.WAITING, Visit.start <= now + AHEAD) if _is_over(v)
    ]
    lock_sites([visit.venue_id for visit in late])
    for visit in [*late, *waited]:
        held = visit.state is VisitState.HELD
        become(visit, VisitState.RELEASED)
        visit.end_reason = gettext("基地没有在期限内答复") if held else gettext("候补没有等到空位")
        visit.ended_at = now
        let_go(visit, BookingState.RELEASED)
        telling.unit_of(visit, notices.visit_released(visit))
    waiting.move_up((visit.venue_id, visit.start.date()) for visit in late if visit.start > now)
    return len(late) + len(waited)


def _is_over(visit: Visit) -> bool:
    """Whether a place that came free now could no longer be booked."""
    base, today = visit.venue.base, clock.today()
    first = earliest_day(base.lead_time, base.lead_unit, today, calendar_around(today))
    return visit.start <= clock.now() or visit.start.date() < first


def note_no_shows() -> int:
    """Visits that were confirmed and over for some hours without a check-in did not come; answers how many."""
    found = visit_queries.list_due(VisitState.CONFIRMED, Visit.start <= clock.now())
    owners = {visit.venue.base.owner for visit in found}
    hours = {owner.id: timedelta(hours=visit_settings(owner).no_show_hours) for owner in owners}
    missed = [v for v in found if v.end + hours[v.venue.base.owner_id] <= clock.now()]
    for visit in missed:
        _miss(visit, gettext("没有签到"))
    return len(missed)


def mark_no_show(visit: Visit, *, actor: Actor, seen: int | None = None) -> None:
    """The base says that nobody came; also after a check-in by mistake."""
    visit.expect_version(seen)
    if visit.start > clock.now():
        raise RuleBroken(gettext("参观时间还没有到。"))
    _check_correctable(visit)
    if visit.check_in is not None:
        session().delete(visit.check_in)
        visit.check_in = None
    _miss(visit, gettext("基地登记未到"))


def _miss(visit: Visit, reason: str) -> None:
    become(visit, VisitState.NO_SHOW)
    visit.end_reason, visit.ended_at = reason, clock.now()
    session().flush()
    telling.unit_of(visit, notices.visit_missed(visit))
    audit.note(session(), f"{visit.unit.name} {when_of(visit)}")


def _check_correctable(visit: Visit) -> None:
    if clock.now() - visit.end > CORRECTED:
        raise RuleBroken(gettext("参观已过去一个月，不能再改登记。"))


def check_in(
    booking: Booking, people: int, groups: int = 1, *, actor: Actor, source: CheckInSource
) -> CheckIn:
    """Whoever the booking is for is there, so many people in so many groups; only from its day on, once."""
    broken = []
    if not 1 <= people <= MOST_PEOPLE:
        broken.append(
            Violation("people", gettext("人数应在 1 到 %(most)s 之间。", most=MOST_PEOPLE), "people")
        )
    if not 1 <= groups <= MOST_GROUPS:
        broken.append(
            Violation("groups", gettext("批数应在 1 到 %(most)s 之间。", most=MOST_GROUPS), "groups")
        )
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
    if booking.day > clock.today():
        raise RuleBroken(gettext("还没有到这一天，不能签到。"))
    came = CheckIn(
        people=people, groups=groups, at=clock.now(), source=source, by=actor.name, by_id=actor.user_id
    )
    if booking.visit is not None:
        _arrive(booking.visit, came)
    else:
        came.session = _expected(booking)
        session().add(came)
    session().flush()
    audit.note(session(), f"{booking.party.name} {booking.party.title}")
    return came


def _arrive(visit: Visit, came: CheckIn) -> None:
    _check_correctable(visit)
    become(visit, VisitState.ARRIVED)
    visit.end_reason, visit.ended_at = "", None
    visit.check_in = came
    for booking in visit.bookings:
        if booking.state is BookingState.HELD:
            booking.state = BookingState.CONFIRMED


def _expected(booking: Booking) -> Session:
    if booking.state not in LIVE:
        raise RuleBroken(gettext("这项安排%(state)s，不能签到。", state=booking.state.label))
    if check_in_of(booking) is not None:
        raise RuleBroken(gettext("已经签到，不用再登记。"))
    return booking.lesson
