"""Units that visited the base of the demo's manager this spring, and those that want to come: a visit in every state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from accounts.access import Actor
from accounts.enums import Level
from accounts.models import OrgUnit
from app.demo.cast import Cast, at
from bases.enums import BaseResourceKind
from bases.models import TeachingBase, Venue
from bases.services import resources
from bases.services.resources import Stock
from core.db import session, transaction
from scheduling.enums import CheckInSource, Rhythm
from scheduling.models import Booking, Visit
from scheduling.rules.visits import Wish
from scheduling.services import receiving, recurring, visiting
from scheduling.services.visiting import About, Part
from scheduling.snapshots.vacancies import read_vacancies

TODAY = 26
"""People of the visit that is expected today."""
CAME = ((3, 9, 28), (3, 18, 45), (3, 30, 36), (4, 7, 50), (4, 15, 22), (4, 20, 40), (4, 28, 48), (5, 6, 33))
"""Month, day and people of the visits that came."""
MISSED = (4, 22, 30)
THEMES = ("重温入党誓词", "主题党日", "廉政教育", "支部联学", "青年干部现场学习")
ABOUT = About("主题党日", "支部共建", "闵联络", "13905370012", "讲解员一名")
LONG_BEFORE, DAY = timedelta(days=30), timedelta(days=1)


def visit(cast: Cast, now: datetime) -> None:
    """Eight visits came and one did not; now one comes tomorrow, others wait for the base, for a place, or for another day."""
    venue_id = _venue(cast)
    with transaction():
        base = session().get_one(Venue, venue_id).base
        lent = (BaseResourceKind.COACH, BaseResourceKind.MICROPHONE_SET)
        resources.set_stock(base, {kind: Stock(1) for kind in lent}, actor=cast.actor("manager"))
    towns = _towns(cast)
    for n, (month, day, people) in enumerate((*CAME, MISSED)):
        _past(
            cast, Part(venue_id, Wish(datetime(now.year, month, day), 90, people)), towns[n % len(towns)], n
        )
    _confirmed(cast, Part(venue_id, Wish(now, 90, TODAY)), towns[0])
    with at(now):
        _coming(cast, venue_id, towns, now.date())


def _venue(cast: Cast) -> int:
    """The largest venue of the base that the demo's manager keeps."""
    manager = session().scalars(
        select(TeachingBase).where(TeachingBase.manager_id.is_not(None)).order_by(TeachingBase.id)
    )
    ids = [base.id for base in manager]
    stmt = select(Venue.id).where(Venue.base_id.in_(ids), Venue.is_closed.is_(False))
    return session().scalars(stmt.order_by(Venue.capacity.desc(), Venue.id)).first() or 0


def _towns(cast: Cast) -> list[int]:
    path = cast.county.path
    stmt = select(OrgUnit.id).where(
        OrgUnit.level == Level.TOWNSHIP, OrgUnit.path >= path, OrgUnit.path < path + "~"
    )
    return list(session().scalars(stmt.order_by(OrgUnit.id).limit(5)))


def _free(part: Part, first: date) -> Iterator[Part]:
    """The first free time of each day from `first` on; parties that the venue cannot take as one come smaller."""
    place = read_vacancies([part.venue_id], first, first + LONG_BEFORE)
    most = place.venues[part.venue_id].capacity
    wish = Wish(part.wish.start, part.wish.minutes, min(part.wish.people, most))
    for n in range(LONG_BEFORE.days):
        start = next(place.free_starts(part.venue_id, first + n * DAY, wish), None)
        if start is not None:
            yield Part(part.venue_id, Wish(start, wish.minutes, wish.people))


def _with_sets(part: Part) -> Part:
    """The same with a coach and a microphone set, where the base lends them."""
    there = session().get_one(Venue, part.venue_id).base.resources
    wanted = (BaseResourceKind.COACH, BaseResourceKind.MICROPHONE_SET)
    needs = {found.kind: 1 for found in there if found.kind in wanted and found.count}
    return replace(part, wish=replace(part.wish, needs=needs))


def _ask(cast: Cast, part: Part, unit_id: int, *, wait: bool = False, actor: Actor | None = None) -> int:
    unit = session().get_one(OrgUnit, unit_id)
    about = About(THEMES[unit_id % len(THEMES)], "支部共建", "办公室", "0537-6820100")
    [made] = visiting.ask(unit, [part], about, actor=actor or cast.actor("organiser"), wait=wait)
    return made.id


def _confirmed(cast: Cast, like: Part, unit_id: int) -> tuple[int, Part] | None:
    """Asked for a month before and confirmed the day after; None when nothing was free."""
    asked = datetime.combine(like.wish.start.date() - LONG_BEFORE, datetime.min.time().replace(hour=9))
    with at(asked), transaction():
        part = next(_free(like, like.wish.start.date()), None)
        if part is None:
            return None
        visit_id = _ask(cast, part, unit_id)
    with at(asked + DAY), transaction():
        receiving.confirm(session().get_one(Visit, visit_id), actor=cast.actor("manager"))
    return visit_id, part


def _past(cast: Cast, like: Part, unit_id: int, n: int) -> None:
    """There on the day, but for the last."""
    found = _confirmed(cast, like, unit_id)
    if found is None:
        return
    visit_id, part = found
    if n == len(CAME):
        with at(part.wish.end + DAY), transaction():
            receiving.mark_no_show(session().get_one(Visit, visit_id), actor=cast.actor("manager"))
        return
    with at(part.wish.start), transaction():
        row = session().get_one(Visit, visit_id)
        booking = session().get_one(Booking, row.bookings[0].id)
        came = max(1, part.wish.people - n)
        receiving.check_in(booking, came, actor=cast.actor("manager"), source=CheckInSource.CODE)


def _coming(cast: Cast, venue_id: int, towns: list[int], today: date) -> None:
    contact, manager = cast.actor("contact"), cast.actor("manager")
    home = contact.grants[0].path
    with transaction():
        ours = session().scalars(select(OrgUnit).where(OrgUnit.path == home)).one()
        like = Part(venue_id, Wish(datetime.combine(today, datetime.min.time()), 90, 35))
        times = list(_free(like, today + DAY))
        confirmed = _ask(cast, times[0], towns[1])
        _ask(cast, _with_sets(times[1]), ours.id, actor=contact)
        refused = _ask(cast, times[2], ours.id, actor=contact)
        while True:
            try:
                _ask(cast, times[3], towns[2])
            except visiting.Full:
                break
        _ask(cast, times[3], ours.id, actor=contact, wait=True)
        _ask(cast, times[3], towns[3], wait=True)
    with transaction():
        receiving.confirm(session().get_one(Visit, confirmed), actor=manager)
        receiving.decline(session().get_one(Visit, refused), "展厅布展，当天不开放", actor=manager)
    with transaction():
        ours = session().scalars(select(OrgUnit).where(OrgUnit.path == home)).one()
        weekly = (Rhythm.WEEKLY, times[5].wish.start.date() + timedelta(weeks=6))
        recurring.ask_series(ours, times[5], ABOUT, weekly, actor=contact)
