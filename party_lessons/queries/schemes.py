"""Kinds of duty: the list, one, and what a trial of one on another year would find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from party_lessons.enums import DutyState
from party_lessons.models import Post, Scheme
from party_lessons.queries.facts import post_facts
from party_lessons.queries.obligations import held_in
from party_lessons.rules import LessonFacts, Outlook, SchemeFacts, Standing, due_in, standing, tally


def list_schemes(scope: Scope) -> list[Scheme]:
    """Schemes of the whole tree, and those of levels inside the scope or above it."""
    mine = [scheme for scheme in session().scalars(_whole()) if is_seen(scheme, scope)]
    return sorted(mine, key=lambda s: ("" if s.owner is None else s.owner.path, s.id))


def get_scheme(scope: Scope, scheme_id: int) -> Scheme:
    """One of them; NotFound otherwise."""
    found = session().scalars(_whole().where(Scheme.id == scheme_id)).first()
    if found is None or not is_seen(found, scope):
        raise NotFound(gettext("没有这个党课方案，或不在您的管理范围内。"))
    return found


def find_same_name(owner_id: int | None, name: str) -> Scheme | None:
    """The scheme of a level that has a name."""
    return session().scalars(select(Scheme).where(Scheme.owner_id == owner_id, Scheme.name == name)).first()


def _whole() -> Select[Scheme]:
    return select(Scheme).options(joinedload(Scheme.owner)).order_by(Scheme.id)


def is_seen(scheme: Scheme, scope: Scope) -> bool:
    """Whether it is the whole tree's, or of a level inside the scope or above it."""
    if scheme.owner is None or scope.covers(scheme.owner.path):
        return True
    return any(path.startswith(scheme.owner.path) for path in scope.subtrees | scope.units)


@dataclass(frozen=True, slots=True)
class Tried:
    """A post and where it would have stood at the end of the year."""

    post: Post
    standing: Standing
    held: int

    @property
    def reason(self) -> str:
        """Why, in a sentence of the user's language."""
        return gettext(self.standing.ground.word, **self.standing.blanks)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a scheme would have asked in a year: everybody it would have asked, whoever fell short first."""

    year: int
    rows: Sequence[Tried]
    counts: Mapping[DutyState, int]


def try_scheme(
    scope: Scope, scheme: SchemeFacts, year: int, today: date, lessons: Iterable[LessonFacts]
) -> Trial:
    """A scheme on the posts and lessons of a year that were: as on its last day, or today within it.

    Nothing is written. A year that is not over is taken as if no further lesson came.
    """
    of_person: dict[int, list[LessonFacts]] = {}
    for lesson in lessons:
        if lesson.instructor_id is not None:
            of_person.setdefault(lesson.instructor_id, []).append(lesson)
    stmt = (
        select(Post)
        .join(Post.unit)
        .where(held_in(year), scope.clause(OrgUnit.path))
        .options(joinedload(Post.unit), joinedload(Post.holder))
        .order_by(OrgUnit.path, Post.id)
    )
    scheme, rows = replace(scheme, is_on=True), []
    for post in session().scalars(stmt):
        facts = post_facts(post)
        due = due_in(facts, year, scheme)
        if due is not None:
            owed = tally(due, facts, scheme, of_person.get(post.holder_id, ()))
            after = max(today, date(year + 1, 1, 1)) if today.year > year else today
            rows.append(
                Tried(post, standing(owed, after, Outlook(0, is_crowded=False), facts, scheme), owed.held)
            )
    order = [DutyState.OVERDUE, DutyState.IMPOSSIBLE, DutyState.PLANNED, DutyState.HELD, DutyState.EXEMPT]
    rows.sort(key=lambda row: order.index(row.standing.state))
    counts = {state: sum(row.standing.state is state for row in rows) for state in order}
    return Trial(year, rows, counts)
