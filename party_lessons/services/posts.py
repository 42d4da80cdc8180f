"""Who holds which post from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict, Unpack

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import Conflict, RuleBroken, Violation
from instructor_pool.models import Instructor
from party_lessons.enums import PostKind
from party_lessons.models import Post
from party_lessons.queries.posts import find_overlapping
from party_lessons.services.obligations import settle_post


class PostFields(TypedDict, total=False):
    """When a post is held (both days included; None = still) and which kind it is [0 §16, 1 §17]."""

    starts: date
    ends: date | None
    kind: PostKind


def take_up(
    holder: Instructor,
    unit: OrgUnit,
    title: str,
    *,
    actor: Actor,
    why: str = "",
    **fields: Unpack[PostFields],
) -> Post:
    """`holder` takes up a post at `unit`; what it owes follows from its days.

    RuleBroken when it would end before it begins; Conflict when the person holds the same post then.
    """
    post = Post(
        holder=holder,
        unit=unit,
        title=title,
        starts=fields["starts"],
        ends=fields.get("ends"),
        kind=fields["kind"],
    )
    _check(post)
    session().add(post)
    session().flush()
    settle_post(post, actor=actor, why=why or gettext("登记任职"))
    return post


def amend(
    post: Post, *, actor: Actor, why: str = "", seen: int | None = None, **fields: Unpack[PostFields]
) -> None:
    """Correct the days or the kind; what the post owes is computed anew. Refusals as in `take_up`."""
    post.expect_version(seen)
    for name, value in fields.items():
        setattr(post, name, value)
    _check(post)
    session().flush()
    settle_post(post, actor=actor, why=why or gettext("更正任职"))


def leave(post: Post, last_day: date, why: str, *, actor: Actor, seen: int | None = None) -> None:
    """The post is given up: retired, or it falls vacant. RuleBroken before its first day or after an earlier end."""
    post.expect_version(seen)
    if post.ends is not None and last_day > post.ends:
        raise _refused("ends", gettext("这个职务已在 %(day)s 离任。", day=post.ends.isoformat()))
    amend(post, actor=actor, why=why, ends=last_day)
    audit.note(session(), gettext("%(who)s 离任 %(post)s", who=post.holder.name, post=post.title))


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a post is, and what it is."""

    unit: OrgUnit
    title: str
    kind: PostKind


def move(post: Post, to: Seat, day: date, why: str, *, actor: Actor, seen: int | None = None) -> Post:
    """The holder moves to another post from `day` on: what was held before stays with the old post."""
    if day <= post.starts:
        sentence = gettext("到任日期应晚于原职务的任职起始日期 %(day)s。", day=post.starts.isoformat())
        raise _refused("day", sentence)
    leave(post, day - timedelta(days=1), why, actor=actor, seen=seen)
    return take_up(post.holder, to.unit, to.title, actor=actor, why=why, starts=day, kind=to.kind)


def _check(post: Post) -> None:
    if post.ends is not None and post.ends < post.starts:
        raise _refused("ends", gettext("离任日期不能早于任职起始日期 %(day)s。", day=post.starts.isoformat()))
    with session().no_autoflush:
        if find_overlapping(post) is not None:
            raise Conflict(
                gettext(
                    "%(who)s 在这段时间已登记了%(unit)s%(title)s。",
                    who=post.holder.name,
                    unit=post.unit.title,
                    title=post.title,
                )
            )


def _refused(field: str, sentence: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(field, sentence, field)])
