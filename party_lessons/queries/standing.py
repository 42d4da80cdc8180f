"""Where obligations stand, as an expression of the database: lists filter, sort and count by it.

The twin of `rules.standing`, which gives the sentence as well; a test compares the two over random obligations.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, not_, or_, select, true
from sqlalchemy.orm import contains_eager, selectinload

from accounts.models import OrgUnit
from core import clock
from core.db import session
from party_lessons.enums import DutyState
from party_lessons.models import Credit, KeptOutlook, Obligation, Post, Scheme
from party_lessons.queries.facts import scheme_facts
from party_lessons.rules import PostFacts, Want

# What needs somebody first.
STATE_ORDER = (
    DutyState.OVERDUE,
    DutyState.IMPOSSIBLE,
    DutyState.AT_RISK,
    DutyState.OPEN,
    DutyState.PLANNED,
    DutyState.HELD,
    DutyState.EXEMPT,
)

_CREDITED = (
    select(
        Credit.obligation_id,
        func.count().label("credits"),
        func.sum(case((Credit.is_held, 1), else_=0)).label("held"),
    )
    .group_by(Credit.obligation_id)
    .subquery("credited")
)
IS_OWED = and_(Obligation.exemption_rule.is_(None), Obligation.exemption_reason == "")
_HELD = func.coalesce(_CREDITED.c.held, 0)
_MISSING = Obligation.need - func.coalesce(_CREDITED.c.credits, 0)


def obligations_of(year: int) -> Select[Obligation]:
    """The obligations of a year with post, unit, holder and what the forecast found; three statements.

    Of a scheme that is off nothing is owed from the moment it was switched off, whatever is left of it until it has been
    recounted; years that are over stay as they were.
    """
    stands = Scheme.is_on if year >= clock.today().year else true()
    return (
        select(Obligation)
        .join(Obligation.post)
        .join(Post.unit)
        .join(Post.holder)
        .join(Obligation.scheme)
        .outerjoin(KeptOutlook, KeptOutlook.obligation_id == Obligation.id)
        .outerjoin(_CREDITED, _CREDITED.c.obligation_id == Obligation.id)
        .where(Obligation.year == year, stands)
        .options(
            contains_eager(Obligation.post).options(contains_eager(Post.unit), contains_eager(Post.holder)),
            contains_eager(Obligation.scheme),
            contains_eager(Obligation.outlook),
            selectinload(Obligation.credits),
        )
    )


def list_wants(year: int, today: date, *conditions: ColumnElement[bool]) -> list[Want]:
    """What the forecast has to seat: obligations of a year that are short of lessons and not past their deadline."""
    schemes = scheme_facts()
    stmt = (
        obligations_of(year)
        .where(_MISSING > 0, Obligation.deadline >= today, IS_OWED, *conditions)
        .with_only_columns(
            Obligation.id, Obligation.deadline, _MISSING,
            Obligation.scheme_id, Post.holder_id, OrgUnit.path, Post.kind, Post.starts, Post.ends, OrgUnit.level,
        )
    )  # fmt: skip
    return [
        Want(ref, PostFacts(*post), schemes[scheme_id], missing, deadline)
        for ref, deadline, missing, scheme_id, *post in session().execute(stmt)
    ]


def years_ahead(today: date) -> list[int]:
    """Years of which something may still be owed."""
    return sorted(session().scalars(select(Obligation.year).where(Obligation.deadline >= today).distinct()))


def state_on(today: date) -> ColumnElement[str]:
    """The state of the rows of `obligations_of` on a day, as the value of a DutyState."""
    left = KeptOutlook.lessons_left
    return case(
        (not_(IS_OWED), _said(DutyState.EXEMPT)),
        (Obligation.need <= _HELD, _said(DutyState.HELD)),
        (Obligation.deadline < today, _said(DutyState.OVERDUE)),
        (_MISSING <= 0, _said(DutyState.PLANNED)),
        (or_(left < _MISSING, KeptOutlook.lessons_most < _MISSING), _said(DutyState.IMPOSSIBLE)),
        (or_(KeptOutlook.is_crowded, left == _MISSING), _said(DutyState.AT_RISK)),
        else_=_said(DutyState.OPEN),
    )


def _said(state: DutyState) -> ColumnElement[str]:
    return literal(state.value, String)


def by_need(today: date) -> ColumnElement[str]:
    """What needs somebody first: the state, and the earlier deadline within it."""
    ranks = {state.value: str(rank) for rank, state in enumerate(STATE_ORDER)}
    return case(ranks, value=state_on(today)) + cast(Obligation.deadline, String)


LEFT = case((_MISSING > 0, KeptOutlook.lessons_left))
"""Sessions that would still serve it; nothing where none is needed."""
