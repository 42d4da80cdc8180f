"""The duty board with the sessions that feed its forecast: list, one duty, the staff's own table, to-dos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from accounts.access import Actor, Scope
from accounts.enums import P
from core import clock
from core.db import session
from core.errors import NotFound
from core.excel import CellValue, Sheet, SheetColumn
from core.tables import Badge, Choice, Column, ListedTable
from core.todo import Todo, Urgency
from party_lessons.enums import DutyState, SchemeKind
from party_lessons.queries.board import STATE_ORDER, Board, BoardRow, board, own_board
from party_lessons.queries.obligations import get_obligation
from scheduling.models import Session
from scheduling.queries.lessons import list_lesson_facts

STATISTIC = ("序号", "单位", "姓名", "职务", "时间", "地点", "主题", "对象", "人数", "形式", "备注")
"""讲党课情况统计表: the staff's own column names, in Chinese whatever the reader's language."""


def duty_board(scope: Scope, year: int) -> Board:
    """Where every duty inside the scope stands today; about eight statements."""
    today = clock.today()
    return board(scope, year, today, list_lesson_facts(year, today))


def own_duties(user_id: int, year: int) -> Board:
    """Where the duties of the person behind an account stand today."""
    today = clock.today()
    return own_board(user_id, year, today, list_lesson_facts(year, today))


def get_duty(scope: Scope, obligation_id: int) -> BoardRow:
    """One duty inside the scope as it stands today; NotFound otherwise."""
    year = get_obligation(scope, obligation_id).year
    found = next((r for r in duty_board(scope, year).rows if r.obligation.id == obligation_id), None)
    if found is None:
        raise NotFound(gettext("没有这项党课责任,或不在您的管理范围内。"))
    return found


def duty_table(shown: Board) -> ListedTable[BoardRow]:
    """The board as a list, what needs somebody first."""
    units = sorted(
        {(str(r.obligation.post.unit_id), r.obligation.post.unit.title) for r in shown.rows},
        key=lambda u: u[1],
    )
    return ListedTable(
        name="duties",
        title=lazy_gettext("党课责任"),
        columns=[
            Column(
                "name",
                lazy_gettext("姓名"),
                lambda r: r.obligation.post.holder.name,
                note=lambda r: r.obligation.post.title,
            ),
            Column("unit", lazy_gettext("单位"), lambda r: r.obligation.post.unit.title),
            Column("scheme", lazy_gettext("职责类别"), lambda r: r.obligation.post.kind.label),
            Column(
                "state",
                lazy_gettext("状态"),
                lambda r: Badge(r.state.label, r.tone),
                kind="badge",
                note=lambda r: r.reason,
            ),
            Column("credits", lazy_gettext("已讲与已排"), _credits, kind="tags"),
            Column("left", lazy_gettext("可用课次"), lambda r: _left(r), kind="number"),
            Column("deadline", lazy_gettext("期限"), lambda r: r.obligation.deadline, kind="date"),
            Column(
                "starts",
                lazy_gettext("任职起"),
                lambda r: r.obligation.post.starts,
                kind="date",
                default=False,
            ),
            Column(
                "ends", lazy_gettext("任职止"), lambda r: r.obligation.post.ends, kind="date", default=False
            ),
        ],
        rows=shown.rows,
        filters=[
            Choice(
                "state",
                lazy_gettext("状态"),
                lambda r, v: r.state.value == v,
                [(s.value, s.label) for s in STATE_ORDER],
            ),
            Choice(
                "scheme",
                lazy_gettext("职责类别"),
                lambda r, v: r.obligation.post.kind.value == v,
                SchemeKind.choices(),
            ),
            Choice("unit", lazy_gettext("单位"), lambda r, v: str(r.obligation.post.unit_id) == v, units),
        ],
        search=lambda r: " ".join(
            (
                r.obligation.post.holder.search_text,
                r.obligation.post.holder.name,
                r.obligation.post.unit.title,
            )
        ),
        row_url=lambda r: url_for("duties.show", obligation_id=r.obligation.id),
        row_key=lambda r: r.obligation.id,
        keep=("year",),
    )


def _left(row: BoardRow) -> int | None:
    """Sessions that would still serve it; nothing where none is needed."""
    waiting = (DutyState.OPEN, DutyState.AT_RISK, DutyState.IMPOSSIBLE)
    return len(row.lessons) if row.state in waiting else None


def _credits(row: BoardRow) -> list[str]:
    held, planned = gettext("已讲"), gettext("已排")
    return [f"{credit.day:%m-%d} {held if credit.is_held else planned}" for credit in row.credits]


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
    year, lines = clock.today().year, []
    if actor.can(P.OWN_TEACHING) and actor.user_id is not None:
        lines += [_own(row) for row in own_duties(actor.user_id, year).rows if row.state in _WAITING]
    if actor.can(P.DUTY_EDIT):
        shown = duty_board(actor.scope(P.DUTY_EDIT), year)
        lines += [_watched(state, shown.count(state)) for state in _ALARMS if shown.count(state)]
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
