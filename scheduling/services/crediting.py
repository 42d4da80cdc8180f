"""Tells the duty board what was published, held or taken back."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.access import Actor, Scope
from accounts.models import OrgUnit
from core import clock
from party_lessons.queries.obligations import list_obligations
from party_lessons.services import credits
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


def impossible(klass: TrainingClass) -> dict[int, str]:
    """Obligations of the level and year that too few sessions are left for: id → holder and post."""
    level = Scope(subtrees=frozenset({klass.owner.path})).clause(OrgUnit.path)
    found = list_served(klass.year, clock.today(), level)
    lost = [x.want.ref for x in found if len(x.sessions) < x.want.missing]
    return {
        duty.id: f"{duty.post.holder.name}({duty.post.unit.title}{duty.post.title})"
        for duty in list_obligations(lost)
    }
