"""Undoing one's own last change of the plan, and doing it again. Flush only."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext

from accounts.access import Actor
from core.db import session
from core.errors import Conflict
from scheduling.enums import HalfDay
from scheduling.models import PlanStep, Session
from scheduling.rules.steps import Stand, is_same
from scheduling.services import placing, steps


class Overtaken(Conflict):
    """Somebody else has changed the session since: the step can no longer be taken back."""


def undo(step: PlanStep, row: Session, *, actor: Actor) -> None:
    """Put a session back where it stood before a step; every rule is checked.

    Overtaken when it does not stand where the step left it, RuleBroken when something is in the way by now.
    """
    _turn(step, row, (step.after, step.before), actor)
    step.is_undone = True
    session().flush()


def redo(step: PlanStep, row: Session, *, actor: Actor) -> None:
    """Do what was undone again; the same checks."""
    _turn(step, row, (step.before, step.after), actor)
    step.is_undone = False
    session().flush()


def forget(step: PlanStep) -> None:
    """A step that was overtaken stands in nobody's way any more."""
    session().delete(step)
    session().flush()


def _turn(step: PlanStep, row: Session, way: tuple[Stand, Stand], actor: Actor) -> None:
    left, wanted = way
    if not is_same(steps.stand(row), left):
        raise Overtaken(
            gettext(
                "“%(name)s”已被别人改到别处，不能再撤销或重做这一步，现在的安排没有动。", name=row.course_name
            )
        )
    start = None if wanted["start"] is None else datetime.fromisoformat(wanted["start"])
    choice = placing.Choice(start, wanted["instructor"], wanted["venue"])
    placing.place(row, choice, actor=actor, starts=() if start is None else (start,), is_step=False)
    row.day, row.half_day = date.fromisoformat(wanted["day"]), HalfDay(wanted["half"])
    row.pinned_start, row.pinned_instructor, row.pinned_venue = wanted["pins"]
    session().flush()
