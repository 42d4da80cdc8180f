"""Messages in every state, a search for a substitute that goes on, a calendar and a public timetable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, select

from accounts.enums import P
from accounts.models import User
from accounts.queries import actor_of
from app.demo import people
from app.demo.cast import Cast
from core import clock
from core.db import session, transaction
from core.outgoing import NotSent
from instructor_pool.models import Instructor
from notifications.enums import Channel, MessageState
from notifications.jobs import hand_over
from notifications.models import OutboxMessage
from notifications.rules.robots import door
from notifications.services import addresses, outbox, sending
from notifications.services.addresses import Given
from scheduling.enums import BookingState, FeedKind, ResourceKind, SessionState
from scheduling.models import Booking, Session, TrainingClass
from scheduling.queries.bookings import list_declined, list_for_bases
from scheduling.queries.policies import policy_of
from scheduling.rules.answers import AnswerPolicy
from scheduling.services import feeds, policies, substituting, telling

POLICY = AnswerPolicy(wave_size=2, wave_hours=6, freeze_days=1)


def tell(cast: Cast) -> None:
    """Nothing of it leaves the machine: there is no mail server, so what goes by mail is tried again and given up."""
    while hand_over():
        pass  # what was told before anybody had a mailbox
    with transaction():
        policies.set_policy(cast.county, POLICY, actor=cast.actor("organiser"))
        _add_mail(people.user_named("instructor"), "laoshi@example.com")
        _add_mail(people.user_named("organiser"), "zuzhiyuan@example.com")
    _give_up_one(cast)
    _deadlines(cast)
    _look_first(cast)
    _call(cast)
    with transaction():
        feeds.renew(FeedKind.TEACHING, actor=actor_of(people.user_named("instructor")))
        klass = session().scalars(_coming().limit(1)).first()
        if klass is not None:
            feeds.open_public(klass, actor=cast.actor("organiser"))


def _add_mail(user: User, target: str) -> None:
    row = addresses.add_own(user.id, Given(Channel.MAIL, target), door(), actor=actor_of(user))
    row.verified_at = clock.now()
    session().flush()


def _own_waiting(most: int) -> Sequence[Booking]:
    """Lessons that those who have an account by now have not answered."""
    mine = select(Instructor.id).where(Instructor.user_id.is_not(None))
    stmt = select(Booking).where(
        Booking.kind == ResourceKind.INSTRUCTOR,
        Booking.state == BookingState.HELD,
        Booking.session_id.is_not(None),
        Booking.resource_id.in_(mine),
    )
    return session().scalars(stmt.order_by(Booking.day, Booking.id).limit(most)).all()


def _at_bases(most: int) -> Sequence[Booking]:
    """Bookings that the base's manager, who has an account by now, has not answered."""
    found = list_for_bases(people.user_named("manager").id)
    return [booking for booking in found if booking.state is BookingState.HELD][:most]


def _give_up_one(cast: Cast) -> None:
    """One mail went to a mailbox that is no more."""
    with transaction():
        telling.asked(_own_waiting(1))
    _fail(NotSent("550 no such mailbox", is_final=True))


def _deadlines(cast: Cast) -> None:
    """What was asked in January is not held against anybody: the deadline is that of the coming days."""
    owner_id = cast.county_id
    days = timedelta(days=policy_of(owner_id).days_to_answer)
    waiting = select(Booking).where(
        Booking.state == BookingState.HELD, Booking.answer_by.is_not(None), Booking.day >= clock.today()
    )
    with transaction():
        for n, booking in enumerate(session().scalars(waiting.order_by(Booking.id)).all()):
            if n % 4:
                booking.answer_by = clock.now() + days


def _look_first(cast: Cast) -> None:
    """The level looks first from now on: some wait, one is held back, one was let go."""
    organiser = cast.actor("organiser")
    with transaction():
        outbox.set_looks_first(cast.county, looks=True, actor=organiser)
        telling.asked([*_own_waiting(5), *_at_bases(6)])
    with transaction():
        waiting = session().scalars(
            select(OutboxMessage).where(OutboxMessage.state == MessageState.LOOK).order_by(OutboxMessage.id)
        )
        found = waiting.all()
        outbox.hold_back(found[1:2], actor=organiser)
        outbox.send(found[:1], actor=organiser)
    _fail(NotSent("421 too busy"))


def _fail(why: NotSent) -> None:
    """Hand over what is ready, and let the mails that follow from it fail."""
    while hand_over():
        pass
    with transaction():
        while (parcel := sending.claim()) is not None:
            sending.failed(parcel, why)


def _call(cast: Cast) -> None:
    """The lesson that was declined looks for somebody else; the first wave has been asked."""
    scope = cast.actor("organiser").scope(P.ANSWER_RECORD)
    for booking in list_declined(scope):
        row = booking.lesson
        if booking.kind is ResourceKind.INSTRUCTOR and _can_be_called(row):
            session_id = row.id
            with transaction():
                row = session().get_one(Session, session_id)
                call = substituting.open_call(row, booking.answer_reason, actor=cast.actor("organiser"))
                substituting.advance(call, is_due=True)
            return


def _can_be_called(row: Session) -> bool:
    told = (row.told_start, row.told_venue_id)
    return (
        row.state is SessionState.PUBLISHED
        and row.told_start is not None
        and (row.start, row.venue_id) == told
    )


def _coming() -> Select[TrainingClass]:
    return (
        select(TrainingClass)
        .where(TrainingClass.published_version > 0, TrainingClass.starts_on >= clock.today())
        .order_by(TrainingClass.starts_on, TrainingClass.id)
    )
