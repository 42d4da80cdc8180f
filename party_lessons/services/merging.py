"""Duties when two files of one person are merged: a post entered twice is owed once. Flush only."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from core.db import session
from core.words import N_
from instructor_pool.models import Instructor
from instructor_pool.services.merging import Follower
from party_lessons.models import Obligation, Post
from party_lessons.services.exempting import exempt


def _follow(kept: Instructor, closed: Instructor, actor: Actor) -> None:
    """Posts that both files had stay behind: their credits go to the twin, and nothing is owed for them any more."""
    for post in session().scalars(select(Post).where(Post.holder_id == closed.id)).all():
        twin = (
            session()
            .scalars(
                select(Post).where(
                    Post.holder_id == kept.id,
                    Post.unit_id == post.unit_id,
                    Post.title == post.title,
                    Post.starts == post.starts,
                )
            )
            .one()
        )
        for row in session().scalars(select(Obligation).where(Obligation.post_id == post.id)).all():
            _settle(row, twin, actor)


def _settle(row: Obligation, twin: Post, actor: Actor) -> None:
    same_year = select(Obligation).where(
        Obligation.post_id == twin.id, Obligation.year == row.year, Obligation.scheme_id == row.scheme_id
    )
    heir = session().scalar(same_year)
    if heir is None:
        row.post_id = twin.id
        session().flush()
        return
    known = {credit.session_ref for credit in heir.credits}
    for credit in [c for c in row.credits if c.session_ref not in known]:
        row.credits.remove(credit)
        heir.credits.append(credit)
    session().flush()
    is_owed = sum(credit.is_held for credit in row.credits) < row.need
    if is_owed and row.exemption_rule is None and not row.exemption_reason:
        exempt(row, gettext("同一职务登记了两次，已并入另一份档案。"), actor=actor)


DUTIES = Follower(N_("党课责任"), lambda _closed_id: 0, lambda _kept, _closed: [], _follow)
