"""Scoring held sessions, and writing ratings down into the pool in the same transaction. Flush only."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session as database
from core.errors import NotAllowed, RuleBroken
from evaluations import queries
from evaluations.models import SessionScore
from evaluations.services.ratings import update_rating
from scheduling.enums import SessionState
from scheduling.models import Session
from score_forms import services as forms
from score_forms.enums import Purpose


def score_session(
    session: Session, marks: Mapping[str, Decimal], comment: str = "", *, actor: Actor, key: str = ""
) -> SessionScore:
    """Hand in the supervision sheet on a held session; the instructor's rating moves at once.

    `key` tells this sheet from another by the same person, so that one sent twice can be told from a second.

    RuleBroken when it is not held, nobody of the pool taught it, or the actor has scored it; NotAllowed
    for one's own lesson.
    """
    if session.state is not SessionState.HELD:
        raise RuleBroken(gettext("这次课还没有讲，不能评分。"))
    person = session.instructor
    if person is None:
        raise RuleBroken(gettext("这次课不是库里的讲师讲的，不评分。"))
    if actor.user_id is None:
        raise NotAllowed(gettext("评分要由人来评。"))
    if queries.teaches(actor, session):
        raise NotAllowed(gettext("不能给自己的课评分。"))
    if queries.find_score(session.id, actor.user_id) is not None:
        raise RuleBroken(gettext("您已经评过这次课，评过就不能改。"))
    form = forms.current_form(Purpose.SUPERVISION, session.training_class.owner.path)
    sheet = forms.fill_in(form, marks, comment, actor=actor)
    score = SessionScore(
        session_id=session.id,
        instructor_id=person.id,
        scorer_id=actor.user_id,
        sheet_id=sheet.id,
        scored_at=clock.now(),
        excluded_reason="",
        key=key or None,
    )
    database().add(score)
    database().flush()
    update_rating(person)
    audit.note(database(), gettext("给 %(name)s 的课评分：%(total)s 分", name=person.name, total=sheet.total))
    return score
