"""Tells the duty board what was published, held or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from accounts.access import Actor, Scope
from accounts.enums import P
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import NotAllowed
from party_lessons.enums import DutyEventKind
from party_lessons.queries.obligations import list_obligations
from party_lessons.services import credits
from party_lessons.services.obligations import Owed, record
from scheduling.models import Session, TrainingClass
from scheduling.queries.forecast import list_served
from scheduling.queries.lessons import lesson_facts


def plan(rows: Sequence[Session], *, actor: Actor) -> None:
    """Published sessions: the duties they will serve are planned. Call after the flush."""
    for row in rows:
        credits.plan(lesson_facts(row.id), actor=actor)


def hold(row: Session, *, actor: Actor) -> None:
    """A held session: the duties it serves are fulfilled. Call after the flush."""
    credits.hold(lesson_facts(row.id), actor=actor)


def withdraw(row: Session, *, actor: Actor) -> None:
    """Declined, withdrawn or cancelled: it serves no duty any more."""
    credits.withdraw(row.id, actor=actor)


def leave_behind(lost: Mapping[int, str], klass: TrainingClass, why: str, *, actor: Actor) -> None:
    """Write down for good why a class was published that left nothing for these obligations.

    NotAllowed for an actor who may not exempt their holders.
    """
    scope = actor.scope(P.DUTY_EDIT)
    for duty in list_obligations(list(lost)):
        if not scope.covers(duty.post.unit.path):
            raise NotAllowed(
                gettext("%(who)s将没有可用课次；只有能免计的人才能写明理由发布。", who=lost[duty.id])
            )
        text = gettext("发布“%(name)s”后，不再有可用课次。", name=klass.name)
        owed = Owed(duty.post, duty.year, duty.scheme.name)
        record(owed, DutyEventKind.LEFT_BEHIND, text, actor=actor, why=why)
    audit.note(
        session(), gettext("发布后有 %(count)s 项党课责任无可用课次：%(why)s", count=len(lost), why=why)
    )


def impossible(klass: TrainingClass) -> dict[int, str]:
    """Obligations of the level and year that too few sessions are left for: id → holder and post."""
    level = Scope(subtrees=frozenset({klass.owner.path})).clause(OrgUnit.path)
    found = list_served(klass.year, clock.today(), level)
    lost = [x.want.ref for x in found if len(x.sessions) < x.want.missing]
    return {
        duty.id: f"{duty.post.holder.name}({duty.post.unit.title}{duty.post.title})"
        for duty in list_obligations(lost)
    }
