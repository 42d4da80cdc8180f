"""When bases are open: everything that decides it, read in a bounded number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, time

from flask_babel import gettext
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from bases.models import Closure, OpeningHours, OpeningSeason, SpecialHours, TeachingBase
from bases.rules.opening import OpenDay, Opening, Season, Special, open_on
from core.calendars import calendar_of
from core.db import session
from core.errors import NotFound

Times = list[tuple[time, time]]


def openings_of(base_ids: Collection[int], first: date, last: date) -> dict[int, Opening]:
    """By base: when it is open from one day to another."""
    return openings_where(TeachingBase.id.in_(sorted(base_ids)), first, last)


def openings_where(which: ColumnElement[bool], first: date, last: date) -> dict[int, Opening]:
    """The same for every base that meets a condition; five statements whatever their number."""
    flags = select(TeachingBase.id, TeachingBase.closed_on_holidays, TeachingBase.make_up_as_monday)
    bases = session().execute(flags.where(which)).all()
    mine = select(TeachingBase.id).where(which).scalar_subquery()
    week: dict[int, dict[int, Times]] = defaultdict(lambda: defaultdict(list))
    columns = (OpeningHours.base_id, OpeningHours.weekday, OpeningHours.opens, OpeningHours.closes)
    hours = select(*columns).where(OpeningHours.base_id.in_(mine)).order_by(OpeningHours.opens)
    for base_id, weekday, opens, closes in session().execute(hours):
        week[base_id][weekday].append((opens, closes))
    seasons: dict[int, list[Season]] = defaultdict(list)
    yearly = select(OpeningSeason).where(OpeningSeason.base_id.in_(mine)).order_by(OpeningSeason.begins)
    for season in session().scalars(yearly.options(selectinload(OpeningSeason.hours))):
        seasons[season.base_id].append(_season(season))
    specials: dict[int, dict[date, Special]] = defaultdict(dict)
    single = select(SpecialHours).where(SpecialHours.base_id.in_(mine), SpecialHours.day.between(first, last))
    for day in session().scalars(single.order_by(SpecialHours.opens)):
        before = specials[day.base_id].get(day.day, Special((), day.reason))
        specials[day.base_id][day.day] = Special((*before.hours, (day.opens, day.closes)), day.reason)
    closures: dict[int, list[tuple[date, date, str]]] = defaultdict(list)
    shut = select(Closure).where(
        Closure.base_id.in_(mine), Closure.first_day <= last, Closure.last_day >= first
    )
    for closure in session().scalars(shut):
        closures[closure.base_id].append((closure.first_day, closure.last_day, closure.reason))
    return {
        base_id: Opening(
            week=week.get(base_id, {}),
            seasons=seasons.get(base_id, ()),
            specials=specials.get(base_id, {}),
            closures=closures.get(base_id, ()),
            closed_on_holidays=closed_on_holidays,
            make_up_as_monday=make_up_as_monday,
        )
        for base_id, closed_on_holidays, make_up_as_monday in bases
    }


def _season(row: OpeningSeason) -> Season:
    week: dict[int, Times] = defaultdict(list)
    for hours in row.hours:
        week[hours.weekday].append((hours.opens, hours.closes))
    return Season(row.name, row.begins, row.ends, week)


def open_day(base_id: int, day: date) -> OpenDay:
    """When one base is open on one day, and why."""
    return open_on(openings_of([base_id], day, day)[base_id], day, calendar_of([day.year]))


def list_seasons(base_id: int) -> list[OpeningSeason]:
    """The seasons of a base, in the order of the year."""
    stmt = select(OpeningSeason).where(OpeningSeason.base_id == base_id).order_by(OpeningSeason.begins)
    return list(session().scalars(stmt.options(selectinload(OpeningSeason.hours))))


def get_season(base: TeachingBase, season_id: int) -> OpeningSeason:
    """A season of the base."""
    found = next((season for season in list_seasons(base.id) if season.id == season_id), None)
    if found is None:
        raise NotFound(gettext("没有这个季节。"))
    return found


def list_specials(base_id: int, first: date, last: date) -> list[SpecialHours]:
    """Days with times of their own, by day and hour."""
    stmt = select(SpecialHours).where(SpecialHours.base_id == base_id, SpecialHours.day.between(first, last))
    return list(session().scalars(stmt.order_by(SpecialHours.day, SpecialHours.opens)))
