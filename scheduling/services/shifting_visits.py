"""Moving a visit on the board of a base: by who asked for it, or by the base itself. Flush only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from flask_babel import gettext

from accounts.access import Actor
from bases.models import TeachingBase
from core import audit, clock
from core.db import session
from core.errors import RuleBroken
from instructor_pool.enums import AnswerSource
from scheduling import notices
from scheduling.enums import BookingState, VisitState
from scheduling.models import Visit
from scheduling.queries.visits import when_of
from scheduling.rules import LIVE
from scheduling.rules.visits import LIVE_VISITS, Wish
from scheduling.services import telling, visiting, waiting
from scheduling.services.places import become, claim, let_go, lock_sites, wish_of
from scheduling.services.shifting import Move, Verdict, grid
from scheduling.services.visiting import Part
from scheduling.snapshots.vacancies import read_vacancies

NOBODY: Collection[str] = ()
OWN_AFFAIR = frozenset({"lead"})
"""How long ahead it must be asked is for the base to say, so the base itself need not keep to it."""


def moves_of(visit: Visit, base: TeachingBase, day: date, waived: Collection[str] = NOBODY) -> list[Move]:
    """Every half hour of the day at every venue of the base, with what stands in the way, in words."""
    _refuse(visit)
    starts = grid(day)
    if visit.start.date() == day:
        starts = tuple(sorted({*starts, visit.start}))
    place = read_vacancies([venue.id for venue in base.venues], day, day).without(visit.id)
    wish = wish_of(visit)
    found = []
    for venue in base.venues:
        for start in starts:
            broken = place.why_not(venue.id, replace(wish, start=start), waived)
            why = gettext("、").join(v.sentence.rstrip("。") for v in broken)
            found.append(Move(venue.id, start, Verdict.NO if why else Verdict.YES, why))
    return found


def _refuse(visit: Visit) -> None:
    if visit.state not in LIVE_VISITS:
        raise RuleBroken(gettext("这次参观%(state)s，不能再改。", state=visit.state.label))
    if visit.start <= clock.now():
        raise RuleBroken(gettext("参观时间已到，不能再改。"))


def _wish_at(visit: Visit, start: datetime) -> Wish:
    return replace(wish_of(visit), start=start)


def move(visit: Visit, start: datetime, venue_id: int, *, actor: Actor, seen: int | None = None) -> None:
    """Another time or venue, by who asks for the unit: the base is asked anew, and the unit is told.

    RuleBroken names each rule in the way, Conflict when it was changed since `seen`.
    """
    _refuse(visit)
    was = when_of(visit)
    visiting.take(visit, [Part(venue_id, _wish_at(visit, start))], actor=actor, seen=seen)
    if visit.asked_by_id != actor.user_id:
        telling.unit_of(visit, notices.visit_shifted(visit, was))


def move_by_base(
    visit: Visit, start: datetime, venue_id: int, *, actor: Actor, seen: int | None = None
) -> None:
    """The same by the base: its yes goes with it, and the unit is told."""
    visit.expect_version(seen)
    _refuse(visit)
    was, freed = when_of(visit), (visit.venue_id, visit.start.date())
    lock_sites([visit.venue_id, venue_id])
    let_go(visit, BookingState.RELEASED)
    wish = _wish_at(visit, start)
    place = read_vacancies([venue_id], start.date(), start.date())
    broken = place.why_not(venue_id, wish, OWN_AFFAIR)
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
    visit.venue, visit.start = place.venues[venue_id], start
    claim(visit, place)
    become(visit, VisitState.CONFIRMED)
    visit.answered_at, visit.answered_by, visit.answer_source = clock.now(), actor.name, AnswerSource.SELF
    for booking in visit.bookings:
        if booking.state in LIVE:
            booking.state = BookingState.CONFIRMED
    session().flush()
    telling.unit_of(visit, notices.visit_shifted(visit, was))
    waiting.move_up([freed])
    audit.note(session(), f"{visit.unit.name} {when_of(visit)}")
