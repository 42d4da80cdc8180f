"""The board of people: instructors by days, with what they cannot do and the lessons that still lack somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, and_, or_, select

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.when import hours_text
from instructor_pool.enums import Grade, PoolState
from instructor_pool.models import Instructor
from instructor_pool.queries import unavailable
from instructor_pool.rules.calendars import Away
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.classes import IS_LIVE, LACKS_INSTRUCTOR, visible
from scheduling.queries.plan_boards import (
    MOST_WORDS,
    BoardColumn,
    BoardEntry,
    BoardRow,
    PlanBoard,
    View,
    entries_of,
    hidden_from,
    mark_of,
    paged,
    waiting_of,
)

TEACHING = (PoolState.APPOINTED, PoolState.RENEWAL_DUE)


def staff_board(scope: Scope, pool: Scope, editable: Scope, view: View) -> PlanBoard:
    """Instructors by days: those of `pool` and those who teach the classes of `scope`; about twelve statements.

    What they teach elsewhere shows as taken, and no more of it.
    """
    total, page, pages, size = paged(_people(scope, pool, view), view.page, len(view.days))
    people = people_of(scope, pool, replace(view, page=page), size)
    ids = [person.id for person in people]
    columns = [BoardColumn(day) for day in view.days]
    cells: dict[tuple[int, str], list[BoardEntry]] = {}
    entries = [hidden_from(e, scope) for e in entries_of(Session.instructor_id.in_(ids), view, editable)]
    for entry in entries:
        start = entry.row.start or view.moments[0]
        cells.setdefault((entry.row.instructor_id or 0, f"{start.date()}"), []).append(entry)
    away = unavailable(Instructor.id.in_(ids), *view.moments)
    lacking = and_(IS_LIVE, LACKS_INSTRUCTOR, Session.day.between(view.first, view.last))
    waiting, waiting_total = waiting_of(scope, editable, lacking)
    rows = [
        BoardRow(
            person.id,
            person.name,
            " ".join(filter(None, (person.work_unit, person.post_title))),
            None,
            {c.key: cells[person.id, c.key] for c in columns if (person.id, c.key) in cells},
            _marks(away.get(person.id, ()), view),
        )
        for person in people
    ]
    mark = mark_of([*entries, *waiting], [(row.id, row.title, row.marks) for row in rows])
    return PlanBoard("instructors", view, columns, rows, total, page, pages, waiting, waiting_total, mark)


def people_of(scope: Scope, pool: Scope, view: View, size: int) -> Sequence[Any]:
    """The people of one page, by name."""
    stmt = _people(scope, pool, view).order_by(Instructor.name_pinyin, Instructor.id)
    return session().execute(stmt.offset((view.page - 1) * size).limit(size)).all()


def page_ids(scope: Scope, pool: Scope, view: View) -> list[int]:
    """Whom the board of a view shows."""
    _total, page, _pages, size = paged(_people(scope, pool, view), view.page, len(view.days))
    return [person.id for person in people_of(scope, pool, replace(view, page=page), size)]


def _people(scope: Scope, pool: Scope, view: View) -> Select[*tuple[Any, ...]]:
    first, after = view.moments
    units = select(OrgUnit.id).where(pool.clause(OrgUnit.path))
    teaches = (
        select(Session.instructor_id)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .where(visible(scope), Session.start >= first, Session.start < after)
        .where(Session.state != SessionState.CANCELLED, Session.instructor_id.is_not(None))
    )
    columns = (Instructor.id, Instructor.name, Instructor.work_unit, Instructor.post_title)
    stmt = select(*columns)
    if view.only == "all":
        is_ours = and_(Instructor.owner_id.in_(units), Instructor.state.in_(TEACHING))
        stmt = stmt.where(or_(is_ours, Instructor.id.in_(teaches)))
    else:
        stmt = stmt.where(Instructor.id.in_(teaches))
    words = view.words.lower().split()[:MOST_WORDS]
    return stmt.where(*(Instructor.search_text.icontains(word, autoescape=True) for word in words))


def _marks(away: Sequence[Away], view: View) -> Mapping[str, str]:
    """By day: when somebody cannot teach, or would rather not."""
    found: dict[str, str] = {}
    for day, text in (part for stretch in away for part in _by_day(stretch, view)):
        found[f"{day}"] = f"{found[f'{day}']}、{text}" if f"{day}" in found else text
    return found


def _by_day(stretch: Away, view: View) -> Iterator[tuple[date, str]]:
    word = gettext("不能授课") if stretch.grade is Grade.CANNOT else gettext("不便授课")
    first, after = view.moments
    begin, end = max(stretch.starts, first), min(stretch.ends, after)
    while begin < end:
        midnight = datetime.combine(begin.date() + timedelta(days=1), datetime.min.time())
        until = min(end, midnight)
        is_whole = until - begin >= timedelta(hours=12)
        yield begin.date(), word if is_whole else f"{word} {hours_text(begin, until)}"
        begin = until
