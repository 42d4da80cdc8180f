"""What posts owe: kept in step with posts and schemes, with what changed and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor
from core import clock
from core.db import session
from party_lessons.enums import DutyEventKind
from party_lessons.models import DutyEvent, Obligation, Post, Scheme
from party_lessons.queries.facts import post_facts, scheme_facts
from party_lessons.queries.obligations import find_obligations, list_posts, years_of
from party_lessons.rules import SHIPPED, Due, PostFacts, SchemeFacts, due_in
from party_lessons.rules.schemes import DEFAULT_GROUNDS, DEFAULT_REMINDERS

LONGEST_TEXT = 400


def ensure_schemes() -> None:
    """The schemes that are shipped, where there are none yet [0 §16, 1 §17]."""
    if session().query(Scheme.id).first() is None:
        session().add_all(new_scheme(name, facts) for name, facts in SHIPPED.items())
        session().flush()


def new_scheme(name: str, facts: SchemeFacts) -> Scheme:
    """A scheme with these settings."""
    return Scheme(
        name=name,
        test=facts.test,
        post_kinds=sorted(kind.value for kind in facts.post_kinds),
        levels=sorted(level.value for level in facts.levels),
        class_kinds=sorted(kind.value for kind in facts.class_kinds),
        need=facts.need,
        least_minutes=facts.least_minutes,
        micro_minutes=facts.micro_minutes,
        deadline_month=facts.deadline_month,
        deadline_day=facts.deadline_day,
        cutoff_month=facts.cutoff_month,
        cutoff_day=facts.cutoff_day,
        least_months_when_leaving=facts.least_months_when_leaving,
        grounds=list(DEFAULT_GROUNDS),
        reminders=list(DEFAULT_REMINDERS),
        is_on=facts.is_on,
    )


def recompute(year: int, *, actor: Actor, why: str = "", among: Collection[int] | None = None) -> int:
    """Bring the obligations of `year` in step with posts and schemes, all or `among` posts; answers how many changed."""
    return _settle(list_posts(year, among), year, actor, why)


def settle_post(post: Post, *, actor: Actor, why: str = "") -> None:
    """Bring the obligations of one post in step: this year's, the next one's and any it has already."""
    this_year = clock.today().year
    for year in sorted({this_year, this_year + 1} | years_of(post)):
        _settle([post], year, actor, why)


def _settle(posts: Iterable[Post], year: int, actor: Actor, why: str) -> int:
    ensure_schemes()
    schemes, changed = scheme_facts(), 0
    names = {row.id: row.name for row in session().query(Scheme)}
    posts = list(posts)
    there = find_obligations([post.id for post in posts], year)
    for post in posts:
        facts = post_facts(post)
        rows = {row.scheme_id: row for row in there.get(post.id, ())}
        for scheme_id, scheme in schemes.items():
            before, due = rows.get(scheme_id), due_in(facts, year, scheme)
            kind = _bring(post, before, due, facts, scheme_id)
            if kind is not None:
                changed += 1
                text = _said(due, names[scheme_id])
                record(Owed(post, year, names[scheme_id]), kind, text, actor=actor, why=why)
    session().flush()
    return changed


def _bring(
    post: Post, row: Obligation | None, due: Due | None, facts: PostFacts, scheme_id: int
) -> DutyEventKind | None:
    """One obligation as it is due; None where nothing changed."""
    if due is None:
        if row is not None:
            session().delete(row)
        return None if row is None else DutyEventKind.FALLEN
    if row is None:
        row = Obligation(post_id=post.id, year=due.year, scheme_id=scheme_id, deadline=due.deadline)
        session().add(row)
        _apply(row, due, facts)
        return DutyEventKind.ARISEN
    return DutyEventKind.CHANGED if _apply(row, due, facts) else None


def _apply(row: Obligation, due: Due, post: PostFacts) -> bool:
    """Write what is due; credits of days the post no longer covers fall away."""
    before = (row.need, row.deadline, row.exemption_rule, len(row.credits))
    row.need, row.deadline, row.exemption_rule = due.need, due.deadline, due.exemption
    row.credits = [credit for credit in row.credits if post.holds_on(credit.day)]
    return before != (row.need, row.deadline, row.exemption_rule, len(row.credits))


def _said(due: Due | None, scheme_name: str) -> str:
    if due is None:
        return gettext("%(scheme)s：不再有这项责任。", scheme=scheme_name)
    if due.exemption is not None:
        return gettext("%(scheme)s：按任职时间免计(%(rule)s)。", scheme=scheme_name, rule=due.exemption.label)
    return gettext(
        "%(scheme)s：应讲 %(need)s 课，期限 %(deadline)s。",
        scheme=scheme_name,
        need=due.need,
        deadline=due.deadline.isoformat(),
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """What a post owes in a year by a scheme, there or not."""

    post: Post
    year: int
    scheme_name: str = ""


def record(about: Owed, kind: DutyEventKind, text: str, *, actor: Actor, why: str = "") -> None:
    """Write down for good what happened to what a post owes."""
    session().add(
        DutyEvent(
            post_id=about.post.id,
            year=about.year,
            scheme_name=about.scheme_name,
            kind=kind,
            text=text[:LONGEST_TEXT],
            why=why.strip()[:LONGEST_TEXT],
            at=clock.now(),
            by_name=actor.name,
        )
    )
