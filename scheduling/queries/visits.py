"""Visits: one of them, the lists, the waiting list of a venue, and how a unit keeps what it books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager, joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.models import Closure, TeachingBase, Venue
from bases.rules import BOOKABLE
from core import clock
from core.db import count_to, session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from core.todo import MOST
from core.when import span_text
from scheduling.enums import VisitState
from scheduling.models import Booking, OutsideHours, Visit, VisitSeries
from scheduling.queries.beyond_stock import is_beyond_stock
from scheduling.rules import LIVE
from scheduling.rules.visits import LIVE_VISITS, OPEN, Record

TONES: Mapping[VisitState, Tone] = {
    VisitState.WAITING: "info",
    VisitState.HELD: "warn",
    VisitState.CONFIRMED: "ok",
    VisitState.DECLINED: "bad",
    VisitState.RELEASED: "bad",
    VisitState.ARRIVED: "ok",
    VisitState.NO_SHOW: "bad",
}
YEAR = timedelta(days=365)
LATE = timedelta(days=1)
MOST_UNITS = 500
_KEPT = aliased(Visit)  # made once: SQLAlchemy works out the columns of every new alias anew


_WITH = (
    contains_eager(Visit.unit),
    contains_eager(Visit.venue).contains_eager(Venue.base),
    selectinload(Visit.bookings),
    joinedload(Visit.check_in),
)


def _visits(*conditions: ColumnElement[bool]) -> Select[Visit]:
    return (
        select(Visit).join(Visit.unit).join(Visit.venue).join(Venue.base).where(*conditions).options(*_WITH)
    )


def _one(*conditions: ColumnElement[bool]) -> Visit:
    found = session().scalar(_visits(*conditions))
    if found is None:
        raise NotFound(gettext("没有这次参观，或不在您的管理范围内。"))
    return found


def _kept(scope: Scope) -> ColumnElement[bool]:
    """At bases in the register of the scope."""
    return TeachingBase.owner_id.in_(select(OrgUnit.id).where(scope.clause(OrgUnit.path)))


def get_visit(scope: Scope, visit_id: int) -> Visit:
    """A visit by a unit inside the scope."""
    return _one(Visit.id == visit_id, scope.clause(OrgUnit.path))


def get_seen_visit(asks: Scope, keeps: Scope, visit_id: int) -> Visit:
    """A visit by a unit inside one scope, or at a base in the register of the other."""
    return _one(Visit.id == visit_id, or_(asks.clause(OrgUnit.path), _kept(keeps)))


def get_kept_visit(scope: Scope, visit_id: int) -> Visit:
    """A visit at a base in the register of the scope: for organisers who answer on its behalf."""
    return _one(Visit.id == visit_id, _kept(scope))


def get_base_visit(user_id: int | None, visit_id: int) -> Visit:
    """A visit at a base this account manages."""
    return _one(Visit.id == visit_id, TeachingBase.manager_id == user_id)


def list_for_bases(user_id: int, first: date, last: date) -> list[Visit]:
    """Visits that hold time or took place at the bases this account manages, in order of time."""
    states = (*LIVE_VISITS, VisitState.ARRIVED, VisitState.NO_SHOW)
    stmt = _visits(TeachingBase.manager_id == user_id, Visit.state.in_(states), _between(first, last))
    return list(session().scalars(stmt.order_by(Visit.start, Visit.id).limit(300)))


def list_to_confirm(user_id: int) -> list[Visit]:
    """Visits that wait for the answer of the account that manages their base, soonest deadline first."""
    stmt = _visits(TeachingBase.manager_id == user_id, Visit.state == VisitState.HELD)
    return list(session().scalars(stmt.order_by(Visit.answer_by, Visit.id).limit(100)))


def list_of_base(scope: Scope, base_id: int, limit: int = 30) -> list[Visit]:
    """Visits still to come at one base inside the scope."""
    stmt = _visits(Venue.base_id == base_id, _kept(scope), Visit.state.in_(OPEN), Visit.start >= clock.now())
    return list(session().scalars(stmt.order_by(Visit.start, Visit.id).limit(limit)))


def _between(first: date, last: date) -> ColumnElement[bool]:
    return Visit.start.between(datetime.combine(first, time()), datetime.combine(last, time.max))


def list_waiting(venue_id: int, day: date, limit: int = 50) -> list[Visit]:
    """Who waits for a place at a venue on a day, in the order they asked."""
    stmt = _visits(Visit.venue_id == venue_id, Visit.state == VisitState.WAITING, _between(day, day))
    return list(session().scalars(stmt.order_by(Visit.asked_at, Visit.id).limit(limit)))


def place_in_line(visit: Visit) -> int:
    """1 for whoever moves up first of those who wait for that venue on that day."""
    ahead = or_(Visit.asked_at < visit.asked_at, and_(Visit.asked_at == visit.asked_at, Visit.id < visit.id))
    day = visit.start.date()
    stmt = select(func.count()).select_from(Visit)
    stmt = stmt.where(Visit.venue_id == visit.venue_id, Visit.state == VisitState.WAITING, _between(day, day))
    return (session().scalar(stmt.where(ahead)) or 0) + 1


def waiting_days(limit: int = 100) -> list[tuple[int, date]]:
    """Venues and days for which somebody waits."""
    stmt = select(Visit.venue_id, Visit.start).where(
        Visit.state == VisitState.WAITING, Visit.start > clock.now()
    )
    rows = session().execute(stmt.order_by(Visit.start, Visit.id).limit(limit))
    return sorted({(venue_id, start.date()) for venue_id, start in rows})


def list_due(state: VisitState, moment: ColumnElement[bool], limit: int = 200) -> list[Visit]:
    """Visits of a state for which a moment has come, for the job."""
    return list(
        session().scalars(_visits(Visit.state == state, moment).order_by(Visit.start, Visit.id).limit(limit))
    )


def count_to_confirm(*, user_id: int | None = None, scope: Scope | None = None) -> int:
    """Visits that wait for the answer of a manager, or of the bases in a scope's register, as far as MOST and one more."""
    whose = _kept(scope) if scope is not None else TeachingBase.manager_id == user_id
    rooms = _one_of(Visit.venue_id, select(Venue.id).join(Venue.base).where(whose))
    return count_to(MOST, select(Visit.id).where(rooms, Visit.state == VisitState.HELD))


def count_refused(scope: Scope) -> int:
    """Visits to come of units inside the scope that were declined or released, as far as MOST and one more.

    Another time may be taken for them.
    """
    mine = _one_of(Visit.unit_id, select(OrgUnit.id).where(scope.clause(OrgUnit.path)))
    gone = Visit.state.in_((VisitState.DECLINED, VisitState.RELEASED))
    return count_to(MOST, select(Visit.id).where(mine, gone, Visit.start > clock.now()))


def record_of(unit_id: int) -> Record:
    """How the unit kept its visits of the last twelve months."""
    now = clock.now()
    stmt = select(Visit.state, Visit.start, Visit.ended_at).where(
        Visit.unit_id == unit_id,
        Visit.start.between(now - YEAR, now),
        Visit.state.in_((VisitState.ARRIVED, VisitState.NO_SHOW, VisitState.WITHDRAWN)),
    )
    rows = session().execute(stmt.limit(2000)).all()
    late = [
        1
        for state, start, ended in rows
        if state is VisitState.WITHDRAWN and ended is not None and start - ended < LATE
    ]
    came = sum(state is VisitState.ARRIVED for state, _start, _ended in rows)
    return Record(came, sum(state is VisitState.NO_SHOW for state, _s, _e in rows), len(late))


def stopped() -> ColumnElement[bool]:
    """Visits to come that their base can no longer take: closed then, out of use, not bookable any more, open at other
    times by now, or short of what they asked for.

    Begins from the few bases and bookings concerned, or each question is asked of all that is still to come.
    """
    unusable = or_(Venue.is_closed.is_(True), TeachingBase.state.not_in(sorted(BOOKABLE)))
    shut = Closure.base_id == Venue.base_id
    closing = select(Venue.id).join(Closure, shut).where(Closure.last_day >= clock.today())
    day, after = func.date(Visit.start), Visit.start > clock.now()
    few = union(
        select(Visit.id).where(Visit.venue_id.in_(select(Venue.id).join(Venue.base).where(unusable)), after),
        select(Visit.id)
        .join(Visit.venue)
        .join(Closure, shut)
        .where(Visit.venue_id.in_(closing), after, Closure.first_day <= day, day <= Closure.last_day),
        select(Booking.visit_id).where(
            Booking.id.in_(select(OutsideHours.booking_id)), Booking.state.in_(LIVE)
        ),
        select(Booking.visit_id).where(is_beyond_stock()),
    ).subquery()
    return Visit.id.in_(
        select(few.c.id)
        .join(_KEPT, _KEPT.id == few.c.id)
        .where(_KEPT.state.in_(LIVE_VISITS), _KEPT.start > clock.now())
    )


def is_short(visit: Visit) -> bool:
    """Whether its base has not enough any more of what it booked."""
    stmt = select(Booking.id).where(Booking.visit_id == visit.id, is_beyond_stock())
    return session().scalar(stmt.limit(1)) is not None


def count_stopped(scope: Scope) -> int:
    """Those of units inside the scope: they have to go elsewhere."""
    stmt = select(func.count()).select_from(Visit).join(Visit.unit).join(Visit.venue).join(Venue.base)
    return session().scalar(stmt.where(scope.clause(OrgUnit.path), stopped())) or 0


def list_stopped(asks: Scope, keeps: Scope, base_id: int | None = None, limit: int = 100) -> list[Visit]:
    """Those by units inside one scope or at bases in the register of the other, the soonest first."""
    seen = or_(asks.clause(OrgUnit.path), _kept(keeps))
    at = true() if base_id is None else TeachingBase.id == base_id
    return list(session().scalars(_visits(stopped(), seen, at).order_by(Visit.start, Visit.id).limit(limit)))


def list_coming_at(base_id: int, limit: int = 500) -> list[Visit]:
    """Visits to come at a base, whoever asked: to be told when it stops."""
    stmt = _visits(Venue.base_id == base_id, Visit.state.in_(OPEN), Visit.start > clock.now())
    return list(session().scalars(stmt.order_by(Visit.start, Visit.id).limit(limit)))


def get_series(scope: Scope, series_id: int) -> VisitSeries:
    """A recurring visit by a unit inside the scope, with its visits."""
    stmt = (
        select(VisitSeries)
        .join(VisitSeries.unit)
        .where(VisitSeries.id == series_id, scope.clause(OrgUnit.path))
        .options(selectinload(VisitSeries.visits).joinedload(Visit.venue).joinedload(Venue.base))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这个定期参观，或不在您的管理范围内。"))
    return found


def units_to_visit(scope: Scope) -> list[OrgUnit]:
    """Units of the scope that may visit, the widest first."""
    stmt = select(OrgUnit).where(scope.clause(OrgUnit.path))
    return list(session().scalars(stmt.order_by(func.length(OrgUnit.path), OrgUnit.id).limit(MOST_UNITS)))


def state_badge(visit: Visit) -> Badge:
    """The state in words and colour."""
    return Badge(visit.state.label, TONES.get(visit.state, "idle"))


def when_of(visit: Visit) -> str:
    """`3月1日 周一 上午 8:30–10:00`."""
    return span_text(visit.start, visit.end)


def _of_bases(word: str) -> ColumnElement[bool]:
    """Begins from the bases a word means, which are few beside the visits."""
    named = TeachingBase.search_text.icontains(word, autoescape=True)
    return Visit.venue_id.in_(select(Venue.id).join(Venue.base).where(named))


def _states() -> list[tuple[str, str]]:
    return [(state.value, str(state.label)) for state in VisitState]


TABLE: Table[Visit] = Table(
    name="visits",
    title=lazy_gettext("参观预约"),
    columns=[
        Column("start", lazy_gettext("时间"), when_of, sort=Visit.start, note=lambda v: v.theme),
        Column("unit", lazy_gettext("来访单位"), lambda v: v.unit.name, sort=OrgUnit.name),
        Column(
            "base",
            lazy_gettext("基地"),
            lambda v: v.venue.base.name,
            sort=TeachingBase.name,
            note=lambda v: None if v.venue.name == v.venue.base.name else v.venue.name,
        ),
        Column("people", lazy_gettext("人数"), lambda v: v.people, sort=Visit.people, kind="number"),
        Column("groups", lazy_gettext("批数"), lambda v: v.groups, sort=Visit.groups, kind="number"),
        Column("state", lazy_gettext("状态"), state_badge, sort=Visit.state, kind="badge"),
        Column(
            "came",
            lazy_gettext("实到"),
            lambda v: v.check_in.people if v.check_in else None,
            kind="number",
            default=False,
        ),
        Column("contact", lazy_gettext("联系人"), lambda v: v.contact_name, default=False),
        Column(
            "asked",
            lazy_gettext("申请日期"),
            lambda v: v.asked_at.date(),
            sort=Visit.asked_at,
            kind="date",
            default=False,
        ),
    ],
    filters=[
        Filter("state", lazy_gettext("状态"), lambda s, v: s.where(Visit.state == VisitState(v)), _states),
        Filter(
            "gone",
            lazy_gettext("没有约成"),
            lambda s, _v: s.where(
                Visit.state.in_((VisitState.DECLINED, VisitState.RELEASED)), Visit.start > clock.now()
            ),
            [("1", lazy_gettext("可以另选的"))],
        ),
        Filter(
            "stopped",
            lazy_gettext("要改地方"),
            lambda s, _v: s.where(stopped()),
            [("1", lazy_gettext("基地闭馆或停用"))],
        ),
        Filter(
            "from",
            lazy_gettext("不早于"),
            lambda s, v: s.where(Visit.start >= datetime.combine(date.fromisoformat(v), time())),
            kind="date",
        ),
        Filter(
            "until",
            lazy_gettext("不晚于"),
            lambda s, v: s.where(Visit.start <= datetime.combine(date.fromisoformat(v), time.max)),
            kind="date",
        ),
    ],
    search=_of_bases,
    search_hint=lazy_gettext("搜索基地、主管单位、拼音首字母"),
    default_sort="-start",
    row_url=lambda v: url_for("visits.show", visit_id=v.id),
    joins=lambda s: s.outerjoin(Visit.unit).outerjoin(Visit.venue).outerjoin(Venue.base),
)


def visits_table(asks: Scope, keeps: Scope) -> BoundTable[Visit]:
    """Visits by units inside one scope, and those at bases in the register of the other.

    Whose they are is asked of the visit alone, so that the database counts and orders a province's visits from one wide
    index, and looks at unit, venue and base of the few that are shown.
    """
    units = select(OrgUnit.id).where(asks.clause(OrgUnit.path))
    rooms = select(Venue.id).join(Venue.base).where(_kept(keeps))
    mine = or_(_one_of(Visit.unit_id, units), _one_of(Visit.venue_id, rooms))
    return TABLE.bind(session(), select(Visit).where(mine).options(*_WITH))


def _one_of(column: InstrumentedAttribute[int], wanted: Select[int]) -> ColumnElement[bool]:
    """Not served by an index over that column, which would fetch most visits row by row."""
    return func.coalesce(column, 0).in_(wanted)
