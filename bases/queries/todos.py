"""What waits for organisers about their bases."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from accounts.access import Actor
from accounts.enums import P
from bases.enums import BaseState
from bases.models import TeachingBase
from bases.queries.bases import kept_by
from bases.rules import BOOKABLE, expiry_alert
from core import clock
from core.db import session
from core.todo import Todo, Urgency

_IN_PROGRESS = (BaseState.APPLIED, BaseState.REVIEWED)


def todos(actor: Actor) -> list[Todo]:
    """Designations that end, applications on the way, bases to put right."""
    if not actor.can(P.BASE_EDIT):
        return []
    today = clock.today()
    scope = actor.scope(P.BASE_EDIT)

    def count(*conditions: ColumnElement[bool]) -> int:
        stmt = select(func.count()).select_from(TeachingBase).where(kept_by(scope), *conditions)
        return session().scalar(stmt) or 0

    in_use = TeachingBase.state.in_(BOOKABLE)
    over = count(in_use, TeachingBase.expires_on < today)
    soon = count(in_use, TeachingBase.expires_on.between(today, expiry_alert(today)))
    waiting = count(TeachingBase.state.in_(_IN_PROGRESS))
    rectifying = count(TeachingBase.state == BaseState.RECTIFYING)
    return [
        Todo(
            gettext("%(n)s 个基地挂牌已到期", n=over),
            "/bases/?expiry=over",
            over,
            "base_expired",
            Urgency.NOW,
        ),
        Todo(gettext("%(n)s 个基地挂牌 90 天内到期", n=soon), "/bases/?expiry=soon", soon, "base_expiring"),
        Todo(
            gettext("%(n)s 个基地正在申报,待评审备案", n=waiting),
            "/bases/?bookable=no",
            waiting,
            "base_applying",
        ),
        Todo(
            gettext("%(n)s 个基地整改中", n=rectifying),
            "/bases/?state=rectifying",
            rectifying,
            "base_rectifying",
        ),
    ]
