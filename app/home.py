"""The workbench: what waits, the week ahead, and four figures with their trend, by role."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from accounts.queries import count_accounts
from bases.queries.todos import todos as base_todos
from core import clock
from core.todo import Todo, by_urgency
from core.trail import records_by_day
from core.when import clock_text, day_text, hours_text
from evaluations.queries import todos as score_todos
from evaluations.queries.appeals import todos as appeal_todos
from evaluations.queries.closing import todos as closing_todos
from evaluations.queries.instructors import todos as own_class_todos
from instructor_pool.queries.todos import todos as pool_todos
from notifications.queries.todos import todos as message_todos
from orders.queries.todos import todos as order_todos
from party_lessons.queries.board import overview
from scheduling.models import Booking, Session, Visit
from scheduling.notices import place_of, when_of
from scheduling.queries.bookings import list_for_bases, list_own
from scheduling.queries.duties import todos as duty_todos
from scheduling.queries.tallies import (
    MonthTally,
    count_teaching,
    held_at_bases,
    held_by_person,
    held_in_scope,
)
from scheduling.queries.todos import todos as planning_todos
from scheduling.queries.todos import week as week_of_classes
from scheduling.queries.visits import list_for_bases as visits_at_bases
from scheduling.queries.visits import state_badge

CONTRIBUTORS = (
    planning_todos,
    message_todos,
    duty_todos,
    pool_todos,
    base_todos,
    score_todos,
    appeal_todos,
    closing_todos,
    own_class_todos,
    order_todos,
)
"""Every feature's lines; a feature with to-dos joins here."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its trend: `values` a month (or a day) each, the last one now; `labels` beside them."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    url: str = ""
    values: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    trend: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One lesson of the week."""

    time: str
    title: str
    note: str
    url: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week ahead."""

    day: date
    text: str
    entries: list[Entry] = field(default_factory=list)


def todos(actor: Actor) -> list[Todo]:
    """What waits for the actor, the most pressing first."""
    return by_urgency(line for contribute in CONTRIBUTORS for line in contribute(actor))


def week(actor: Actor) -> list[Day]:
    """The lessons of the week: one's own, those at one's bases, else those of the classes in sight."""
    days: dict[date, Day] = {}
    for day, entry in _entries(actor):
        days.setdefault(day, Day(day, day_text(day))).entries.append(entry)
    return [days[day] for day in sorted(days)]


def _entries(actor: Actor) -> Iterable[tuple[date, Entry]]:
    last = clock.today() + WEEK
    if actor.can(P.SCHEDULE_VIEW):
        yield from (
            (row.start.date() if row.start else row.day, _session(row)) for row in week_of_classes(actor)
        )
        return
    if actor.can(P.OWN_BASE) and actor.user_id is not None:
        today = clock.today()
        yield from ((v.start.date(), _visit(v)) for v in visits_at_bases(actor.user_id, today, last))
    bookings: list[Booking] = []
    if actor.can(P.OWN_TEACHING) and actor.user_id is not None:
        bookings += list_own(actor.user_id)
    if actor.can(P.OWN_BASE) and actor.user_id is not None:
        bookings += list_for_bases(actor.user_id)
    yield from ((booking.day, _booking(booking)) for booking in bookings if booking.day <= last)


def _session(row: Session) -> Entry:
    when = hours_text(row.start, row.end) if row.start and row.end else row.half_day.label
    people = [row.instructor.name if row.instructor else "", place_of(row.venue)]
    tones = {"planned": "idle", "published": "info", "held": "ok", "cancelled": "bad"}
    note = " · ".join(filter(None, (row.training_class.name, *people)))
    return Entry(
        when, row.course_name, note, f"/scheduling/sessions/{row.id}", row.state.label, tones[row.state.value]
    )


def _booking(booking: Booking) -> Entry:
    row = booking.lesson
    tone = "ok" if booking.state.value == "confirmed" else "warn"
    at = booking.kind.value == "instructor"
    url = f"/teaching/{booking.id}" if at else f"/base-bookings/{booking.id}"
    place = place_of(row.told_venue or row.venue) if at else gettext("%(n)s 人", n=row.training_class.size)
    note = " · ".join(filter(None, (row.training_class.name, place)))
    when = clock_text(row.told_start) if row.told_start else when_of(booking)
    return Entry(when, row.course_name, note, url, booking.state.label, tone)


def _visit(visit: Visit) -> Entry:
    badge = state_badge(visit)
    note = gettext("%(theme)s · %(n)s 人", theme=visit.theme, n=visit.people)
    url = f"/base-bookings/visits/{visit.id}"
    return Entry(clock_text(visit.start), visit.unit.name, note, url, str(badge), badge.tone)


def has_figures(actor: Actor) -> bool:
    """Whether there is anything to count for the actor."""
    return any(
        actor.can(p) for p in (P.SCHEDULE_VIEW, P.OWN_BASE, P.OWN_TEACHING, P.AUDIT_VIEW, P.ACCOUNT_VIEW)
    )


def figures(actor: Actor) -> list[Figure]:
    """Four figures for the actor's widest role; none where there is nothing to count."""
    if actor.can(P.SCHEDULE_VIEW):
        return _county(actor)
    if actor.can(P.OWN_BASE):
        return _held(held_at_bases(actor.user_id or 0, clock.today().year), gettext("本基地"))
    if actor.can(P.OWN_TEACHING):
        return _held(held_by_person(actor.user_id or 0, clock.today().year), gettext("本人"))
    if actor.can(P.AUDIT_VIEW):
        return _trail()
    return _accounts() if actor.can(P.ACCOUNT_VIEW) else []


def _months() -> tuple[int, tuple[str, ...]]:
    month = clock.today().month
    return month, tuple(gettext("%(n)s月", n=number) for number in range(1, month + 1))


def _running(values: Sequence[float]) -> tuple[float, ...]:
    month, _labels = _months()
    return tuple(values[:month])


def _county(actor: Actor) -> list[Figure]:
    year, scope = clock.today().year, actor.scope(P.SCHEDULE_VIEW)
    held = held_in_scope(scope, year)
    _month, labels = _months()
    found = _held(held, "")[:2]
    teaching = count_teaching(scope, year)
    found.append(
        Figure(
            gettext("今年授课的讲师"),
            str(teaching),
            gettext("人"),
            values=_running([tally.instructors for tally in held]),
            labels=labels,
            trend=gettext("各月授课人数"),
        )
    )
    if actor.can(P.DUTY_VIEW):
        board = overview(actor.scope(P.DUTY_VIEW), year, clock.today())
        found.append(
            Figure(
                gettext("党课责任完成率"),
                f"{board.percent:.0f}",
                "%",
                gettext("应讲 %(owed)s 项", owed=board.owed),
                "/duties/",
                _running(board.monthly),
                labels,
                gettext("各月累计完成"),
            )
        )
    return found


def _held(held: Sequence[MonthTally], whose: str) -> list[Figure]:
    _month, labels = _months()
    hours = sum(tally.hours for tally in held)
    return [
        Figure(
            gettext("今年已授课"),
            str(sum(tally.lessons for tally in held)),
            gettext("次"),
            whose,
            values=_running([tally.lessons for tally in held]),
            labels=labels,
            trend=gettext("各月授课次数"),
        ),
        Figure(
            gettext("今年到课"),
            str(sum(tally.people for tally in held)),
            gettext("人次"),
            whose,
            values=_running([tally.people for tally in held]),
            labels=labels,
            trend=gettext("各月到课人次"),
        ),
        Figure(
            gettext("今年学时"),
            f"{hours:g}",
            gettext("学时"),
            whose,
            values=_running([tally.hours for tally in held]),
            labels=labels,
            trend=gettext("各月学时"),
        ),
        Figure(
            gettext("本月已授课"),
            str(held[clock.today().month - 1].lessons),
            gettext("次"),
            whose,
            values=_running([tally.lessons for tally in held]),
            labels=labels,
            trend=gettext("各月授课次数"),
        ),
    ]


def _trail() -> list[Figure]:
    days = records_by_day(14)
    common = {"values": tuple(days), "trend": gettext("近 14 天每天的审计记录"), "url": "/audit/"}
    return [
        Figure(gettext("今天的审计记录"), str(days[-1]), gettext("条"), **common),  # type: ignore[arg-type]
        Figure(gettext("近 7 天"), str(sum(days[-7:])), gettext("条"), **common),  # type: ignore[arg-type]
    ]


def _accounts() -> list[Figure]:
    counted = count_accounts()
    return [
        Figure(gettext("账号"), str(counted.total), gettext("个"), url="/accounts/"),
        Figure(gettext("待激活"), str(counted.waiting), gettext("个"), url="/accounts/"),
        Figure(gettext("已停用"), str(counted.disabled), gettext("个"), url="/accounts/"),
        Figure(gettext("近 7 天登录过"), str(counted.recent), gettext("个"), url="/accounts/"),
    ]
