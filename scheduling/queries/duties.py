"""What the forecast's lessons add to the duty board: one duty with its lessons, and to-dos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext

from accounts.access import Actor, Scope
from accounts.enums import P
from core import clock
from core.todo import Todo, Urgency
from party_lessons.enums import DutyState
from party_lessons.models import Obligation
from party_lessons.queries.board import BoardRow, Judge, count_states, kept_outlook, list_own
from party_lessons.queries.obligations import get_obligation
from party_lessons.queries.reckonings import freshness
from party_lessons.queries.reports import count_waiting
from party_lessons.rules import LessonFacts, Outlook, Served
from scheduling.queries.forecast import find_served
from scheduling.queries.lessons import find_wished, list_facts, list_near

MOST_LESSONS = 30
"""Lessons that are listed for one duty."""
MANY, SOON = 300, timedelta(days=30)
"""Where more lessons are left than so many, only the coming weeks are read; the forecast has counted the others."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation with the lessons that would still serve it, soonest first: the first few, and how many in all.

    `near` are before the right people, but the holder cannot teach them as things stand.
    """

    row: BoardRow
    lessons: Sequence[LessonFacts] = ()
    wished: frozenset[int] = frozenset()
    """Which of them the holder is wished for already."""
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
    judge, kept = Judge(today), kept_outlook(row)
    soon = _soon(row, kept, today)
    found = soon if soon is not None else find_served(row, today)
    if found is None:
        return Duty(judge.judge(row, kept))
    last = found.want.deadline if soon is None else _horizon(row, today)
    near = _near(found, today, last) if with_near else []
    near_left = max(kept.near if kept is not None else 0, len(near))
    if soon is not None and kept is not None:
        left, outlook = kept.left, kept
    else:
        left = len(found.sessions)
        # Until it has been reckoned, nobody is said to compete.
        outlook = Outlook(left, kept is not None and kept.is_crowded, near_left)
    first = found.sessions[:MOST_LESSONS]
    wished = find_wished(first, found.want.post.holder_id)
    return Duty(judge.judge(row, outlook), list_facts(first), wished, left, near, near_left)


def _soon(row: Obligation, kept: Outlook | None, today: date) -> Served | None:
    """The first lessons where there are many and the forecast has counted them; None where all have to be read."""
    if kept is None or kept.left <= MANY or freshness(today).is_stale:
        return None
    found = find_served(row, today, _horizon(row, today))
    return found if found is not None and len(found.sessions) >= MOST_LESSONS else None


def _horizon(row: Obligation, today: date) -> date:
    return min(row.deadline, max(today, date(row.year, 1, 1)) + SOON)


def _near(found: Served, today: date, last: date) -> list[LessonFacts]:
    want = found.want
    span = max(today, date(want.deadline.year, 1, 1)), last
    return list_near(want.post, want.scheme, span, set(found.sessions), MOST_LESSONS)


def todos(actor: Actor) -> list[Todo]:
    """What waits: one's own duty, and for whoever watches, leaders who may miss theirs."""
    today, lines = clock.today(), []
    if actor.can(P.OWN_TEACHING) and actor.user_id is not None:
        lines += [_own(row) for row in list_own(actor.user_id, today.year, today) if row.state in _WAITING]
    if actor.can(P.DUTY_EDIT):
        counts = count_states(actor.scope(P.DUTY_EDIT), today.year, today)
        waiting = count_waiting(actor.scope(P.DUTY_EDIT))
        if waiting:
            said = gettext("%(n)s 条讲课报送待确认", n=waiting)
            lines.append(Todo(said, "/duties/reports?state=reported", waiting, "duty_reports", Urgency.SOON))
        lines += [_watched(state, counts[state]) for state in _ALARMS if counts[state]]
    return lines


_ALARMS = (DutyState.OVERDUE, DutyState.IMPOSSIBLE, DutyState.AT_RISK)
_WAITING = (*_ALARMS, DutyState.OPEN)


def _own(row: BoardRow) -> Todo:
    deadline = row.obligation.deadline.isoformat()
    text = gettext("讲党课：%(post)s，%(deadline)s 前完成", post=row.obligation.post.title, deadline=deadline)
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
