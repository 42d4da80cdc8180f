"""Panels, seats, and who may sit."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from accounts.access import Actor
from accounts.enums import Level, Role
from accounts.models import Grant, OrgUnit, User
from core.db import session
from core.errors import NotFound
from instructor_pool.models import Instructor, ReviewConflict, Reviewer, ReviewPanel
from instructor_pool.rules.panels import Workplace, has_conflict


def find_open_panel(instructor_id: int) -> ReviewPanel | None:
    """The panel still at work on a candidate."""
    stmt = select(ReviewPanel).where(
        ReviewPanel.instructor_id == instructor_id, ReviewPanel.closed_at.is_(None)
    )
    return session().scalars(stmt.order_by(ReviewPanel.id.desc()).limit(1)).first()


def find_last_panel(instructor_id: int) -> ReviewPanel | None:
    """The latest panel of a candidate, open or closed."""
    stmt = select(ReviewPanel).where(ReviewPanel.instructor_id == instructor_id)
    return session().scalars(stmt.order_by(ReviewPanel.id.desc()).limit(1)).first()


def get_own_seat(actor: Actor, panel_id: int) -> Reviewer:
    """The actor's seat on a panel; NotFound for everybody else."""
    stmt = select(Reviewer).where(Reviewer.panel_id == panel_id, Reviewer.user_id == actor.user_id)
    seat = session().scalar(stmt)
    if seat is None:
        raise NotFound(gettext("没有这项评审，或评审组里没有您。"))
    return seat


def list_evaluators(person: Instructor) -> list[tuple[User, int]]:
    """Evaluators who reach the candidate's file and may sit, with their open reviews; the least busy first."""
    open_seats = (
        select(func.count())
        .select_from(Reviewer)
        .join(ReviewPanel)
        .where(Reviewer.user_id == User.id, Reviewer.sheet_id.is_(None), ReviewPanel.closed_at.is_(None))
        .scalar_subquery()
    )
    stmt = (
        select(User, open_seats)
        .join(Grant, Grant.user_id == User.id)
        .join(OrgUnit, Grant.unit_id == OrgUnit.id)
        .where(
            Grant.role == Role.EVALUATOR,
            User.disabled.is_(False),
            OrgUnit.path.in_(_ancestors(person.owner.path)),
        )
        .options(selectinload(User.grants))
        .distinct()
    )
    rows = [(user, n) for user, n in session().execute(stmt)]
    barred = {u.id for u in barred_reviewers(person, [user for user, _n in rows])}
    return sorted(((u, n) for u, n in rows if u.id not in barred), key=lambda pair: (pair[1], pair[0].name))


def _ancestors(path: str) -> list[str]:
    ids = path.strip("/").split("/")
    return ["/" + "/".join(ids[: n + 1]) + "/" for n in range(len(ids))]


def barred_reviewers(person: Instructor, users: Sequence[User]) -> list[User]:
    """Those of `users` who may not review `person`: the same unit, a declared conflict, or the candidate's own account [2]."""
    own = {
        row.user_id: row
        for row in session().scalars(select(Instructor).where(Instructor.user_id.in_([u.id for u in users])))
    }
    candidate = [_workplace(person)]
    declared = set(
        session().scalars(select(ReviewConflict.user_id).where(ReviewConflict.instructor_id == person.id))
    )
    return [
        user
        for user in users
        if user.id == person.user_id
        or user.id in declared
        or has_conflict(candidate, [*_places(user), *([_workplace(own[user.id])] if user.id in own else [])])
    ]


def _workplace(person: Instructor) -> Workplace:
    return Workplace(person.unit.path if person.unit else "", person.work_unit)


def _places(user: User) -> list[Workplace]:
    # A role at a county or above says whom somebody serves, not where they work.
    return [
        Workplace(g.unit.path, g.unit.title)
        for g in user.grants
        if g.unit.level in (Level.TOWNSHIP, Level.UNIT)
    ]
