"""Seeing off warnings of double call-ups, with the reason."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from trainees.models import CallUpReview, Trainee

LONGEST_REASON = 200


def review(person: Trainee, mark: str, *, reason: str, actor: Actor) -> None:
    """A warning was seen and may stand; said again, the later reason is kept."""
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        sentence = gettext("请写明原因。")
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    row = _find(person, mark) or CallUpReview(trainee_id=person.id, mark=mark)
    row.reason, row.at, row.by = reason, clock.now(), actor.name
    session().add(row)
    session().flush()
    audit.note(session(), person.name)


def take_back(person: Trainee, mark: str, *, actor: Actor) -> None:
    """The warning stands open again."""
    found = _find(person, mark)
    if found is not None:
        session().delete(found)
        session().flush()
    audit.note(session(), person.name)


def _find(person: Trainee, mark: str) -> CallUpReview | None:
    return session().scalar(select(CallUpReview).filter_by(trainee_id=person.id, mark=mark))
