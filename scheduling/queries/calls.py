"""The search for substitutes: calls, whom they asked, and one's own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from accounts.access import Scope
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from core.tables.parts import Tone
from core.when import moment_text
from instructor_pool.models import Instructor
from scheduling.enums import AskState, CallState
from scheduling.models import Session, SubstituteAsk, SubstituteCall, TrainingClass
from scheduling.queries.classes import planned_by

TONES: dict[CallState, Tone] = {
    CallState.OPEN: "accent",
    CallState.FILLED: "ok",
    CallState.STOPPED: "idle",
    CallState.EXHAUSTED: "bad",
}


def _calls(*conditions: Any) -> Select[SubstituteCall]:
    return (
        select(SubstituteCall)
        .join(SubstituteCall.session)
        .join(Session.training_class)
        .where(*conditions)
        .options(
            contains_eager(SubstituteCall.session).contains_eager(Session.training_class),
            selectinload(SubstituteCall.asks).joinedload(SubstituteAsk.instructor),
        )
    )


def get_call(scope: Scope, call_id: int) -> SubstituteCall:
    """A call of a class planned inside the scope."""
    found = session().scalar(_calls(SubstituteCall.id == call_id, planned_by(scope)))
    if found is None:
        raise NotFound(gettext("没有这次找人接替。"))
    return found


def list_of_session(session_id: int) -> list[SubstituteCall]:
    """Every call of a lesson, the newest first."""
    stmt = _calls(SubstituteCall.session_id == session_id)
    return list(session().scalars(stmt.order_by(SubstituteCall.id.desc())))


def find_open(session_id: int) -> SubstituteCall | None:
    """The call a lesson has now."""
    return session().scalar(
        _calls(SubstituteCall.session_id == session_id, SubstituteCall.state == CallState.OPEN)
    )


def open_calls_of(session_ids: Collection[int]) -> set[int]:
    """Which of some lessons look for somebody now."""
    stmt = select(SubstituteCall.session_id).where(
        SubstituteCall.session_id.in_(sorted(session_ids)), SubstituteCall.state == CallState.OPEN
    )
    return set(session().scalars(stmt)) if session_ids else set()


def find_due(now: datetime, call_id: int | None = None) -> SubstituteCall | None:
    """The open call that is to be looked at first, or this one if it still is."""
    due = (SubstituteCall.state == CallState.OPEN) & (SubstituteCall.next_at <= now)
    if call_id is not None:
        due &= SubstituteCall.id == call_id
    return session().scalar(_calls(due).order_by(SubstituteCall.next_at, SubstituteCall.id).limit(1))


def _asks(*conditions: Any) -> Select[SubstituteAsk]:
    return (
        select(SubstituteAsk)
        .join(SubstituteAsk.call)
        .join(SubstituteCall.session)
        .where(*conditions)
        .options(
            contains_eager(SubstituteAsk.call)
            .contains_eager(SubstituteCall.session)
            .joinedload(Session.training_class),
            joinedload(SubstituteAsk.instructor),
        )
    )


def get_ask(ask_id: int) -> SubstituteAsk:
    """Whoever was asked by a signed link; the link is the right to it."""
    found = session().scalar(_asks(SubstituteAsk.id == ask_id))
    if found is None:
        raise NotFound(gettext("没有这项请求。"))
    return found


def get_own_ask(user_id: int | None, ask_id: int) -> SubstituteAsk:
    """What the instructor with this account was asked."""
    mine = select(Instructor.id).where(Instructor.user_id == user_id)
    found = session().scalar(_asks(SubstituteAsk.id == ask_id, SubstituteAsk.instructor_id.in_(mine)))
    if found is None:
        raise NotFound(gettext("没有这项请求。"))
    return found


def list_own_asks(user_id: int) -> list[SubstituteAsk]:
    """What the instructor with this account is asked now."""
    mine = select(Instructor.id).where(Instructor.user_id == user_id)
    stmt = _asks(
        SubstituteAsk.instructor_id.in_(mine),
        SubstituteAsk.state == AskState.ASKED,
        SubstituteCall.state == CallState.OPEN,
        Session.told_start > clock.now(),
    )
    return list(session().scalars(stmt.order_by(Session.told_start, SubstituteAsk.id)))


def count_own_asks(user_id: int) -> int:
    """How many lessons the instructor with this account is asked to take over."""
    mine = select(Instructor.id).where(Instructor.user_id == user_id)
    stmt = (
        select(func.count())
        .select_from(SubstituteAsk)
        .join(SubstituteAsk.call)
        .join(SubstituteCall.session)
        .where(
            SubstituteAsk.instructor_id.in_(mine),
            SubstituteAsk.state == AskState.ASKED,
            SubstituteCall.state == CallState.OPEN,
            Session.told_start > clock.now(),
        )
    )
    return session().scalar(stmt) or 0


def _asked(call: SubstituteCall) -> str:
    return gettext("第 %(wave)s 批，共问 %(n)s 人", wave=call.wave, n=len(call.asks))


def _who(call: SubstituteCall) -> str:
    return next((ask.instructor.name for ask in call.asks if ask.state is AskState.ACCEPTED), "")


def calls_table(scope: Scope) -> BoundTable[Any]:
    """Every search for a substitute in the scope, the newest first."""
    return Table[Any](
        name="substitutes",
        title=lazy_gettext("找人接替"),
        columns=[
            Column(
                "course",
                lazy_gettext("课程"),
                lambda c: c.session.told_course_name,
                sort=Session.told_course_name,
            ),
            Column(
                "class",
                lazy_gettext("班次"),
                lambda c: c.session.training_class.name,
                sort=TrainingClass.name,
            ),
            Column(
                "when",
                lazy_gettext("上课时间"),
                lambda c: moment_text(c.session.told_start) if c.session.told_start else "",
                sort=Session.told_start,
            ),
            Column(
                "state",
                lazy_gettext("状态"),
                lambda c: Badge(c.state.label, TONES[c.state]),
                sort=SubstituteCall.state,
                kind="badge",
                note=lambda c: c.end_reason,
            ),
            Column("asked", lazy_gettext("问到哪里"), _asked, sort=SubstituteCall.wave),
            Column("who", lazy_gettext("谁接下"), _who),
            Column("reason", lazy_gettext("为什么找人"), lambda c: c.reason),
            Column(
                "opened",
                lazy_gettext("开始"),
                lambda c: moment_text(c.opened_at),
                sort=SubstituteCall.id,
                note=lambda c: c.opened_by,
            ),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda stmt, value: stmt.where(SubstituteCall.state == CallState(value)),
                CallState.choices,
            )
        ],
        search=TrainingClass.name + " " + func.coalesce(Session.told_course_name, ""),
        search_hint=lazy_gettext("搜索班次、课程"),
        default_sort="-opened",
        row_url=lambda c: f"/scheduling/sessions/{c.session_id}/substitutes",
    ).bind(session(), _calls(planned_by(scope)))
