"""Bringing what the forecast found up to date, by lessons written in a test or by those in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
from sqlalchemy import select

from accounts.models import OrgUnit
from core import clock
from core.db import session, transaction
from instructor_pool.enums import Grade
from instructor_pool.models import Instructor
from instructor_pool.queries import unavailable_of
from instructor_pool.rules.calendars import year_of
from instructor_pool.rules.terms import term_problem
from party_lessons.models import Post
from party_lessons.queries.facts import due_facts, post_facts, scheme_facts
from party_lessons.queries.reckonings import Findings, changes, freshness
from party_lessons.queries.standing import list_wants, obligations_of
from party_lessons.rules import Ahead, Audience, Demand, LessonFacts, Outlook, eligible, forecast, served
from party_lessons.services import outlooks
from scheduling.engine.whole import solve_whole
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Loan, Session
from scheduling.queries.ahead import read_offer
from scheduling.queries.figures import day_times
from scheduling.queries.forecast import caps_of, reckon
from scheduling.queries.lessons import lesson_facts
from scheduling.queries.loans import is_other_unit

TODAY = date(2027, 5, 10)


def reckon_all() -> None:
    """As the worker does."""
    found = reckon()
    with transaction():
        assert outlooks.keep(found)


def reckon_with(lessons: Sequence[LessonFacts], today: date, could: Collection[int]) -> None:
    """The forecast over these lessons, each of which the people of `could` can teach."""
    rows = sorted((x for x in lessons if x.day >= today), key=lambda x: (x.day, x.session_ref))
    audiences = [Audience(x.host_path, x.area_path, x.audience_paths, x.class_kind) for x in rows]
    ahead = Ahead(
        np.array([x.session_ref for x in rows], np.int64),
        np.array([x.day.toordinal() for x in rows], np.int64),
        np.array([x.minutes for x in rows], np.int64),
        np.arange(len(rows)),
        tuple(audiences),
    )
    found = list(
        served(list_wants(2027, today), ahead, lambda who: np.arange(len(rows) if who in could else 0))
    )
    seen = forecast(
        [Demand(x.want.ref, x.want.post.holder_id, x.want.missing, x.sessions) for x in found], solve_whole
    )
    kept = {x.want.ref: replace(seen[x.want.ref], near=x.near) for x in found}
    last = freshness(today)
    findings = Findings(last.number, changes(), today, datetime(2027, 5, 10), 1, kept)
    with transaction():
        assert outlooks.keep(findings)
    assert not freshness(today).is_stale or clock.today() != today


def is_cleared(person: Instructor, row: Session) -> bool:
    """Whether the courseware for the course of a lesson is cleared on its day."""
    return any(
        q.course_id == row.course_id
        and q.cleared_on is not None
        and (q.cleared_until is None or row.day <= q.cleared_until)
        for q in person.qualifications
    )


def is_full(person: Instructor, day: date, taught: Sequence[date]) -> bool:
    """Whether a limit of the person is used up on a day by what was taught or told on these."""
    week, month = day.isocalendar()[:2], (day.year, day.month)
    return any(
        most is not None and count >= most
        for most, count in (
            (person.max_per_day, taught.count(day)),
            (person.max_per_week, sum(d.isocalendar()[:2] == week for d in taught)),
            (person.max_per_month, sum((d.year, d.month) == month for d in taught)),
            (person.max_per_year, sum(d.year == day.year for d in taught)),
        )
    )


def could_teach(person: Instructor, row: Session) -> bool:
    """By the definition, one lesson and one person at a time."""
    if row.told_instructor_id is not None or not row.needs_instructor:
        return False
    wanted = row.instructor_id if row.pinned_instructor else row.wanted_instructor_id
    if wanted not in (None, person.id) or not is_cleared(person, row):
        return False
    klass = row.training_class
    if is_other_unit(session().get_one(OrgUnit, person.owner_id).path, klass.owner.path):
        loans = session().scalars(select(Loan).where(Loan.instructor_id == person.id))
        if not any(
            x.borrower_id == klass.owner_id and x.used < x.granted and x.covers(klass.id, row.day)
            for x in loans
        ):
            return False
    mine = select(Booking).where(
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.resource_id == person.id,
        Booking.day >= date(2027, 1, 1),
    )
    taught = []
    taken = [(a.starts, a.ends) for a in unavailable_of(person.id, *year_of(2027)) if a.grade is Grade.CANNOT]
    for booking in session().scalars(mine):
        if booking.state is BookingState.DECLINED and booking.session_id == row.id:
            return False
        if booking.state in (BookingState.HELD, BookingState.CONFIRMED):
            taught.append(booking.day)
            midnight = datetime.combine(booking.day, time())
            quarter = timedelta(minutes=15)
            taken.append((midnight + quarter * booking.from_unit, midnight + quarter * booking.to_unit))
    pinned = [row.start] if row.start and row.pinned_start else None
    if is_full(person, pinned[0].date() if pinned else row.day, taught):
        return False
    length = timedelta(minutes=row.minutes)
    return term_problem(person, row.day) is None and any(
        all(start + length <= since or start >= until for since, until in taken)
        for start in pinned or day_times().starts(row.day, row.half_day)
    )


def defined() -> dict[int, Outlook]:
    """What the forecast must find, one obligation and one lesson at a time."""
    schemes, near, outlooks = scheme_facts(), {}, {}
    live = [
        row
        for row in session().scalars(select(Session).where(Session.day >= TODAY)).all()
        if row.is_live and row.course is not None and row.course.is_party_lesson
    ]
    for year in (2027, 2028):
        demands = []
        for owed in session().scalars(obligations_of(year)).unique().all():
            due, post = due_facts(owed), post_facts(owed.post)
            if due.is_exempt or not due.missing or owed.deadline < TODAY:
                continue
            fitting = {
                row.id
                for row in live
                if row.day.year == year
                and (facts := lesson_facts(row.id)).day <= owed.deadline
                and eligible(post, facts, schemes[owed.scheme_id])
            }
            open_ones = {row.id for row in live if row.id in fitting and could_teach(owed.post.holder, row)}
            demands.append(Demand(owed.id, post.holder_id, due.missing, frozenset(open_ones)))
            near[owed.id] = len(fitting) - len(open_ones)
        # The limits of those who want several are looked at by themselves, in test_limits.
        offer = read_offer(year, TODAY, select(Post.holder_id))
        outlooks |= forecast(demands, solve_whole, caps_of(demands, offer))
    return {ref: replace(x, near=near[ref]) for ref, x in outlooks.items()}
