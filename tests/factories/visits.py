"""Visits on the small county, made by the services as its contact would."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from accounts.models import OrgUnit
from bases.models import TeachingBase
from core.db import session, transaction
from scheduling.enums import BookingState, ResourceKind, Rhythm, VisitState
from scheduling.models import Booking, Visit, VisitSeries
from scheduling.rules.visits import Wish
from scheduling.services import visiting
from scheduling.services.site_codes import make_code
from scheduling.services.visiting import About, Part
from tests.factories.county import County

MUSEUM = "红色纪念馆"
"""Takes two groups of 80 at once, weekdays 8:00 to 18:00."""
TUESDAY = datetime(2027, 5, 18, 9, 0)
ABOUT = About("重温入党誓词", "主题党日", "李联络", "13800001234", "讲解员一名")


def part(county: County, **wish: Any) -> Part:
    """A place and time at the museum."""
    usual: dict[str, Any] = {"start": TUESDAY, "minutes": 90, "people": 40, "groups": 1}
    return Part(county.venues[MUSEUM], Wish(**(usual | wish)))


def asked(county: County, *, wait: bool = False, unit: str = "东镇", **wish: Any) -> int:
    """Ask for a visit in a transaction of its own; its id."""
    with transaction():
        [visit] = visiting.ask(
            county.unit(unit), [part(county, **wish)], ABOUT, actor=county.actor("contact"), wait=wait
        )
        return visit.id


def the(visit_id: int) -> Visit:
    """The row as the database has it."""
    return session().get_one(Visit, visit_id, populate_existing=True)


def make_visits(owner: OrgUnit, base: TeachingBase) -> dict[str, int | str]:
    """A recurring visit of the unit itself at its base, and a code for one that is expected."""
    asked_at, day = datetime(2027, 5, 10, 9, 0), date(2027, 6, 21)
    usual: dict[str, Any] = {"rhythm": Rhythm.WEEKLY, "asked_at": asked_at, "asked_by": "test"}
    series = VisitSeries(unit_id=owner.id, first_day=day, until=day, skipped=[], **usual)
    visit = Visit(
        unit_id=owner.id,
        venue=base.venues[0],
        series=series,
        theme="主题",
        start=datetime(2027, 6, 21, 14, 0),
        minutes=60,
        people=5,
        contact_name="联络员",
        state=VisitState.HELD,
        asked_at=asked_at,
        asked_by="test",
        answer_by=datetime(2027, 6, 1),
    )
    held: dict[str, Any] = {"kind": ResourceKind.VENUE, "resource_id": base.venues[0].id, "day": day}
    booking = Booking(
        visit=visit, from_unit=56, to_unit=60, state=BookingState.HELD, asked_at=asked_at, **held
    )
    session().add_all([series, visit, booking])
    session().flush()
    code = make_code(booking.id)
    return {"visit_id": visit.id, "series_id": series.id, "code:check-in": code}
