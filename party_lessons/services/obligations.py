"""What posts owe: kept in step with the posts, and exemptions by a person."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from party_lessons.enums import SchemeKind
from party_lessons.models import Obligation, Post, Scheme
from party_lessons.queries.facts import post_facts, scheme_facts
from party_lessons.queries.obligations import find_obligations, list_posts, years_of
from party_lessons.rules import Due, PostFacts, due_in

LONGEST_REASON = 300


def ensure_schemes() -> None:
    """Both schemes with their defaults, where they are missing [0 §16, 1 §17]."""
    there = {row.kind for row in session().query(Scheme)}
    session().add_all(Scheme(kind=kind) for kind in SchemeKind if kind not in there)
    session().flush()


def recompute(year: int, *, actor: Actor) -> int:
    """Bring every obligation of `year` in step with the posts; answers how many changed."""
    return _settle(list_posts(year), year)


def settle_post(post: Post, *, actor: Actor) -> None:
    """Bring the obligations of one post in step: this year's, the next one's and any it has already."""
    this_year = clock.today().year
    for year in sorted({this_year, this_year + 1} | years_of(post)):
        _settle([post], year)


def _settle(posts: Iterable[Post], year: int) -> int:
    schemes, changed = scheme_facts(), 0
    posts = list(posts)
    there = find_obligations([post.id for post in posts], year)
    for post in posts:
        facts, row = post_facts(post), there.get(post.id)
        due = due_in(facts, year, schemes[post.kind])
        if due is None:
            changed += row is not None
            if row is not None:
                session().delete(row)
            continue
        if row is None:
            row = Obligation(post_id=post.id, year=year, deadline=due.deadline)
            session().add(row)
        changed += _apply(row, due, facts)
    session().flush()
    return changed


def _apply(row: Obligation, due: Due, post: PostFacts) -> bool:
    """Write what is due; credits of days the post no longer covers fall away."""
    before = (row.need, row.deadline, row.exemption_rule, len(row.credits))
    row.need, row.deadline, row.exemption_rule = due.need, due.deadline, due.exemption
    row.credits = [credit for credit in row.credits if post.holds_on(credit.day)]
    return before != (row.need, row.deadline, row.exemption_rule, len(row.credits))


def exempt(row: Obligation, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """Let somebody off this year's duty, with a reason that is kept. RuleBroken without one or when held already."""
    row.expect_version(seen)
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        sentence = gettext("请写明免计的理由,不超过 %(most)s 字。", most=LONGEST_REASON)
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    if row.exemption_rule is not None or row.exemption_reason:
        raise Conflict(gettext("这项党课责任已经免计。"))
    if sum(credit.is_held for credit in row.credits) >= row.need:
        raise RuleBroken(gettext("这项党课责任已经完成,不用免计。"))
    row.exemption_reason = text
    row.exempted_by_id, row.exempted_at = actor.user_id, clock.now()
    audit.note(session(), gettext("免计党课责任:%(who)s", who=row.post.holder.name))
    session().flush()


def lift_exemption(row: Obligation, *, actor: Actor, seen: int | None = None) -> None:
    """Let the duty stand again. RuleBroken where it follows from the dates of the post."""
    row.expect_version(seen)
    if row.exemption_rule is not None:
        raise RuleBroken(gettext("这项免计由任职时间决定,请先更正任职起止日期。"))
    if not row.exemption_reason:
        raise Conflict(gettext("这项党课责任没有免计。"))
    row.exemption_reason, row.exempted_by_id, row.exempted_at = "", None, None
    audit.note(session(), gettext("恢复党课责任:%(who)s", who=row.post.holder.name))
    session().flush()
