"""The month board: bases by days, with how much of their open time is booked."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext
from sqlalchemy import func, select

from accounts.access import Scope
from bases.models import TeachingBase, Venue
from core.db import session
from core.excel import Sheet, SheetColumn
from scheduling.enums import ResourceKind
from scheduling.models import Booking
from scheduling.queries.boards import in_sight
from scheduling.queries.openings import openings_of, percent
from scheduling.rules import LIVE

BASES_A_PAGE = 50
BUSY, FULL = 50, 85
"""Percent of the open time from which a day is shown as busy, and as nearly full."""


@dataclass(frozen=True, slots=True)
class BaseDay:
    """How much is booked at a base on a day."""

    day: date
    count: int
    percent: int
    closed_because: str

    @property
    def level(self) -> str:
        """The step of the legend."""
        if self.closed_because and not self.count:
            return "closed"
        if not self.count:
            return "free"
        return "full" if self.percent >= FULL else "busy" if self.percent >= BUSY else "some"


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A base with its days."""

    base_id: int
    name: str
    note: str
    days: Sequence[BaseDay]
    total: int


@dataclass(frozen=True, slots=True)
class MonthBoard:
    """One page of bases over the days of a month."""

    first: date
    days: Sequence[date]
    rows: Sequence[MonthRow]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // BASES_A_PAGE))


def month_board(scope: Scope, first: date, words: str, page: int) -> MonthBoard:
    """The bases in sight, a page of them by name, with what is booked on each day of the month.

    Seven statements whatever the number of bases and bookings.
    """
    last = first.replace(day=monthrange(first.year, first.month)[1])
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    where = [in_sight(scope)]
    where += [TeachingBase.search_text.icontains(word, autoescape=True) for word in words.split()[:5]]
    total = session().scalar(select(func.count()).select_from(TeachingBase).where(*where)) or 0  # type: ignore[arg-type]
    page = max(1, min(page, -(-total // BASES_A_PAGE)))
    stmt = select(TeachingBase.id, TeachingBase.name, TeachingBase.theme, TeachingBase.kind).where(*where)  # type: ignore[arg-type]
    stmt = stmt.order_by(TeachingBase.name, TeachingBase.id).limit(BASES_A_PAGE)
    bases = session().execute(stmt.offset((page - 1) * BASES_A_PAGE)).all()
    ids = [base.id for base in bases]
    groups = _groups(ids)
    openings = openings_of(ids, first, last)
    booked = _booked(ids, first, last)

    def one(base_id: int, day: date) -> BaseDay:
        count, units = booked.get((base_id, day), (0, 0))
        open_ = openings[base_id]
        share = percent(units, open_.length(day) * groups.get(base_id, 0)) if count else 0
        return BaseDay(day, count, share, open_.closed_because(day))

    rows = []
    for base in bases:
        mine = [one(base.id, day) for day in days]
        note = base.theme.label if base.theme is not None else base.kind.label
        rows.append(MonthRow(base.id, base.name, note, mine, sum(day.count for day in mine)))
    return MonthBoard(first, days, rows, total, page)


def legend() -> list[tuple[str, str]]:
    """The steps a day of the month board may have, in words."""
    return [
        ("free", gettext("空闲")),
        ("some", gettext("不到 %(n)s%%", n=BUSY)),
        ("busy", gettext("%(from)s%% 到 %(to)s%%", **{"from": BUSY, "to": FULL})),
        ("full", gettext("%(n)s%% 以上", n=FULL)),
        ("closed", gettext("不开放")),
    ]


def month_sheet(board: MonthBoard) -> Sheet:
    """The page of the month board as it is shown."""
    heading = [SheetColumn(gettext("基地"), width=24), SheetColumn(gettext("主题或类型"), width=14)]
    days = [SheetColumn(f"{day.month}-{day.day}", width=8) for day in board.days]
    return Sheet(
        name=f"{board.first:%Y-%m}",
        title=gettext("基地预约月表 %(month)s", month=f"{board.first:%Y-%m}"),
        note=gettext("每格：预约数(已占开放时间)"),
        columns=[*heading, *days, SheetColumn(gettext("合计"), "number", 8)],
        rows=[[row.name, row.note, *(_said(day) for day in row.days), row.total] for row in board.rows],
    )


def _said(day: BaseDay) -> str:
    return f"{day.count} ({day.percent}%)" if day.count else day.closed_because


def _groups(base_ids: Sequence[int]) -> dict[int, int]:
    """By base: how many parties its venues in use take at once."""
    stmt = select(Venue.base_id, func.sum(Venue.groups)).where(
        Venue.base_id.in_(base_ids), Venue.is_closed.is_(False)
    )
    return {base_id: int(count) for base_id, count in session().execute(stmt.group_by(Venue.base_id))}


def _booked(base_ids: Sequence[int], first: date, last: date) -> dict[tuple[int, date], tuple[int, int]]:
    """By base and day: live bookings of its venues, and their quarter hours."""
    venues = select(Venue.id, Venue.base_id).where(Venue.base_id.in_(base_ids))
    base_of = {venue_id: base_id for venue_id, base_id in session().execute(venues)}
    stmt = select(
        Booking.resource_id, Booking.day, func.count(), func.sum(Booking.to_unit - Booking.from_unit)
    ).where(
        Booking.kind == ResourceKind.VENUE,
        Booking.resource_id.in_(base_of),
        Booking.day.between(first, last),
        Booking.state.in_(LIVE),
    )
    found: dict[tuple[int, date], tuple[int, int]] = {}
    for venue_id, day, count, units in session().execute(stmt.group_by(Booking.resource_id, Booking.day)):
        before = found.get((base_of[venue_id], day), (0, 0))
        found[base_of[venue_id], day] = (before[0] + count, before[1] + int(units))
    return found
