"""Sessions and classes that were entered and are not wanted after all: they leave no trace while nobody was told. Flush only."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import delete, exists, select

from accounts.access import Actor
from core import audit
from core.db import session
from core.errors import RuleBroken
from scheduling.enums import SessionState
from scheduling.models import Booking, ClassParticipant, ProposalItem, Session, SessionNeed, TrainingClass
from scheduling.services import tying


def refuse_told(row: Session) -> None:
    """RuleBroken once people were told of the session: then it is cancelled, with a reason."""
    told = select(exists().where(Booking.session_id == row.id))
    if row.state is not SessionState.PLANNED or session().scalar(told):
        raise RuleBroken(
            gettext("课次《%(name)s》已经发布过，请在班次里取消它并写明原因。", name=row.course_name)
        )


def remove_session(row: Session, *, actor: Actor) -> None:
    """As if it had not been entered. RuleBroken for a part of a package and once people were told."""
    tying.refuse_alone(row)
    refuse_told(row)
    audit.note(session(), row.full_name)
    _drop(row)
    session().flush()


def remove_empty_class(klass: TrainingClass, *, actor: Actor) -> bool:
    """A class that was made for sessions which are gone; one with sessions of its own stays. Answers whether it went."""
    if session().scalar(select(exists().where(Session.class_id == klass.id))):
        return False
    remove_class(klass, actor=actor)
    return True


def remove_class(klass: TrainingClass, *, actor: Actor) -> None:
    """A class with all its sessions, while nobody was told of any."""
    rows = list(session().scalars(select(Session).where(Session.class_id == klass.id)))
    for row in rows:
        tying.refuse_alone(row)
        refuse_told(row)
    audit.note(session(), klass.name)
    for row in rows:
        _drop(row)
    session().flush()
    session().execute(delete(ClassParticipant).where(ClassParticipant.class_id == klass.id))
    session().expire(klass, ["sessions"])
    session().delete(klass)
    session().flush()


def _drop(row: Session) -> None:
    # A proposal that names the session is out of date without it anyway.
    session().execute(delete(ProposalItem).where(ProposalItem.session_id == row.id))
    session().execute(delete(SessionNeed).where(SessionNeed.session_id == row.id))
    session().delete(row)
