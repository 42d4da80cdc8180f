"""The papers staff keep about the duty: 讲党课情况统计表, 上讲台统计, and the compliance notice (通报) as a draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.docx import Grid, Paragraph
from core.excel import CellValue, Sheet, SheetColumn
from core.words import labelled
from instructor_pool.models import Instructor
from party_lessons.enums import DutyState
from party_lessons.models import Credit, Post, ReportedLesson
from party_lessons.queries.board import BoardRow, Overview, Part
from scheduling.enums import SessionState
from scheduling.models import Session

STATISTIC = ("序号", "单位", "姓名", "职务", "时间", "地点", "主题", "对象", "人数", "形式", "备注")
"""讲党课情况统计表: the staff's own column names, in Chinese whatever the reader's language."""
ROSTRUM = ("班次", "姓名", "单位及职务", "职务层次", "上讲台时间", "题目", "学时")
"""上讲台统计: the same."""
MOST_NAMED = 200
FAILED = (DutyState.OVERDUE, DutyState.IMPOSSIBLE)


def statistic_sheet(rows: Sequence[BoardRow], year: int) -> Sheet:
    """讲党课情况统计表: one line a held lesson, and one for whoever has held none."""
    columns = [SheetColumn(name, "date" if name == "时间" else "text") for name in STATISTIC]
    return Sheet(
        name="讲党课情况统计表", columns=columns, rows=_lines(rows), title=f"{year}年度讲党课情况统计表"
    )


def _lines(rows: Sequence[BoardRow]) -> Iterator[list[CellValue]]:
    held = [credit for row in rows for credit in row.credits if credit.is_held]
    sessions, reports = _sessions(held), _reports(held)
    number = 0
    for row in rows:
        post = row.obligation.post
        taught = [
            _session(sessions[c.session_ref]) if c.session_ref in sessions else _report(reports[c.report_id])
            for c in row.credits
            if c.is_held and (c.session_ref in sessions or c.report_id in reports)
        ]
        nothing: list[CellValue] = [None] * 6
        for lesson in taught or [nothing]:
            number += 1
            remark = "" if taught else labelled(row.state.label, row.reason)
            yield [number, post.unit.title, post.holder.name, post.title, *lesson, remark]


def _sessions(credits: Sequence[Credit]) -> dict[int | None, Session]:
    ids = {credit.session_ref for credit in credits}
    stmt = select(Session).join(Session.training_class).options(contains_eager(Session.training_class))
    return {s.id: s for s in session().scalars(stmt.where(Session.id.in_(ids - {None})))}


def _reports(credits: Sequence[Credit]) -> dict[int | None, ReportedLesson]:
    ids = {credit.report_id for credit in credits}
    return {
        r.id: r for r in session().scalars(select(ReportedLesson).where(ReportedLesson.id.in_(ids - {None})))
    }


def _session(lesson: Session) -> list[CellValue]:
    klass = lesson.training_class
    place = lesson.told_venue or lesson.venue
    heads = klass.size if lesson.attendance is None else lesson.attendance
    day = lesson.told_start.date() if lesson.told_start else lesson.day
    return [day, place.base.name if place else "", lesson.course_name, klass.name, heads, lesson.method.label]


def _report(lesson: ReportedLesson) -> list[CellValue]:
    return [lesson.day, lesson.place, lesson.title, lesson.audience, lesson.heads, lesson.form]


def rostrum_sheet(scope: Scope, year: int) -> Sheet:
    """上讲台统计: one line a session that somebody with a post taught, whether it counts for a duty or not."""
    columns = [SheetColumn(name) for name in ROSTRUM]
    columns[4], columns[6] = SheetColumn(ROSTRUM[4], "date"), SheetColumn(ROSTRUM[6], "number")
    return Sheet(
        name="上讲台统计", columns=columns, rows=_rostrum(scope, year), title=f"{year}年度领导干部上讲台统计"
    )


def _rostrum(scope: Scope, year: int) -> Iterator[list[CellValue]]:
    stmt = (
        select(Session, Instructor, Post)
        .join(Instructor, Session.told_instructor_id == Instructor.id)
        .join(Post, (Post.holder_id == Instructor.id) & (Post.starts <= Session.day))
        .join(Post.unit)
        .options(joinedload(Session.training_class), contains_eager(Post.unit))
        .where(Session.state == SessionState.HELD, Session.day.between(date(year, 1, 1), date(year, 12, 31)))
        .where(Post.ends.is_(None) | (Post.ends >= Session.day), scope.clause(OrgUnit.path))
        .order_by(Session.day, Session.id, Post.id)
    )
    seen: set[int] = set()
    for lesson, person, post in session().execute(stmt):
        # Who holds two posts stands there once, with the first.
        if lesson.id not in seen:
            seen.add(lesson.id)
            day = lesson.told_start.date() if lesson.told_start else lesson.day
            where = f"{post.unit.title}{post.title}"
            name, hours = lesson.training_class.name, float(lesson.told_hours or lesson.class_hours)
            yield [name, person.name, where, post.unit.level.label, day, lesson.course_name, hours]


def notice(
    board: Overview, parts: Sequence[Part], rows: Sequence[BoardRow], where: str, today: date
) -> list[Paragraph | Grid]:
    """The draft of a compliance notice: how far each part is, who has done it, who has not, and what is asked."""
    failed = [row for row in rows if row.state in FAILED]
    risky = [row for row in rows if row.state is DutyState.AT_RISK]
    day = f"{today.year}年{today.month}月{today.day}日"
    head = (
        f"截至{day}，{where}{board.year}年度应讲党课{board.owed}项，已完成{board.counts[DutyState.HELD]}项，完成率"
        f"{board.percent:.0f}%；已安排{board.counts[DutyState.PLANNED]}项，待安排{board.counts[DutyState.OPEN]}项，有风险"
        f"{len(risky)}项，逾期或已无可用课次{len(failed)}项，免计{board.counts[DutyState.EXEMPT]}项。现将有关情况通报如下。"
    )
    draft: list[Paragraph | Grid] = [
        Paragraph(f"关于{board.year}年度党组织书记讲党课情况的通报", align="center", size=18, bold=True),
        Paragraph(head, indent=True),
    ]
    if parts:
        draft += [Paragraph("一、各单位进度", align="left", bold=True), _progress(parts)]
    draft.append(Paragraph("二、逾期和已无可用课次的", align="left", bold=True))
    draft += [_names(failed)] if failed else [Paragraph("没有。")]
    draft.append(Paragraph("三、有风险的", align="left", bold=True))
    draft += [_names(risky)] if risky else [Paragraph("没有。")]
    draft += [
        Paragraph("四、有关要求", align="left", bold=True),
        Paragraph(
            "请有关单位党组织书记抓紧安排，结合党员示范培训、集中培训和本单位党员教育，在期限前讲完；确有特殊情况的，按规定办理免计。",
            indent=True,
        ),
        Paragraph(day, align="right"),
    ]
    return draft


def _progress(parts: Sequence[Part]) -> Grid:
    lines = [[p.title, str(p.owed), str(p.held), f"{p.percent:.0f}%" if p.owed else "—"] for p in parts]
    return Grid([["单位", "应讲", "已完成", "完成率"], *lines], (5, 2, 2, 2))


def _names(rows: Sequence[BoardRow]) -> Grid:
    lines = [
        [
            r.obligation.post.unit.title,
            r.obligation.post.holder.name,
            r.obligation.post.title,
            r.state.label,
            r.reason,
        ]
        for r in rows[:MOST_NAMED]
    ]
    if len(rows) > MOST_NAMED:
        lines.append([gettext("等"), "", "", "", gettext("共 %(n)s 人", n=len(rows))])
    return Grid([["单位", "姓名", "职务", "状态", "原因"], *lines], (4, 2, 3, 2, 5))
