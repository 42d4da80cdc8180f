"""The day board of a base: its venues by time, the working plan and what people were told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.models import TeachingBase, Venue
from core.db import session
from core.errors import NotFound
from scheduling.enums import BookingState, ResourceKind, SessionState
from scheduling.models import Booking, Session, TrainingClass, Visit
from scheduling.queries.bookings import moments_of
from scheduling.queries.openings import CLOSES, OPENS, Units, openings_of, percent
from scheduling.rules import LIVE, MINUTES_PER_UNIT, units_of
from scheduling.rules.needs import taken_units
from scheduling.rules.visits import LIVE_VISITS

NOTHING = Scope()
SLOT = 2
"""Quarter hours of a free cell: sessions are put down on the half hour."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A session or a visit at a venue, by quarter hours of the day."""

    venue_id: int
    first: int
    after: int
    title: str
    party: str
    people: int
    start: datetime
    end: datetime
    session_id: int | None = None
    visit_id: int | None = None
    booking_id: int | None = None
    version: int = 0
    state: str = ""
    tone: str = "idle"
    note: str = ""
    may_open: bool = False
    may_move: bool = False
    is_tied: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a board: which plans and whose visits they may move, which visits they may open.

    The manager of the base sees what was told, not what is planned, and moves every visit.
    """

    plans: Scope = NOTHING
    asks: Scope = NOTHING
    sees: Scope = NOTHING
    keeps: Scope = NOTHING
    is_manager: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """Some quarter hours of a lane: an entry, or free, or closed."""

    first: int
    span: int
    entry: Entry | None = None
    is_closed: bool = False

    @property
    def is_target(self) -> bool:
        """Whether a session may begin here: sessions are put down on the half hour."""
        return self.entry is None and self.first % SLOT == 0

    @property
    def start(self) -> str:
        """`08:30`, as the browser sends it back."""
        return f"{self.first // 4:02d}:{self.first % 4 * MINUTES_PER_UNIT:02d}"


@dataclass(frozen=True, slots=True)
class Lane:
    """One party's row of a venue; a shared venue has several."""

    venue: Venue
    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class DayBoard:
    """A base on a day. `hours` are the columns, four quarters each."""

    base: TeachingBase
    day: date
    hours: Sequence[int]
    lanes: Sequence[Lane]
    entries: Sequence[Entry]
    closed_because: str
    percent: int


def get_base(scope: Scope, base_id: int) -> TeachingBase:
    """A base of the register, or one that stands in the scope's townships."""
    return _base(TeachingBase.id == base_id, in_sight(scope))


def get_own_base(user_id: int | None, base_id: int) -> TeachingBase:
    """A base this account manages."""
    return _base(TeachingBase.id == base_id, TeachingBase.manager_id == user_id)


def in_sight(scope: Scope) -> object:
    units = select(OrgUnit.id).where(scope.clause(OrgUnit.path))
    return or_(TeachingBase.owner_id.in_(units), TeachingBase.town_id.in_(units))


def _base(*conditions: object) -> TeachingBase:
    stmt = select(TeachingBase).where(*conditions).options(joinedload(TeachingBase.venues))  # type: ignore[arg-type]
    found = session().scalars(stmt).unique().first()
    if found is None:
        raise NotFound(gettext("没有这个基地，或不在您的管理范围内。"))
    return found


def day_board(base: TeachingBase, day: date, reader: Reader, now: datetime) -> DayBoard:
    """The venues of a base on a day: the working plan, and what people were told where that differs.

    Sessions and visits that are still to come may be moved by whoever plans or asks for them.
    """
    venues = sorted((v for v in base.venues), key=lambda v: (v.is_closed, v.name, v.id))
    ids = [venue.id for venue in venues]
    planned = [] if reader.is_manager else _planned(ids, day)
    entries = [_of_plan(row, reader.plans, now) for row in planned]
    shown = {(row.id, row.venue_id, row.start) for row in planned}
    bookings = _bookings(ids, day)
    entries += [_of_booking(b, base, reader, now) for b in bookings if not _is_shown(b, shown)]
    openings = openings_of([base.id], day, day)[base.id]
    open_ = openings.units(day)
    first = min([OPENS, *(e.first for e in entries), *(s[0] for s in open_)]) // 4 * 4
    after = -(-max([CLOSES, *(e.after for e in entries), *(s[1] for s in open_)]) // 4) * 4
    lanes = [
        Lane(venue, n, cells)
        for venue in venues
        for n, cells in enumerate(_lanes(venue, entries, (first, after), [] if venue.is_closed else open_), 1)
    ]
    groups = sum(venue.groups for venue in venues if not venue.is_closed)
    taken = sum(b.to_unit - b.from_unit for b in bookings)
    return DayBoard(
        base=base,
        day=day,
        hours=range(first // 4, after // 4),
        lanes=lanes,
        entries=sorted(entries, key=lambda e: (e.first, e.venue_id)),
        closed_because=openings.closed_because(day),
        percent=percent(taken, openings.length(day) * groups),
    )


def _planned(venue_ids: Sequence[int], day: date) -> list[Session]:
    midnight = datetime.combine(day, time())
    stmt = (
        select(Session)
        .where(
            Session.venue_id.in_(venue_ids),
            Session.start >= midnight,
            Session.start < midnight + timedelta(days=1),
            Session.state != SessionState.CANCELLED,
        )
        .options(
            joinedload(Session.training_class).joinedload(TrainingClass.owner),
            joinedload(Session.instructor),
            joinedload(Session.package_order),
            joinedload(Session.venue),
        )
        .order_by(Session.start, Session.id)
    )
    return list(session().scalars(stmt))


def _bookings(venue_ids: Sequence[int], day: date) -> list[Booking]:
    stmt = select(Booking).where(
        Booking.kind == ResourceKind.VENUE,
        Booking.resource_id.in_(venue_ids),
        Booking.day == day,
        Booking.state.in_(LIVE),
    )
    parties = (
        joinedload(Booking.session).joinedload(Session.training_class),
        joinedload(Booking.session).joinedload(Session.package_order),
        joinedload(Booking.visit).joinedload(Visit.unit),
    )
    return list(session().scalars(stmt.options(*parties).order_by(Booking.from_unit, Booking.id)))


def _is_shown(booking: Booking, shown: set[tuple[int, int | None, datetime | None]]) -> bool:
    row = booking.session
    return row is not None and (row.id, booking.resource_id, row.told_start) in shown


_TONES = {SessionState.PLANNED: "warn", SessionState.PUBLISHED: "ok", SessionState.HELD: "idle"}


def _of_plan(row: Session, editable: Scope, now: datetime) -> Entry:
    klass = row.training_class
    start = row.start or now
    venue = row.venue
    kept = (0, 0) if venue is None else (venue.minutes_before, venue.minutes_after)
    taken = taken_units(*units_of(start, row.minutes), *kept)
    is_changed = row.state is SessionState.PUBLISHED and not row.is_told
    return Entry(
        venue_id=row.venue_id or 0,
        first=taken.from_unit,
        after=taken.to_unit,
        title=row.course_name,
        party=klass.name,
        people=row.people,
        start=start,
        end=row.end or start,
        session_id=row.id,
        version=row.version,
        state=gettext("有未发布改动") if is_changed else row.state.label,
        tone="info" if is_changed else _TONES[row.state],
        note=" · ".join(filter(None, (row.instructor.name if row.instructor else "", _kept_text(*kept)))),
        may_move=row.is_live and start > now and editable.covers(klass.owner.path),
        is_tied=row.package_order_id is not None,
    )


def _kept_text(before: int, after: int) -> str:
    """What the venue is kept free around a party, which the board shows as part of it."""
    if not before and not after:
        return ""
    return gettext("前留 %(before)s 分钟，后留 %(after)s 分钟", before=before, after=after)


def _of_booking(booking: Booking, base: TeachingBase, reader: Reader, now: datetime) -> Entry:
    """A visit, or what people were told of a session whose plan has moved on since."""
    start, end = moments_of(booking)
    party, visit = booking.party, booking.visit
    before, after = (units * MINUTES_PER_UNIT for units in (booking.units_before, booking.units_after))
    is_changed = visit is None and not reader.is_manager
    return Entry(
        venue_id=booking.resource_id,
        first=booking.from_unit,
        after=booking.to_unit,
        title=party.title,
        party=party.name,
        people=party.people,
        start=start,
        end=end,
        visit_id=booking.visit_id,
        booking_id=booking.id,
        version=0 if visit is None else visit.version,
        state=booking.state.label,
        tone="ok" if booking.state is BookingState.CONFIRMED and not is_changed else "info",
        note=gettext("已通知，计划有改动") if is_changed else _kept_text(before, after),
        may_open=visit is not None
        and (reader.sees.covers(visit.unit.path) or reader.keeps.covers(base.owner.path)),
        may_move=visit is not None
        and visit.state in LIVE_VISITS
        and visit.start > now
        and (reader.is_manager or reader.asks.covers(visit.unit.path)),
    )


def _lanes(venue: Venue, entries: Iterable[Entry], hours: Units, open_: Sequence[Units]) -> list[list[Cell]]:
    """The entries of a venue put into as few rows as it takes parties at once; more only when it is overfull."""
    rows: list[list[Entry]] = [[] for _ in range(venue.groups)]
    for entry in sorted((e for e in entries if e.venue_id == venue.id), key=lambda e: (e.first, e.after)):
        row = next((r for r in rows if not r or r[-1].after <= entry.first), None)
        if row is None:
            row = []
            rows.append(row)
        row.append(entry)
    return [_cells(row, hours, open_) for row in rows]


def _cells(entries: Sequence[Entry], hours: Units, open_: Sequence[Units]) -> list[Cell]:
    found: list[Cell] = []
    at, waiting = hours[0], list(entries)
    edges = {edge for span in open_ for edge in span}
    while at < hours[1]:
        if waiting and waiting[0].first <= at:
            entry = waiting.pop(0)
            found.append(Cell(at, max(1, entry.after - at), entry))
            at = max(at + 1, entry.after)
            continue
        until = min(
            [
                at // SLOT * SLOT + SLOT,
                hours[1],
                *(e.first for e in waiting[:1]),
                *(x for x in edges if x > at),
            ]
        )
        is_open = any(first <= at and until <= after for first, after in open_)
        found.append(Cell(at, until - at, None, not is_open))
        at = until
    return found
