"""Bookings follow when two files of one person are merged. Flush only."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from accounts.access import Actor
from accounts.models import OrgUnit
from core.db import session
from core.when import day_text
from core.words import N_
from instructor_pool.models import Instructor
from instructor_pool.rules.terms import term_problem
from instructor_pool.services.merging import Follower
from scheduling.enums import LoanState, ResourceKind
from scheduling.models import Booking, Loan, Session, TrainingClass
from scheduling.queries.loans import is_other_unit
from scheduling.rules import LIVE

_IS_PERSON = Booking.kind == ResourceKind.INSTRUCTOR


def _count(closed_id: int) -> int:
    stmt = select(func.count()).select_from(Booking).where(_IS_PERSON, Booking.resource_id == closed_id)
    return session().scalar(stmt) or 0


def _refusals(kept: Instructor, closed: Instructor) -> list[str]:
    """One person cannot be in two places: bookings of both at one time have to be settled first."""
    other = aliased(Booking)
    stmt = (
        select(Booking.day)
        .join(other, (other.day == Booking.day) & (other.kind == Booking.kind))
        .where(
            _IS_PERSON,
            Booking.resource_id == kept.id,
            other.resource_id == closed.id,
            Booking.state.in_(LIVE),
            other.state.in_(LIVE),
            Booking.from_unit < other.to_unit,
            other.from_unit < Booking.to_unit,
        )
    )
    days = sorted(set(session().scalars(stmt)))
    clashing = [
        gettext("%(day)s 两份档案在同一时间都有课，请先改派其中一节。", day=day_text(day, year=True))
        for day in days
    ]
    return clashing + _outside(kept, closed) + _not_lent(kept, closed)


def _outside(kept: Instructor, closed: Instructor) -> list[str]:
    """Live bookings that the database would not let the kept file have: out of the pool, out of its term."""
    stmt = select(Booking.day).where(_IS_PERSON, Booking.resource_id == closed.id, Booking.state.in_(LIVE))
    days = sorted({day for day in session().scalars(stmt) if term_problem(kept, day) is not None})
    if not days:
        return []
    sentence = gettext(
        "右边 %(day)s 等 %(n)s 天的授课预约不在保留一份的聘期内，请先续聘，或左右对换。",
        day=day_text(days[0], year=True),
        n=len(days),
    )
    return [sentence]


def _not_lent(kept: Instructor, closed: Instructor) -> list[str]:
    """Live bookings in plans that the kept file's unit has not lent it to."""
    plan = aliased(OrgUnit)
    stmt = (
        select(Booking, plan.path)
        .join(Booking.session)
        .join(Session.training_class)
        .join(plan, TrainingClass.owner_id == plan.id)
        .outerjoin(Loan, (Booking.loan_id == Loan.id) & (Loan.state == LoanState.APPROVED))
        .where(_IS_PERSON, Booking.resource_id == closed.id, Booking.state.in_(LIVE), Loan.id.is_(None))
    )
    rows = session().execute(stmt)
    count = sum(is_other_unit(kept.owner.path, path) for _booking, path in rows)
    if not count:
        return []
    facts = {"unit": kept.owner.name, "n": count}
    return [gettext("保留的一份由%(unit)s管理，右边有 %(n)s 节课没有借用它，请左右对换。", **facts)]


def _follow(kept: Instructor, closed: Instructor, _actor: Actor) -> None:
    mine = (_IS_PERSON, Booking.resource_id == closed.id)
    session().execute(update(Booking).where(*mine).values(resource_id=kept.id))


BOOKINGS = Follower(N_("授课预约"), _count, _refusals, _follow)
