"""Rows turned into the frozen facts that the rules read."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.enums import Level
from core.db import session
from party_lessons.enums import ClassKind, PostKind
from party_lessons.models import Obligation, Post, Scheme
from party_lessons.rules import DueFacts, PostFacts, SchemeFacts, facts_of


def scheme_facts() -> Mapping[int, SchemeFacts]:
    """The settings of every scheme, by id."""
    return {
        row.id: facts_of_scheme(row)
        for row in session().scalars(select(Scheme).options(joinedload(Scheme.owner)).order_by(Scheme.id))
    }


def facts_of_scheme(row: Scheme) -> SchemeFacts:
    """The settings of one scheme."""
    return SchemeFacts(
        ref=row.id,
        owner_path=row.owner.path if row.owner else "/",
        test=row.test,
        post_kinds=frozenset(map(PostKind, row.post_kinds)),
        levels=frozenset(map(Level, row.levels)),
        class_kinds=frozenset(map(ClassKind, row.class_kinds)),
        need=row.need,
        least_minutes=row.least_minutes,
        micro_minutes=row.micro_minutes,
        deadline_month=row.deadline_month,
        deadline_day=row.deadline_day,
        cutoff_month=row.cutoff_month,
        cutoff_day=row.cutoff_day,
        least_months_when_leaving=row.least_months_when_leaving,
        is_on=row.is_on,
    )


def post_facts(post: Post) -> PostFacts:
    """A post; its unit must be loaded."""
    return PostFacts(post.holder_id, post.unit.path, post.kind, post.starts, post.ends, post.unit.level)


def due_facts(row: Obligation) -> DueFacts:
    """An obligation with its credits counted."""
    return facts_of(
        row.need,
        row.deadline,
        held=sorted(credit.day for credit in row.credits if credit.is_held),
        planned=sorted(credit.day for credit in row.credits if not credit.is_held),
        exemption=row.exemption_rule,
        exemption_text=row.exemption_reason,
    )
