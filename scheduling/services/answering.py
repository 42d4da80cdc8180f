"""Answers to assignments and bookings: by the person, or recorded by an organiser with its source."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import SYSTEM, Actor
from core import audit, clock
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from core.when import span_text
from instructor_pool.enums import AnswerSource
from notifications import services as notifications
from scheduling import notices
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Session
from scheduling.queries import bookings as booking_queries
from scheduling.queries import calls as call_queries
from scheduling.queries.answers import levels_with_lapsed, list_lapsed
from scheduling.queries.policies import policy_of
from scheduling.rules import LIVE
from scheduling.services import claiming, crediting, substituting, telling, waiting

LONGEST_REASON = 300


def answer(
    booking: Booking,
    *,
    accept: bool,
    actor: Actor,
    reason: str = "",
    source: AnswerSource = AnswerSource.SELF,
    seen: int | None = None,
) -> None:
    """Accept or decline. A decline needs a reason, frees the time and takes the part off the plan.

    Whoever declined is not proposed for the session again; the organisers of the level are told.
    Conflict when it was withdrawn or answered otherwise meanwhile.
    """
    booking.expect_version(seen)
    if not booking.kind.is_asked or not booking.lesson.is_live:
        raise RuleBroken(gettext("这项安排不用再答复。"))
    if booking.state not in LIVE:
        raise Conflict(gettext("这项安排%(state)s，不能再答复。", state=booking.state.label))
    reason = reason.strip()
    if not accept and not reason:
        sentence = gettext("请写明不能来的原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    booking.answered_at = clock.now()
    booking.answer_source = source
    booking.answer_reason = reason[:LONGEST_REASON]
    booking.recorded_by_id = actor.user_id
    if accept:
        booking.state = BookingState.CONFIRMED
    else:
        _decline(booking, actor)
    session().flush()
    name = booking_queries.names_of([booking])[booking.id]
    audit.note(session(), f"{name} {span_text(*booking_queries.moments_of(booking))}")


def answer_by_link(booking: Booking, *, accept: bool, reason: str = "") -> None:
    """The answer of whoever has the signed link: once, while it is waited for."""
    if booking.state is not BookingState.HELD:
        raise Conflict(gettext("这项安排%(state)s，不能再答复。", state=booking.state.label))
    start, _end = booking_queries.moments_of(booking)
    if start <= clock.now():
        raise Conflict(gettext("这节课已经开始或过去。"))
    name = booking_queries.names_of([booking])[booking.id]
    actor = Actor(None, gettext("%(name)s(凭链接)", name=name))
    answer(booking, accept=accept, reason=reason, actor=actor)


def release_unanswered() -> int:
    """Give back what bases did not answer in time, in plans of levels that want it; answers how many.

    What follows is what follows a decline, and the manager of the base is told as well.
    """
    now = clock.now()
    owners = [owner for owner in levels_with_lapsed(now) if policy_of(owner).release_bases]
    late = list_lapsed(owners, now)
    for booking in late:
        booking.answer_reason = gettext("到期没有答复，场地已让出")
        _decline(booking, SYSTEM)
    telling.withdrawn(late, gettext("到期没有答复，场地已让出"))
    return len(late)


def _look_for_another(row: Session, reason: str) -> None:
    """Where the level wants it, the worker asks the first wave at once."""
    policy = policy_of(row.training_class.owner_id)
    is_open = call_queries.find_open(row.id) is not None
    if not policy.wave_auto or is_open or row.told_start is None or row.told_start <= clock.now():
        return
    if (row.start, row.venue_id) == (row.told_start, row.told_venue_id):
        substituting.open_call(row, reason, actor=SYSTEM)


def _decline(booking: Booking, actor: Actor) -> None:
    """Free the time, open the part again, take the planned credit back, tell the organisers."""
    row = booking.lesson
    booking.state = BookingState.DECLINED
    if booking.kind is ResourceKind.INSTRUCTOR:
        if row.instructor_id == booking.resource_id:
            row.instructor_id, row.pinned_instructor = None, False
        row.told_instructor_id = None
        crediting.withdraw(row, actor=actor)
        session().flush()
        _look_for_another(row, booking.answer_reason)
    else:
        if row.venue_id == booking.resource_id:
            row.venue_id, row.pinned_venue = None, False
        row.told_venue_id = None
        claiming.release_pieces(row)
    session().flush()
    waiting.after([booking])
    name = booking_queries.names_of([booking])[booking.id]
    notice = notices.declined(booking, name, booking.answer_reason)
    for user_id in booking_queries.organisers_of(row.training_class.owner_id):
        if user_id != actor.user_id:
            notifications.queue(
                user_id,
                notice.kind,
                notice.title,
                notice.body,
                notice.url,
                unit_id=row.training_class.owner_id,
            )
