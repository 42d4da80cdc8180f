"""Closing a class with the four-part evaluation: design, delivery, management, effect [3 §六(三)]. Flush only."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from evaluations.models import ClassClosing
from evaluations.queries import closing as queries
from scheduling.models import TrainingClass
from score_forms import services as forms
from score_forms.enums import Purpose


def close_class(
    klass: TrainingClass, marks: Mapping[str, Decimal], comment: str, *, actor: Actor
) -> ClassClosing:
    """Hand in the four-part evaluation; the class is closed with it.

    RuleBroken while a session is neither reported as held nor cancelled, when none was held, or closed already.
    """
    reason = queries.why_not(klass)
    if reason:
        raise RuleBroken(reason)
    form = forms.current_form(Purpose.CLASS_CLOSING, klass.owner.path)
    sheet = forms.fill_in(form, marks, comment, actor=actor)
    row = ClassClosing(
        class_id=klass.id,
        sheet_id=sheet.id,
        closed_at=clock.now(),
        closed_by=actor.name,
        taken_back_reason="",
    )
    session().add(row)
    klass.closed_at = row.closed_at
    session().flush()
    audit.note(session(), gettext("结班：%(number)s %(name)s", number=klass.number, name=klass.name))
    return row


def take_back(row: ClassClosing, *, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Open a class again, say because a session was forgotten; the evaluation stays on record."""
    row.expect_version(seen)
    if row.taken_back_at is not None:
        raise RuleBroken(gettext("这次结班已经撤销。"))
    if not reason.strip():
        sentence = gettext("请写明撤销结班的原因。")
        raise RuleBroken(sentence, [Violation("missing", sentence, "opinion")])
    row.taken_back_at, row.taken_back_reason = clock.now(), f"{reason.strip()}({actor.name})"[:300]
    klass = row.training_class
    klass.closed_at = None
    session().flush()
    audit.note(session(), gettext("撤销结班：%(number)s %(name)s", number=klass.number, name=klass.name))
