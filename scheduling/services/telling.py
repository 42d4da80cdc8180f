"""Puts messages about bookings into the outbox: to the instructor's or the base manager's account, if any."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import and_, func, select

from bases.models import BaseResource, TeachingBase, Venue
from core import clock
from core.db import session
from instructor_pool.models import Instructor
from notifications import services as notifications
from notifications.queries.outbox import kept_values
from scheduling import notices
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session, TrainingClass, Visit
from scheduling.queries.bookings import moments_of, organisers_of
from scheduling.queries.policies import policy_of
from scheduling.rules.answers import answer_by

ANSWER = "answer"
"""Messages about what waits for an answer carry the booking, from which a link is made that answers without sign-in."""


def asked(bookings: Sequence[Booking]) -> int:
    """Tell people of new bookings that wait for their answer; returns how many were told.

    Where the level looks through its messages first, the time to answer begins when they are sent.
    """
    count = _tell(bookings, notices.assigned)
    for owner_id in {booking.lesson.training_class.owner_id for booking in bookings}:
        kept = kept_values(owner_id, ANSWER)
        waits_to_be_asked([booking.id for booking in bookings if booking.id in kept])
    return count


def waits_to_be_asked(booking_ids: Collection[int]) -> None:
    """Nobody has heard of these bookings yet: no deadline runs."""
    for booking in _still_to_answer(booking_ids):
        booking.answer_by = None
    session().flush()


def asked_now(booking_ids: Collection[int]) -> None:
    """The messages that ask for an answer go out: the deadline runs from now on."""
    now = clock.now()
    for booking in _still_to_answer(booking_ids):
        policy = policy_of(booking.lesson.training_class.owner_id)
        booking.asked_at, booking.reminders = now, 0
        booking.answer_by = answer_by(now, moments_of(booking)[0], policy)
    session().flush()


def _still_to_answer(booking_ids: Collection[int]) -> Sequence[Booking]:
    stmt = select(Booking).where(Booking.id.in_(booking_ids), Booking.state == BookingState.HELD)
    return session().scalars(stmt).all()


def changed(bookings: Sequence[Booking]) -> int:
    """Tell people whose booking stands that course or place are others now."""
    return _tell(bookings, notices.changed)


def withdrawn(bookings: Sequence[Booking], reason: str = "") -> int:
    """Tell people that their booking no longer stands."""
    return _tell(bookings, lambda booking: notices.withdrawn(booking, reason))


def reminded(bookings: Sequence[Booking], compose: Callable[[Booking], notices.Notice]) -> int:
    """Remind people that their answer is waited for; returns how many were told."""
    return _tell(bookings, compose)


def base_of(visit: Visit, notice: notices.Notice) -> None:
    """Tell the manager of the base that is visited; where it has none, the organisers who keep its file."""
    base = visit.venue.base
    people = [base.manager_id] if base.manager_id is not None else organisers_of(base.owner_id)
    for user_id in people:
        notifications.queue(user_id, notice.kind, notice.title, notice.body, notice.url)


def unit_of(visit: Visit, notice: notices.Notice) -> None:
    """Tell whoever asked for the visit."""
    if visit.asked_by_id is not None:
        notifications.queue(visit.asked_by_id, notice.kind, notice.title, notice.body, notice.url)


def to_move(
    booking_ids: Collection[int],
    to_planners: Callable[[str, int], notices.Notice],
    to_unit: Callable[[Visit], notices.Notice],
) -> None:
    """Bookings a base can no longer serve: one message an organiser of each plan and base, one to whoever asked for a visit."""
    at_venue = and_(Booking.kind == ResourceKind.VENUE, Booking.resource_id == Venue.id)
    of_piece = and_(Booking.kind == ResourceKind.RESOURCE, Booking.resource_id == BaseResource.id)
    planned = (
        select(TrainingClass.owner_id, TeachingBase.name, func.count(Session.id.distinct()))
        .select_from(Booking)
        .join(Booking.session)
        .join(Session.training_class)
        .outerjoin(Venue, at_venue)
        .outerjoin(BaseResource, of_piece)
        .join(TeachingBase, TeachingBase.id == func.coalesce(Venue.base_id, BaseResource.base_id))
        .where(Booking.id.in_(booking_ids))
        .group_by(TrainingClass.owner_id, TeachingBase.id, TeachingBase.name)
    )
    for owner_id, name, count in session().execute(planned):
        notice = to_planners(name, count)
        for user_id in organisers_of(owner_id):
            notifications.queue(user_id, notice.kind, notice.title, notice.body, notice.url)
    held = select(Booking.visit_id).where(Booking.id.in_(booking_ids))
    for visit in session().scalars(select(Visit).where(Visit.id.in_(held)).order_by(Visit.id)):
        unit_of(visit, to_unit(visit))


def _tell(bookings: Sequence[Booking], compose: Callable[[Booking], notices.Notice]) -> int:
    accounts = _accounts(bookings)
    for booking in bookings:
        if booking.id in accounts:
            notice = compose(booking)
            owner_id = booking.lesson.training_class.owner_id
            told = notifications.queue(
                accounts[booking.id], notice.kind, notice.title, notice.body, notice.url, unit_id=owner_id
            )
            if booking.state is BookingState.HELD:
                told.params = {ANSWER: booking.id}
    return len(accounts)


def _accounts(bookings: Sequence[Booking]) -> dict[int, int]:
    """Account to tell, by booking id; those without one are told by the organiser."""
    people = {b.resource_id for b in bookings if b.kind is ResourceKind.INSTRUCTOR}
    rooms = {b.resource_id for b in bookings if b.kind is ResourceKind.VENUE}
    mine = session().execute(select(Instructor.id, Instructor.user_id).where(Instructor.id.in_(people)))
    theirs = session().execute(
        select(Venue.id, TeachingBase.manager_id)
        .join(TeachingBase, Venue.base_id == TeachingBase.id)
        .where(Venue.id.in_(rooms))
    )
    known = {ResourceKind.INSTRUCTOR: {a: b for a, b in mine}, ResourceKind.VENUE: {a: b for a, b in theirs}}
    found = {b.id: known.get(b.kind, {}).get(b.resource_id) for b in bookings}
    return {booking_id: user_id for booking_id, user_id in found.items() if user_id is not None}
