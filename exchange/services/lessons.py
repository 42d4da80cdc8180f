"""Taking the staff's sheets of lessons back in: each line becomes a report that the organiser confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor, Scope
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from exchange.workbook import Unreadable
from exchange.workbook.lessons import LessonLine, read_lessons
from exchange.workbook.opening import open_grids
from instructor_pool.models import Instructor
from party_lessons.enums import ClassKind
from party_lessons.queries.posts import list_holders_named
from party_lessons.queries.reports import find_report, is_credited
from party_lessons.services import reports
from scheduling.queries.lessons import has_held

MOST_LINES, MOST_TOLD = 2_000, 20
TRAINING_WORDS = ("培训", "轮训", "冬训", "班")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many lines became reports, and how many were known already."""

    reported: int
    known: int


def take_lessons(data: bytes, *, scope: Scope, actor: Actor) -> TakenIn:
    """Report every lesson of the sheets that is not known. RuleBroken names every line in the way; then nothing is written."""
    try:
        grids, _hidden = open_grids(data)
    except Unreadable as refused:
        raise _refused([refused.sentence]) from refused
    lines, problems = read_lessons(grids)
    if len(lines) > MOST_LINES:
        problems.append(gettext("一次最多导入 %(most)s 行。", most=MOST_LINES))
    found = [] if problems else [_found(line, scope, problems) for line in lines]
    if problems:
        raise _refused(problems)
    reported = sum(
        _report(line, seat, actor) for line, seat in zip(lines, found, strict=True) if seat is not None
    )
    audit.note(session(), gettext("导入讲课统计：%(count)s 条", count=reported))
    return TakenIn(reported, len(lines) - reported)


def _found(line: LessonLine, scope: Scope, problems: list[str]) -> tuple[Instructor, OrgUnit] | None:
    """Whose lesson it is: by name among those in post that day, and by unit where several share the name."""
    seats = list_holders_named(scope, line.name, line.day)
    if len({holder.id for holder, _unit in seats}) > 1:
        seats = [seat for seat in seats if seat[1].name in line.where or seat[1].title in line.where]
    if not seats or len({holder.id for holder, _unit in seats}) > 1:
        told = gettext(
            "第 %(row)s 行：%(day)s 没有任职的“%(name)s”，或有重名。",
            row=line.row,
            day=line.day.isoformat(),
            name=line.name,
        )
        problems.append(told)
        return None
    if line.day > clock.today():
        problems.append(gettext("第 %(row)s 行：%(day)s 还没有到。", row=line.row, day=line.day.isoformat()))
        return None
    return next((s for s in seats if s[1].name in line.where or s[1].title in line.where), seats[0])


def _report(line: LessonLine, seat: tuple[Instructor, OrgUnit], actor: Actor) -> bool:
    holder, unit = seat
    # What the system knows itself, as in a sheet that was exported from it, nobody reports.
    is_known = is_credited(holder.id, line.day) or has_held(holder.id, line.day)
    if is_known or find_report(holder.id, line.day, line.title) is not None:
        return False
    said = reports.Said(
        day=line.day,
        minutes=line.minutes,
        title=line.title,
        class_kind=ClassKind.TRAINING
        if any(w in line.audience for w in TRAINING_WORDS)
        else ClassKind.MEETING,
        place=line.place,
        audience=line.audience,
        heads=line.heads,
        form=line.form,
        note=line.note,
    )
    reports.report(holder, unit, said, actor=actor)
    return True


def _refused(problems: Sequence[str]) -> RuleBroken:
    told = [Violation("line", sentence, "file") for sentence in problems[:MOST_TOLD]]
    if len(problems) > MOST_TOLD:
        rest = gettext("另有 %(n)s 处没有列出。", n=len(problems) - MOST_TOLD)
        told.append(Violation("line", rest, "file"))
    return RuleBroken(gettext("有 %(count)s 处读不出来，什么都没有写入。", count=len(problems)), told)
