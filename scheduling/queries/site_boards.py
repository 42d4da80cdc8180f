"""The board of places: bases by days, with days they are closed, visits, and the lessons that still lack a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from accounts.access import Scope
from bases.models import TeachingBase, Venue
from bases.rules import BOOKABLE
from core.db import session
from scheduling.enums import ResourceKind, SessionState
from scheduling.models import Booking, Session, TrainingClass
from scheduling.queries.boards import in_sight
from scheduling.queries.classes import HAS_NO_PLACE, IS_LIVE, visible
from scheduling.queries.openings import openings_of
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
from scheduling.rules import LIVE

LESSONS_A_PAGE, FEWEST = 300, 4
"""Lessons that a page of bases holds about, and the fewest bases it has."""


def site_board(scope: Scope, bases: Scope, editable: Scope, view: View) -> PlanBoard:
    """Bases by days: those where classes of `scope` are, or all of `bases` that can be booked; about twenty statements.

    Of lessons of other units only the time shows, of visits how many there are.
    """
    total, page, pages, size = _paged(scope, bases, view)
    rows = _page(scope, bases, replace(view, page=page), size)
    ids = [base.id for base in rows]
    columns = [BoardColumn(day) for day in view.days]
    venues = select(Venue.id).where(Venue.base_id.in_(ids))
    entries = [hidden_from(e, scope) for e in entries_of(Session.venue_id.in_(venues), view, editable)]
    cells: dict[tuple[int, str], list[BoardEntry]] = {}
    for entry in entries:
        if entry.row.venue is not None and entry.row.start is not None:
            cells.setdefault((entry.row.venue.base_id, f"{entry.row.start.date()}"), []).append(entry)
    openings = openings_of(ids, view.first, view.last)
    visits = _visits(ids, view)
    lacking = and_(IS_LIVE, HAS_NO_PLACE, Session.day.between(view.first, view.last))
    waiting, waiting_total = waiting_of(scope, editable, lacking)
    found = [
        BoardRow(
            base.id,
            base.name,
            base.theme.label if base.theme is not None else base.kind.label,
            None,
            {c.key: cells[base.id, c.key] for c in columns if (base.id, c.key) in cells},
            {c.key: why for c in columns if (why := openings[base.id].closed_because(c.day))},
            {
                c.key: gettext("参观 %(n)s 批", n=visits[base.id, c.day])
                for c in columns
                if (base.id, c.day) in visits
            },
        )
        for base in rows
    ]
    mark = mark_of([*entries, *waiting], [(row.id, row.title, row.marks, row.notes) for row in found])
    return PlanBoard("bases", view, columns, found, total, page, pages, waiting, waiting_total, mark)


def page_bases(scope: Scope, bases: Scope, view: View) -> Sequence[TeachingBase]:
    """The bases that the board of a view shows, with their venues."""
    _total, page, _pages, size = _paged(scope, bases, view)
    ids = [base.id for base in _page(scope, bases, replace(view, page=page), size)]
    stmt = select(TeachingBase).where(TeachingBase.id.in_(ids)).options(selectinload(TeachingBase.venues))
    return list(session().scalars(stmt))


def _paged(scope: Scope, bases: Scope, view: View) -> tuple[int, int, int, int]:
    """As for other boards, with fewer rows a page where bases have many lessons a day."""
    first, after = view.moments
    shown = _bases(scope, bases, view)
    ids = shown.with_only_columns(TeachingBase.id).order_by(None)
    lessons = (
        select(func.count(Session.id))
        .join(Venue, Session.venue_id == Venue.id)
        .where(Venue.base_id.in_(ids), Session.start >= first, Session.start < after)
    )
    total, _page_no, _pages, size = paged(shown, view.page, len(view.days))
    few = LESSONS_A_PAGE * total // max(session().scalar(lessons) or 0, 1)
    size = min(size, max(FEWEST, few))
    pages = max(1, -(-total // size))
    return total, max(1, min(view.page, pages)), pages, size


def _page(scope: Scope, bases: Scope, view: View, size: int) -> Sequence[Any]:
    stmt = _bases(scope, bases, view).order_by(TeachingBase.name, TeachingBase.id)
    return session().execute(stmt.offset((view.page - 1) * size).limit(size)).all()


def _bases(scope: Scope, bases: Scope, view: View) -> Select[*tuple[Any, ...]]:
    first, after = view.moments
    used = (
        select(Venue.base_id)
        .join(Session, Session.venue_id == Venue.id)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .where(visible(scope), Session.start >= first, Session.start < after)
        .where(Session.state != SessionState.CANCELLED)
    )
    is_used = TeachingBase.id.in_(used)
    is_ours = and_(in_sight(bases), TeachingBase.state.in_(BOOKABLE))  # type: ignore[arg-type]
    stmt = select(TeachingBase.id, TeachingBase.name, TeachingBase.theme, TeachingBase.kind)
    words = view.words.lower().split()[:MOST_WORDS]
    named = [TeachingBase.search_text.icontains(word, autoescape=True) for word in words]
    return stmt.where(or_(is_used, is_ours) if view.only == "all" else is_used, *named)


def _visits(base_ids: Sequence[int], view: View) -> dict[tuple[int, date], int]:
    """By base and day: parties that come without a lesson."""
    stmt = (
        select(Venue.base_id, Booking.day, func.count(Booking.visit_id.distinct()))
        .join(Venue, Booking.resource_id == Venue.id)
        .where(Booking.kind == ResourceKind.VENUE, Venue.base_id.in_(base_ids))
        .where(Booking.visit_id.is_not(None), Booking.state.in_(LIVE))
        .where(Booking.day.between(view.first, view.last))
        .group_by(Venue.base_id, Booking.day)
    )
    return {(base_id, day): count for base_id, day, count in session().execute(stmt)}
