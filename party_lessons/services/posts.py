"""Who holds which post from when to when."""

from __future__ import annotations

from datetime import date
from typing import TypedDict, Unpack

from accounts.access import Actor
from accounts.models import OrgUnit
from core.db import session
from instructor_pool.models import Instructor
from party_lessons.enums import SchemeKind
from party_lessons.models import Post
from party_lessons.services.obligations import settle_post


class PostFields(TypedDict, total=False):
    """When a post is held (both days included; None = still) and which scheme it falls under [0 §16, 1 §17]."""

    starts: date
    ends: date | None
    kind: SchemeKind


def take_up(
    holder: Instructor, unit: OrgUnit, title: str, *, actor: Actor, **fields: Unpack[PostFields]
) -> Post:
    """`holder` takes up a post at `unit`; what it owes follows from its days."""
    post = Post(
        holder=holder,
        unit=unit,
        title=title,
        starts=fields["starts"],
        ends=fields.get("ends"),
        kind=fields["kind"],
    )
    session().add(post)
    session().flush()
    settle_post(post, actor=actor)
    return post


def amend(post: Post, *, actor: Actor, **fields: Unpack[PostFields]) -> None:
    """Correct the days or the scheme; what the post owes is computed anew."""
    for name, value in fields.items():
        setattr(post, name, value)
    session().flush()
    settle_post(post, actor=actor)
