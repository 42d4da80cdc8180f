"""What the forecast's lessons add to the duty board: one duty with its lessons, the staff's own table, to-dos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from accounts.access import Actor, Scope
from accounts.enums import P
from core import clock
from core.db import session
from core.excel import CellValue, Sheet, SheetColumn
from core.todo import Todo, Urgency
from party_lessons.enums import DutyState
from party_lessons.models import Obligation
from party_lessons.queries.board import BoardRow, Judge, count_states, kept_outlook, list_own
from party_lessons.queries.obligations import get_obligation
from party_lessons.rules import LessonFacts, Outlook, Served
from scheduling.models import Session
from scheduling.queries.forecast import find_served
from scheduling.queries.lessons import list_facts, list_near

MOST_LESSONS = 30
"""Lessons that are listed for one duty."""
STATISTIC = ("序号", "单位", "姓名", "职务", "时间", "地点", "主题", "对象", "人数", "形式", "备注")
"""讲党课情况统计表: the staff's own column names, in Chinese whatever the reader's language."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation with the lessons that would still serve it, soonest first: the first few, and how many in all.

    `near` are before the right people, but the holder cannot teach them as things stand.
    """

    row: BoardRow
    lessons: Sequence[LessonFacts] = ()
    left: int = 0
    near: Sequence[LessonFacts] = ()
    near_left: int = 0


def get_duty(scope: Scope, obligation_id: int) -> Duty:
    """One duty inside the scope as it stands today; NotFound otherwise."""
    return _duty(get_obligation(scope, obligation_id), with_near=True)


def own_duties(user_id: int, year: int) -> list[Duty]:
    """Where the duties of the person behind an account stand today, what needs something first."""
    return [_duty(row.obligation, with_near=False) for row in list_own(user_id, year, clock.today())]


def _duty(row: Obligation, *, with_near: bool) -> Duty:
    """The lessons are those of this moment; whether others compete for them is what was reckoned last."""
    today = clock.today()
    judge, kept, found = Judge(today), kept_outlook(row), find_served(row, today)
    if found is None:
        return Duty(judge.judge(row, kept))
    near = _near(found, today) if with_near else []
    left, near_left = len(found.sessions), max(kept.near if kept is not None else 0, len(near))
    # Until it has been reckoned, nobody is said to compete.
    outlook = Outlook(left, kept is not None and kept.is_crowded, near_left)
    lessons = list_facts(found.sessions[:MOST_LESSONS])
    return Duty(judge.judge(row, outlook), lessons, left, near, near_left)


def _near(found: Served, today: date) -> list[LessonFacts]:
    want = found.want
    span = max(today, date(want.deadline.year, 1, 1)), want.deadline
    return list_near(want.post, want.scheme, span, set(found.sessions), MOST_LESSONS)


def statistic_sheet(rows: Sequence[BoardRow], year: int) -> Sheet:
    """讲党课情况统计表: one line a held lesson, and one for whoever has held none."""
    columns = [SheetColumn(name, "date" if name == "时间" else "text") for name in STATISTIC]
    return Sheet(
        name="讲党课情况统计表", columns=columns, rows=_lines(rows), title=f"{year}年度讲党课情况统计表"
    )


def _lines(rows: Sequence[BoardRow]) -> Iterator[list[CellValue]]:
    held = {credit.session_ref for row in rows for credit in row.credits if credit.is_held}
    stmt = select(Session).join(Session.training_class).options(contains_eager(Session.training_class))
    sessions = {s.id: s for s in session().scalars(stmt.where(Session.id.in_(held)))}
    number = 0
    for row in rows:
        post = row.obligation.post
        taught: list[Session | None] = [
            sessions[c.session_ref] for c in row.credits if c.is_held and c.session_ref in sessions
        ]
        for lesson in taught or [None]:
            number += 1
            line: list[CellValue] = [number, post.unit.title, post.holder.name, post.title]
            yield [
                *line,
                *(_lesson(lesson) if lesson else [None] * 6),
                "" if lesson else f"{row.state.label}:{row.reason}",
            ]


def _lesson(lesson: Session) -> list[CellValue]:
    klass = lesson.training_class
    place = lesson.told_venue or lesson.venue
    heads = klass.size if lesson.attendance is None else lesson.attendance
    day = lesson.told_start.date() if lesson.told_start else lesson.day
    return [day, place.base.name if place else "", lesson.course_name, klass.name, heads, lesson.method.label]


def todos(actor: Actor) -> list[Todo]:
    """What waits: one's own duty, and for whoever watches, leaders who may miss theirs."""
    today, lines = clock.today(), []
    if actor.can(P.OWN_TEACHING) and actor.user_id is not None:
        lines += [_own(row) for row in list_own(actor.user_id, today.year, today) if row.state in _WAITING]
    if actor.can(P.DUTY_EDIT):
        counts = count_states(actor.scope(P.DUTY_EDIT), today.year, today)
        lines += [_watched(state, counts[state]) for state in _ALARMS if counts[state]]
    return lines


_ALARMS = (DutyState.OVERDUE, DutyState.IMPOSSIBLE, DutyState.AT_RISK)
_WAITING = (*_ALARMS, DutyState.OPEN)


def _own(row: BoardRow) -> Todo:
    deadline = row.obligation.deadline.isoformat()
    text = gettext("讲党课:%(post)s,%(deadline)s 前完成", post=row.obligation.post.title, deadline=deadline)
    urgency = Urgency.LATER if row.state is DutyState.OPEN else Urgency.NOW
    return Todo(text, "/duties/mine", 1, "own_duty", urgency, row.reason)


def _watched(state: DutyState, count: int) -> Todo:
    texts = {
        DutyState.OVERDUE: gettext("%(n)s 项党课责任已逾期", n=count),
        DutyState.IMPOSSIBLE: gettext("%(n)s 项党课责任已没有可用课次", n=count),
        DutyState.AT_RISK: gettext("%(n)s 项党课责任有风险", n=count),
    }
    urgency = Urgency.SOON if state is DutyState.AT_RISK else Urgency.NOW
    return Todo(texts[state], f"/duties/?state={state.value}", count, f"duty_{state.value}", urgency)
