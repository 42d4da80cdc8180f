"""Classes: who may see them, the list with what each lacks, and those ready to publish."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table
from courses.enums import Method
from scheduling.enums import BookingState, ClassState, SessionState, Tier
from scheduling.models import Booking, ScheduleVersion, Session, TrainingClass
from scheduling.rules import Progress, class_state

LIVE = (SessionState.PLANNED, SessionState.PUBLISHED)
TONES = {
    ClassState.EMPTY: "idle",
    ClassState.UNPLANNED: "bad",
    ClassState.PARTLY: "warn",
    ClassState.COMPLETE: "info",
    ClassState.CHANGED: "warn",
    ClassState.PUBLISHED: "ok",
    ClassState.HELD: "idle",
}


def units_within(scope: Scope) -> Select[int]:
    """Ids of the units a scope covers."""
    return select(OrgUnit.id).where(scope.clause(OrgUnit.path))


def visible(scope: Scope) -> ColumnElement[bool]:
    """Classes the level plans, and those it hosts."""
    if scope.everything:
        return true()
    units = units_within(scope)
    return or_(TrainingClass.owner_id.in_(units), TrainingClass.host_id.in_(units))


def planned_by(scope: Scope) -> ColumnElement[bool]:
    """Classes the level plans itself: only these may it change."""
    return true() if scope.everything else TrainingClass.owner_id.in_(units_within(scope))


def get_class(scope: Scope, class_id: int) -> TrainingClass:
    """A class inside the scope, to look at."""
    return _one(select(TrainingClass).where(TrainingClass.id == class_id, visible(scope)))


def get_own_class(scope: Scope, class_id: int) -> TrainingClass:
    """A class planned inside the scope, to change."""
    return _one(select(TrainingClass).where(TrainingClass.id == class_id, planned_by(scope)))


def _one(stmt: Select[TrainingClass]) -> TrainingClass:
    found = session().scalar(
        stmt.options(
            joinedload(TrainingClass.owner),
            joinedload(TrainingClass.town),
            joinedload(TrainingClass.main_base),
        )
    )
    if found is None:
        raise NotFound(gettext("没有这个班次，或不在您的管理范围内。"))
    return found


def find_class(owner_id: int, year: int, number: str) -> TrainingClass | None:
    """The class with this number in the plan of a level and year."""
    return session().scalar(select(TrainingClass).filter_by(owner_id=owner_id, year=year, number=number))


def find_session(class_id: int, position: int) -> Session | None:
    """The session at this place of a class."""
    return session().scalar(select(Session).filter_by(class_id=class_id, position=position))


IS_LIVE = Session.state.in_(LIVE)
# Not IS NULL, which SQLite would look up in an index: a class, some days or a decline leave fewer sessions than nobody's do.
HAS_NOBODY = func.coalesce(Session.instructor_id, 0) == 0
HAS_NO_PLACE = func.coalesce(Session.venue_id, 0) == 0
LACKS_INSTRUCTOR = and_(HAS_NOBODY, Session.method != Method.ON_SITE)
IS_INCOMPLETE = or_(Session.start.is_(None), HAS_NO_PLACE, LACKS_INSTRUCTOR)
IS_UNTOUCHED = and_(Session.start.is_(None), HAS_NO_PLACE, HAS_NOBODY)
IS_UNTOLD = or_(
    Session.state == SessionState.PLANNED,
    Session.start.is_distinct_from(Session.told_start),
    Session.instructor_id.is_distinct_from(Session.told_instructor_id),
    Session.venue_id.is_distinct_from(Session.told_venue_id),
    Session.class_hours.is_distinct_from(Session.told_hours),
    Session.course_name != Session.told_course_name,
)
"""SQL twin of `not Session.is_told` for live sessions."""


def _count(*conditions: ColumnElement[bool]) -> Any:
    stmt = select(func.count()).select_from(Session).where(Session.class_id == TrainingClass.id, *conditions)
    return stmt.correlate(TrainingClass).scalar_subquery()


def _waiting() -> Any:
    stmt = (
        select(func.count())
        .select_from(Booking)
        .join(Session, Booking.session_id == Session.id)
        .where(Session.class_id == TrainingClass.id, IS_LIVE, Booking.state == BookingState.HELD)
    )
    return stmt.correlate(TrainingClass).scalar_subquery()


COUNTS = {
    "sessions": _count(Session.state != SessionState.CANCELLED),
    "held": _count(Session.state == SessionState.HELD),
    "lacking": _count(IS_LIVE, IS_INCOMPLETE),
    "untouched": _count(IS_LIVE, IS_UNTOUCHED),
    "published": _count(Session.state == SessionState.PUBLISHED),
    "changed": _count(IS_LIVE, ~IS_INCOMPLETE, IS_UNTOLD),
    "no_start": _count(IS_LIVE, Session.start.is_(None)),
    "no_instructor": _count(IS_LIVE, LACKS_INSTRUCTOR),
    "no_venue": _count(IS_LIVE, HAS_NO_PLACE),
    "waiting": _waiting(),
}


def progress_of(row: Any) -> Progress:
    """The counts of one row of the list."""
    return Progress(row.sessions, row.held, row.lacking, row.untouched, row.published, row.changed)


def _state_badge(row: Any) -> Badge:
    state = class_state(progress_of(row))
    return Badge(state.label, TONES[state])  # type: ignore[arg-type]


def lacks_text(row: Any) -> str:
    """`缺讲师 2 · 待答复 1` for one row of the list."""
    found = (
        (row.no_start, gettext("未定时间")),
        (row.no_instructor, gettext("缺讲师")),
        (row.no_venue, gettext("缺地点")),
        (row.waiting, gettext("待答复")),
    )
    return " · ".join(f"{word} {count}" for count, word in found if count)


def _has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Session.class_id == TrainingClass.id, *conditions)


def _in_state(stmt: Any, value: str) -> Any:
    """The SQL twin of `rules.class_state`."""
    any_session = _has(Session.state != SessionState.CANCELLED)
    live, told = _has(IS_LIVE), _has(Session.state.in_((SessionState.PUBLISHED, SessionState.HELD)))
    untold, lacking = _has(IS_LIVE, ~IS_INCOMPLETE, IS_UNTOLD), _has(IS_LIVE, IS_INCOMPLETE)
    touched = _has(IS_LIVE, ~IS_UNTOUCHED)
    changed = and_(live, untold, told)
    rest = and_(live, ~and_(untold, told))
    conditions: dict[str, Any] = {
        ClassState.EMPTY: ~any_session,
        ClassState.HELD: and_(any_session, ~live),
        ClassState.CHANGED: changed,
        ClassState.UNPLANNED: and_(rest, ~touched),
        ClassState.PARTLY: and_(rest, touched, lacking),
        ClassState.COMPLETE: and_(rest, touched, ~lacking, untold),
        ClassState.PUBLISHED: and_(rest, touched, ~lacking, ~untold),
    }
    return stmt.where(conditions[ClassState(value)])


def _lack_choices() -> list[tuple[str, str]]:
    return [
        ("instructor", gettext("缺讲师")),
        ("venue", gettext("缺地点")),
        ("start", gettext("未定时间")),
        ("answer", gettext("待答复")),
    ]


def _lacking(stmt: Any, value: str) -> Any:
    asked = exists().where(Booking.session_id == Session.id, Booking.state == BookingState.HELD)
    conditions: dict[str, ColumnElement[bool]] = {
        "instructor": LACKS_INSTRUCTOR,
        "venue": Session.venue_id.is_(None),
        "start": Session.start.is_(None),
        "answer": asked,
    }
    return stmt.where(_has(IS_LIVE, conditions[value]))


TODAY = bindparam("today", callable_=clock.today, type_=Date())
STILL_TO_COME_FIRST = case((TrainingClass.ends_on < TODAY, "1"), else_="0") + cast(
    TrainingClass.starts_on, String
)
"""Order of work: what is not over yet by date, then what is."""

CLASSES: Table[Any] = Table(
    name="classes",
    title=lazy_gettext("班次"),
    columns=[
        Column(
            "number",
            lazy_gettext("班次"),
            lambda r: r.TrainingClass.name,
            sort=TrainingClass.number,
            note=lambda r: r.TrainingClass.number,
            width=34,
        ),
        Column("state", lazy_gettext("排课情况"), _state_badge, sort=STILL_TO_COME_FIRST, kind="badge"),
        Column("lacks", lazy_gettext("还缺"), lacks_text),
        Column(
            "from",
            lazy_gettext("开始日期"),
            lambda r: r.TrainingClass.starts_on,
            sort=TrainingClass.starts_on,
            kind="date",
        ),
        Column(
            "to",
            lazy_gettext("结束日期"),
            lambda r: r.TrainingClass.ends_on,
            sort=TrainingClass.ends_on,
            kind="date",
            default=False,
        ),
        Column(
            "host",
            lazy_gettext("主办单位"),
            lambda r: r.TrainingClass.host_name,
            sort=TrainingClass.host_name,
        ),
        Column(
            "tier", lazy_gettext("培训层级"), lambda r: r.TrainingClass.tier.label, sort=TrainingClass.tier
        ),
        Column(
            "size",
            lazy_gettext("人数"),
            lambda r: r.TrainingClass.size,
            sort=TrainingClass.size,
            kind="number",
        ),
        Column("sessions", lazy_gettext("课次"), lambda r: r.sessions, kind="number"),
        Column(
            "version",
            lazy_gettext("发布版次"),
            lambda r: r.TrainingClass.published_version or None,
            kind="number",
            default=False,
        ),
    ],
    filters=[
        Filter("state", lazy_gettext("排课情况"), _in_state, ClassState.choices),
        Filter("lack", lazy_gettext("还缺"), _lacking, _lack_choices),
        Filter(
            "month",
            lazy_gettext("月份"),
            lambda stmt, v: stmt.where(extract("month", TrainingClass.starts_on) == int(v)),
            lambda: [(str(m), gettext("%(month)s月", month=m)) for m in range(1, 13)],
        ),
        Filter(
            "tier",
            lazy_gettext("培训层级"),
            lambda stmt, v: stmt.where(TrainingClass.tier == Tier(v)),
            Tier.choices,
        ),
        Filter(
            "host",
            lazy_gettext("主办单位"),
            lambda stmt, v: stmt.where(TrainingClass.host_name.icontains(v, autoescape=True)),
        ),
        Filter(
            "year",
            lazy_gettext("年度"),
            lambda stmt, v: stmt.where(TrainingClass.year == int(v)),
            lambda: [(str(y), str(y)) for y in range(clock.today().year + 1, clock.today().year - 4, -1)],
        ),
    ],
    search=TrainingClass.search_text,
    search_hint=lazy_gettext("搜索班次、编号、拼音首字母"),
    default_sort="state",
    row_url=lambda r: f"/scheduling/classes/{r.TrainingClass.id}",
    row_key=lambda r: r.TrainingClass.id,
)


def classes_table(scope: Scope) -> BoundTable[Any]:
    """The classes inside the scope with what each still lacks."""
    columns = [count.label(name) for name, count in COUNTS.items()]
    return CLASSES.bind(session(), select(TrainingClass, *columns).where(visible(scope)))


def list_classes(scope: Scope, class_ids: Iterable[int]) -> list[TrainingClass]:
    """The classes with these ids that the scope may change, in the order of their dates."""
    ids = sorted(set(class_ids))
    stmt = select(TrainingClass).where(TrainingClass.id.in_(ids), planned_by(scope))
    return list(session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id)))


def list_ready(scope: Scope, limit: int = 200) -> list[Any]:
    """Rows of classes still to come that have something complete to publish: class and counts."""
    columns = [count.label(name) for name, count in COUNTS.items()]
    stmt = (
        select(TrainingClass, *columns)
        .where(
            planned_by(scope),
            TrainingClass.ends_on >= clock.today(),
            _has(IS_LIVE, ~IS_INCOMPLETE, IS_UNTOLD),
        )
        .order_by(TrainingClass.starts_on, TrainingClass.id)
        .limit(limit)
    )
    return list(session().execute(stmt))


def count_ready(scope: Scope) -> int:
    """How many classes `list_ready` could show."""
    # From the live sessions to their classes: few sessions are live, and each class would be asked for its own.
    ready = select(Session.class_id).where(IS_LIVE, ~IS_INCOMPLETE, IS_UNTOLD)
    stmt = select(func.count()).select_from(TrainingClass).where(TrainingClass.id.in_(ready))
    return session().scalar(stmt.where(planned_by(scope), TrainingClass.ends_on >= clock.today())) or 0


def count_gaps(scope: Scope, first: date, last: date) -> tuple[int, int]:
    """Classes and sessions from `first` to `last` that lack a lecturer."""
    stmt = (
        select(func.count(Session.class_id.distinct()), func.count())
        .select_from(Session)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        # Live, said so that the index over days serves it: thirty days leave fewer sessions than the state.
        .where(
            planned_by(scope), Session.state.not_in([state for state in SessionState if state not in LIVE])
        )
        .where(LACKS_INSTRUCTOR, Session.day.between(first, last))
    )
    row = session().execute(stmt).one()
    return row[0], row[1]


def list_versions(class_id: int) -> list[ScheduleVersion]:
    """What was published when, newest first."""
    stmt = (
        select(ScheduleVersion)
        .where(ScheduleVersion.class_id == class_id)
        .order_by(ScheduleVersion.number.desc())
    )
    return list(session().scalars(stmt))


def may_edit(scope: Scope, klass: TrainingClass) -> bool:
    """Whether a visible class is also planned inside the scope."""
    return scope.covers(klass.owner.path)


def search(scope: Scope, words: str, limit: int = 20) -> list[TrainingClass]:
    """Classes whose number, name, host, pinyin or initials hold every word; those to come first."""
    stmt = select(TrainingClass).where(visible(scope))
    for word in words.split()[:5]:
        stmt = stmt.where(TrainingClass.search_text.icontains(word, autoescape=True))
    return list(session().scalars(stmt.order_by(STILL_TO_COME_FIRST, TrainingClass.id).limit(limit)))
