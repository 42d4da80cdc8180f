"""Rows turned into the frozen facts that the rules read."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from core.db import session
from party_lessons.enums import SchemeKind
from party_lessons.models import Obligation, Post, Scheme
from party_lessons.rules import DueFacts, PostFacts, SchemeFacts


def scheme_facts() -> Mapping[SchemeKind, SchemeFacts]:
    """The settings of both schemes; the defaults where nobody changed them."""
    stored = {row.kind: row for row in session().scalars(select(Scheme))}
    return {kind: _scheme(stored[kind]) if kind in stored else SchemeFacts(kind) for kind in SchemeKind}


def _scheme(row: Scheme) -> SchemeFacts:
    return SchemeFacts(
        kind=row.kind,
        need=row.need,
        least_minutes=row.least_minutes,
        cutoff_month=row.cutoff_month,
        cutoff_day=row.cutoff_day,
        least_months_when_leaving=row.least_months_when_leaving,
        is_on=row.is_on,
    )


def post_facts(post: Post) -> PostFacts:
    """A post; its unit must be loaded."""
    return PostFacts(post.holder_id, post.unit.path, post.kind, post.starts, post.ends)


def due_facts(row: Obligation) -> DueFacts:
    """An obligation with its credits counted."""
    held = sum(credit.is_held for credit in row.credits)
    return DueFacts(
        need=row.need,
        deadline=row.deadline,
        held=held,
        planned=len(row.credits) - held,
        exemption=row.exemption_rule,
        exemption_text=row.exemption_reason,
    )
