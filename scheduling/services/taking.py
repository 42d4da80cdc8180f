"""A leader asks for a lesson that would serve an own duty, or gives it back while nobody was told. Flush only."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import Conflict
from core.words import labelled
from notifications import services as notifications
from party_lessons.models import Obligation
from scheduling.models import Session
from scheduling.queries.bookings import organisers_of
from scheduling.queries.forecast import find_served


def take(owed: Obligation, session_id: int, *, actor: Actor) -> Session:
    """Wish the holder for a lesson, which plans by hand and by matching keep to; the organisers are told.

    It is arranged once the class is published. Conflict when the lesson would not serve the duty any more.
    """
    found = find_served(owed, clock.today())
    if found is None or session_id not in found.sessions:
        raise Conflict(gettext("这一课已经不能由您来讲，请看最新的课次。"))
    row = session().get_one(Session, session_id)
    if row.wanted_instructor_id == owed.post.holder_id:
        raise Conflict(gettext("这一课您已经选过了。"))
    row.wanted_instructor_id = owed.post.holder_id
    _tell(row, gettext("%(who)s要讲这一课，请安排", who=owed.post.holder.name), actor)
    return row


def give_back(owed: Obligation, session_id: int, *, actor: Actor) -> None:
    """No wish any more; Conflict where there was none, or where the lesson was told already."""
    row = session().get(Session, session_id)
    holder = owed.post.holder
    if row is None or row.wanted_instructor_id != holder.id or row.told_instructor_id is not None:
        raise Conflict(gettext("这一课不在您选的课次里，或已经通知；要调整请联系组织员。"))
    row.wanted_instructor_id = None
    if row.instructor_id == holder.id and not row.pinned_instructor:
        row.instructor_id = None
    _tell(row, gettext("%(who)s不讲这一课了，请另行安排", who=holder.name), actor)


def _tell(row: Session, said: str, actor: Actor) -> None:
    session().flush()
    klass = row.training_class
    lesson = f"{row.day.isoformat()} {klass.name}《{row.course_name}》"
    audit.note(session(), labelled(said, lesson))
    for user_id in organisers_of(klass.owner_id):
        if user_id != actor.user_id:
            address = f"/scheduling/classes/{klass.id}#session-{row.id}"
            notifications.queue(user_id, "duty_wish", said, lesson, address, unit_id=klass.owner_id)
