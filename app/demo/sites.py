"""What the demo's bases lend and when they are open: seasons, a day of its own, guides, coaches, buffers."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import select

from app.demo.cast import Cast
from bases.enums import BaseKind, BaseResourceKind
from bases.models import TeachingBase
from bases.services import opening, resources, venues
from bases.services.opening import Limits, SeasonFields
from bases.services.resources import Stock
from bases.services.venues import VenueFields
from core.db import session, transaction

SUMMER = [
    (day, opens, closes)
    for day in range(6)
    for opens, closes in ((time(8), time(12)), (time(14, 30), time(18, 30)))
]


def equip(cast: Cast) -> None:
    """The first practice points have a summer of their own, lend more than guides, and need time between parties."""
    with transaction():
        actor = cast.actor("organiser")
        stmt = select(TeachingBase).where(TeachingBase.kind == BaseKind.PRACTICE_POINT)
        for n, base in enumerate(session().scalars(stmt.order_by(TeachingBase.id).limit(3))):
            stock = {
                BaseResourceKind.GUIDE: Stock(max(base.guides, 2)),
                BaseResourceKind.COACH: Stock(1, "45 座", minutes_before=30, minutes_after=30),
                BaseResourceKind.PROJECTOR: Stock(2, "", 1, date(2027, 5, 10), date(2027, 5, 31)),
                BaseResourceKind.MICROPHONE_SET: Stock(3),
            }
            resources.set_stock(base, stock, actor=actor)
            limits = Limits(closed_on_holidays=n > 0, make_up_as_monday=True)
            opening.set_limits(base, limits, actor=actor)
            opening.save_season(base, SeasonFields("夏季", 601, 831, SUMMER), actor=actor)
            if n == 0:
                spans = [(time(8, 30), time(16))]
                opening.open_specially(base, date(2027, 10, 1), spans, "国庆升旗，照常开放", actor=actor)
            first = base.venues[0]
            # Some sheets name fewer parties a day than at once.
            a_day = None if first.max_per_day is None else max(first.groups, first.max_per_day)
            after = 15 if n == 0 else 30
            fields = VenueFields(first.name, first.capacity, first.groups, a_day, minutes_after=after)
            venues.amend_venue(first, fields, actor=actor)
