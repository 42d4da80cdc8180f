"""The board of a plan: classes by half-days over any days, with what is still to be placed beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from accounts.access import Scope
from core import clock
from core.audit import AuditRecord
from core.db import session
from core.when import day_text, days_text
from scheduling.enums import HalfDay, SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries.classes import IS_INCOMPLETE, IS_LIVE, planned_by, visible
from scheduling.queries.figures import day_times
from scheduling.queries.sessions import PARTS, Lesson, lessons_of
from scheduling.rules import LONGEST_CLASS

MOST_DAYS = 92
CELLS_A_PAGE = 1_200
FEWEST_ROWS, MOST_ROWS = 8, 40
MOST_WAITING = 40
MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at: a stretch of days, and which rows of it."""

    first: date
    last: date
    words: str = ""
    only: str = ""
    """`open`: rows that lack something; `all`: people and bases without a lesson in these days, too."""
    page: int = 1

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the first midnight to the one after the last day."""
        return datetime.combine(self.first, time()), datetime.combine(self.last + timedelta(days=1), time())


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A day, or half of one."""

    day: date
    half: HalfDay | None = None

    @property
    def key(self) -> str:
        """How a cell names it: `2027-06-07-morning`, `2027-06-07`."""
        return f"{self.day}-{self.half.value}" if self.half else f"{self.day}"

    @property
    def text(self) -> str:
        """`6月7日 周一 上午`."""
        return f"{day_text(self.day)} {self.half.label}" if self.half else day_text(self.day)


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A lesson in a cell, or beside the board. Of other units' lessons only the time is known."""

    lesson: Lesson
    is_hidden: bool = False
    may_move: bool = False

    @property
    def row(self) -> Session:
        """The session."""
        return self.lesson.session


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A class, a person or a base with what stands in each column, by the column's key."""

    id: int
    title: str
    note: str
    days: tuple[date, date] | None
    """A class's own days."""
    cells: Mapping[str, Sequence[BoardEntry]]
    marks: Mapping[str, str]
    """By column: why nothing should stand there."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """By column: what else is there."""


@dataclass(frozen=True, slots=True)
class PlanBoard:
    """One page of rows. `waiting` are the first of those that still have no place on it."""

    kind: str
    view: View
    columns: Sequence[BoardColumn]
    rows: Sequence[BoardRow]
    total: int
    page: int
    pages: int
    waiting: Sequence[BoardEntry]
    waiting_total: int
    mark: str
    """Changes with everything that the board shows."""

    @property
    def is_dense(self) -> bool:
        """Whether there are so many columns that only the course has room."""
        return len(self.columns) > 28


def class_board(scope: Scope, editable: Scope, view: View) -> PlanBoard:
    """Classes by half-days: a page of the classes that meet the view, with the working plan; about ten statements."""
    shown = _classes(scope, view)
    total, page, pages, size = paged(shown, view.page, 2 * len(view.days))
    stmt = shown.options(joinedload(TrainingClass.owner)).order_by(TrainingClass.starts_on, TrainingClass.id)
    classes = list(session().scalars(stmt.offset((page - 1) * size).limit(size)))
    entries = entries_of(Session.class_id.in_([k.id for k in classes]), view, editable)
    times = day_times()
    used = {times.half_day_of(e.row.start) for e in entries if e.row.start}
    halves = [HalfDay.MORNING, HalfDay.AFTERNOON, *({HalfDay.EVENING} & used)]
    columns = [BoardColumn(day, half) for day in view.days for half in halves]
    cells: dict[tuple[int, str], list[BoardEntry]] = {}
    for entry in entries:
        start = entry.row.start or view.moments[0]
        key = BoardColumn(start.date(), times.half_day_of(start)).key
        cells.setdefault((entry.row.class_id, key), []).append(entry)
    waits = and_(IS_LIVE, Session.start.is_(None), Session.day.between(view.first, view.last))
    waiting, waiting_total = waiting_of(scope, editable, and_(waits, *_wanted(view)))
    rows = [
        BoardRow(
            k.id,
            k.name,
            f"{k.number} · {days_text(k.starts_on, k.ends_on)}",
            (k.starts_on, k.ends_on),
            {c.key: cells[k.id, c.key] for c in columns if (k.id, c.key) in cells},
            {},
        )
        for k in classes
    ]
    mark = mark_of([*entries, *waiting], [(row.id, row.title, row.note) for row in rows])
    return PlanBoard("classes", view, columns, rows, total, page, pages, waiting, waiting_total, mark)


def _wanted(view: View) -> list[ColumnElement[bool]]:
    words = view.words.lower().split()[:MOST_WORDS]
    return [TrainingClass.search_text.icontains(word, autoescape=True) for word in words]


def _classes(scope: Scope, view: View) -> Select[TrainingClass]:
    """Classes with a day in the view."""
    stmt = select(TrainingClass).where(
        visible(scope),
        # No class is longer: without it every class of the past would be looked at.
        TrainingClass.starts_on.between(view.first - LONGEST_CLASS, view.last),
        TrainingClass.ends_on >= view.first,
        *_wanted(view),
    )
    if view.only == "open":
        lacking = exists().where(Session.class_id == TrainingClass.id, IS_LIVE, IS_INCOMPLETE)
        stmt = stmt.where(lacking)
    return stmt


def next_day(scope: Scope, view: View) -> date | None:
    """The first day after the view on which a class begins."""
    later = (visible(scope), TrainingClass.starts_on > view.last)
    return session().scalar(select(func.min(TrainingClass.starts_on)).where(*later))


def paged(stmt: Any, page: int, columns: int) -> tuple[int, int, int, int]:
    """How many rows there are, which page of how many is shown, and how many rows a page has."""
    total = session().scalar(select(func.count()).select_from(stmt.order_by(None).subquery())) or 0
    size = max(FEWEST_ROWS, min(MOST_ROWS, CELLS_A_PAGE // max(columns, 1)))
    pages = max(1, -(-total // size))
    return total, max(1, min(page, pages)), pages, size


LOADED = (
    contains_eager(Session.training_class).contains_eager(TrainingClass.owner),
    contains_eager(Session.training_class).joinedload(TrainingClass.host),
)


def _placed(condition: ColumnElement[bool], view: View) -> Select[Session]:
    first, after = view.moments
    return (
        select(Session)
        .join(Session.training_class)
        .join(TrainingClass.owner)
        .where(condition, Session.start >= first, Session.start < after)
        .where(Session.state != SessionState.CANCELLED)
        .options(*PARTS, *LOADED)
        .order_by(Session.start, Session.id)
    )


def _entries(stmt: Select[Session], editable: Scope) -> list[BoardEntry]:
    now = clock.now()
    lessons = lessons_of(list(session().scalars(stmt)))
    return [BoardEntry(x, False, _may_move(x.session, editable, now)) for x in lessons]


def _may_move(row: Session, editable: Scope, now: datetime) -> bool:
    """Whether a hand may put it elsewhere: still to come, planned inside `editable`, no part of a package."""
    is_ahead = row.is_live and (row.start is None or row.start > now)
    return is_ahead and row.package_order_id is None and editable.covers(row.training_class.owner.path)


def entries_of(condition: ColumnElement[bool], view: View, editable: Scope) -> list[BoardEntry]:
    """Lessons of the view that meet a condition, in order of time."""
    return _entries(_placed(condition, view), editable)


def hidden_from(entry: BoardEntry, scope: Scope) -> BoardEntry:
    """The same where its class is in sight; else no more than that the time is taken."""
    klass = entry.row.training_class
    is_seen = scope.covers(klass.owner.path) or (klass.host is not None and scope.covers(klass.host.path))
    return entry if is_seen else replace(entry, is_hidden=True, may_move=False)


def waiting_of(scope: Scope, editable: Scope, condition: ColumnElement[bool]) -> tuple[list[BoardEntry], int]:
    """The first lessons that wait for a place, and how many do."""
    stmt = (
        select(Session)
        .join(Session.training_class)
        .join(TrainingClass.owner)
        .where(planned_by(scope), condition)
    )
    total = session().scalar(select(func.count()).select_from(stmt.subquery())) or 0
    first = stmt.options(*PARTS, *LOADED).order_by(Session.day, Session.class_id, Session.position)
    return _entries(first.limit(MOST_WAITING), editable), total


def mark_of(entries: Sequence[BoardEntry], rest: object = ()) -> str:
    """A short digest of what is shown."""
    seen = [(e.row.id, e.row.version, e.row.training_class.version, e.lesson.lacks) for e in entries]
    return hashlib.sha256(repr((seen, rest)).encode()).hexdigest()[:20]


def last_record() -> int:
    """The number of the last thing that anybody wrote: while it stays, no board has changed."""
    return session().scalar(select(func.max(AuditRecord.id))) or 0


def changed_by(since: int, me: int | None) -> list[str]:
    """Who has changed sessions after a record, by name, the last first."""
    stmt = select(AuditRecord).where(AuditRecord.id > since).order_by(AuditRecord.id.desc()).limit(50)
    names = [
        gettext("您在另一个窗口") if me is not None and record.actor_id == me else record.actor_name
        for record in session().scalars(stmt)
        if any(change.get("table") in ("session", "training_class") for change in record.changes)
    ]
    return list(dict.fromkeys(names))
