"""Of the bases of a large plan those that matter to one session: near its class, wished for, or with a room in use.

A province has thousands of bases, and somebody who places one session looks at twenty rooms. What a session is far from costs
more the farther it is, so the nearest are the cheapest; those that are wished for come first.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, Row, case, or_, select

from accounts.models import OrgUnit
from bases.enums import BaseKind
from bases.models import TeachingBase, Venue
from bases.rules import BOOKABLE
from core.db import among, session
from courses.enums import Method
from scheduling.models import Session
from scheduling.snapshots.nearby import Near

MOST_BASES = 100


def near_sites(
    which: ColumnElement[bool], near: Near, rows: Iterable[Row[*tuple[Any, ...]]]
) -> ColumnElement[bool]:
    """Of the bases that meet a condition those near a session, and those with rooms that `rows` have or the hand asks about."""
    row = session().get_one(Session, near.session_id)
    rooms = {row.wanted_venue_id, *(near.hand.venues or ())}
    for other in rows:
        rooms |= {other.venue_id, other.told_venue_id}
    of_rooms = select(Venue.base_id).where(among(Venue.id, [room for room in rooms if room is not None]))
    known = [base for base in (row.wanted_base_id, row.training_class.main_base_id) if base is not None]
    mine = [
        TeachingBase.id.in_(of_rooms),
        among(TeachingBase.id, known),
        TeachingBase.id.in_(_nearest(which, row)),
    ]
    ids = session().scalars(select(TeachingBase.id).where(which, or_(*mine)))
    return among(TeachingBase.id, ids)


def _nearest(which: ColumnElement[bool], row: Session) -> Any:
    """Bases that can be booked: of the theme that is wished for, of the right kind, the nearest first."""
    klass = row.training_class
    home = klass.main_base or klass.town or klass.owner
    latitude, longitude = home.latitude or 0.0, home.longitude or 0.0
    # A base without a place of its own stands in its township.
    own = TeachingBase.latitude.is_not(None) & TeachingBase.longitude.is_not(None)
    north = case((own, TeachingBase.latitude), else_=OrgUnit.latitude) - latitude
    east = (case((own, TeachingBase.longitude), else_=OrgUnit.longitude) - longitude) * cos(radians(latitude))
    is_wrong = (TeachingBase.kind == BaseKind.PRACTICE_POINT) != (row.method is Method.ON_SITE)
    order: list[Any] = [is_wrong, north * north + east * east, TeachingBase.id]
    if row.wanted_theme is not None:
        order.insert(0, TeachingBase.theme.is_distinct_from(row.wanted_theme))
    bookable = select(TeachingBase.id).outerjoin(OrgUnit, TeachingBase.town_id == OrgUnit.id)
    return bookable.where(which, TeachingBase.state.in_(sorted(BOOKABLE))).order_by(*order).limit(MOST_BASES)
