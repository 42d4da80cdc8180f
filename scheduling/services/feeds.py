"""Calendars and public timetables: opened, renewed, taken back. Flush only."""

from __future__ import annotations

import secrets

from flask_babel import gettext
from sqlalchemy import update

from accounts.access import Actor
from core import audit, clock
from core.codes import digest
from core.db import session
from core.errors import NotFound
from scheduling.enums import FeedKind
from scheduling.models import CalendarFeed, PublicTimetable, TrainingClass
from scheduling.queries.feeds import kinds_for, public_of


def renew(kind: FeedKind, *, actor: Actor) -> str:
    """A new secret address for one's calendar, shown once; the one before it is dead. Returns the secret."""
    if kind not in kinds_for(actor) or actor.user_id is None:
        raise NotFound(gettext("没有这个日历。"))
    revoke(kind, actor=actor)
    token = secrets.token_urlsafe(24)
    session().add(
        CalendarFeed(
            user_id=actor.user_id,
            kind=kind,
            token_hash=digest(token),
            created_at=clock.now(),
            revoked_at=None,
        )
    )
    session().flush()
    audit.note(session(), kind.label)
    return token


def revoke(kind: FeedKind, *, actor: Actor) -> None:
    """Nobody can fetch it any more."""
    stmt = update(CalendarFeed).where(
        CalendarFeed.user_id == actor.user_id, CalendarFeed.kind == kind, CalendarFeed.revoked_at.is_(None)
    )
    session().execute(stmt.values(revoked_at=clock.now()))
    session().flush()
    audit.note(session(), kind.label)


def open_public(klass: TrainingClass, *, actor: Actor) -> PublicTimetable:
    """Show the timetable of a class to whoever has the address; opening it again changes nothing."""
    found = public_of(klass.id)
    if found is not None:
        return found
    made = PublicTimetable(
        class_id=klass.id, token=secrets.token_urlsafe(16), opened_at=clock.now(), opened_by=actor.name
    )
    session().add(made)
    session().flush()
    audit.note(session(), klass.name)
    return made


def close_public(klass: TrainingClass, *, actor: Actor) -> None:
    """Nobody sees it any more; opened again it has another address."""
    found = public_of(klass.id)
    if found is not None:
        session().delete(found)
        session().flush()
    audit.note(session(), klass.name)
