"""An instructor's word against a score: filed, answered, taken back. Flush only."""

from __future__ import annotations

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.db import session
from core.errors import NotAllowed, RuleBroken, Violation
from evaluations import notices
from evaluations.enums import AppealState
from evaluations.models import FeedbackRound, RatingAppeal, SessionScore
from evaluations.queries import appeals as queries
from evaluations.services.ratings import update_rating
from instructor_pool.models import Instructor
from notifications.services import queue


def file_appeal(
    person: Instructor, against: SessionScore | FeedbackRound, reason: str, *, actor: Actor
) -> RatingAppeal:
    """Say why a score is not right. One appeal a score; one that was withdrawn may be filed again."""
    reason = _said(reason, gettext("请写明申诉理由。"), "reason")
    found = queries.find_appeal(against)
    if found is not None and found.state is not AppealState.WITHDRAWN:
        raise RuleBroken(gettext("这份评分已经申诉过：%(state)s。", state=found.state.label))
    if found is None:
        if against.excluded_reason:
            raise RuleBroken(gettext("这份评分本来就不计入。"))
        is_score = isinstance(against, SessionScore)
        found = RatingAppeal(
            instructor_id=person.id,
            session_id=against.session_id,
            score_id=against.id if is_score else None,
            round_id=None if is_score else against.id,
            opinion="",
            decided_by="",
        )
        session().add(found)
    found.state, found.reason, found.filed_at = AppealState.OPEN, reason[:500], clock.now()
    session().flush()
    audit.note(session(), gettext("%(name)s 对评分提出申诉", name=person.name))
    return found


def withdraw(appeal: RatingAppeal, *, actor: Actor) -> None:
    """Take one's appeal back before it is answered."""
    if appeal.state is not AppealState.OPEN:
        raise RuleBroken(gettext("这份申诉%(state)s，不能再撤回。", state=appeal.state.label))
    appeal.state = AppealState.WITHDRAWN
    session().flush()


def decide(
    appeal: RatingAppeal, *, upheld: bool, opinion: str, actor: Actor, seen: int | None = None
) -> None:
    """Uphold: the score no longer counts, and the rating moves at once. Or leave it as it is. Both with a reason.

    NotAllowed for the instructor, and for whoever gave the score.
    """
    appeal.expect_version(seen)
    if appeal.state is not AppealState.OPEN:
        raise RuleBroken(gettext("这份申诉%(state)s，不能再处理。", state=appeal.state.label))
    if actor.user_id is not None and actor.user_id == appeal.instructor.user_id:
        raise NotAllowed(gettext("不能处理自己的申诉。"))
    if appeal.score is not None and actor.user_id == appeal.score.scorer_id:
        raise NotAllowed(gettext("这份评分是您打的，请由别人处理。"))
    opinion = _said(opinion, gettext("请写明处理意见。"), "opinion")[:300]
    appeal.state = AppealState.UPHELD if upheld else AppealState.REJECTED
    appeal.opinion, appeal.decided_at, appeal.decided_by = opinion, clock.now(), actor.name
    _exclude(appeal, opinion if upheld else "")


def reopen(appeal: RatingAppeal, *, reason: str, actor: Actor, seen: int | None = None) -> None:
    """Take an answer back: the score counts again, and the appeal waits again."""
    appeal.expect_version(seen)
    if appeal.state not in (AppealState.UPHELD, AppealState.REJECTED):
        raise RuleBroken(gettext("这份申诉还没有处理，不用重新处理。"))
    reason = _said(reason, gettext("请写明为什么重新处理。"), "opinion")
    appeal.state, appeal.decided_at, appeal.decided_by = AppealState.OPEN, None, ""
    appeal.opinion = gettext("%(name)s 要求重新处理：%(reason)s", name=actor.name, reason=reason)[:300]
    _exclude(appeal, "")


def _exclude(appeal: RatingAppeal, reason: str) -> None:
    appeal.against.excluded_reason = reason
    session().flush()
    update_rating(appeal.instructor)
    audit.note(
        session(),
        gettext("%(name)s 的评分申诉：%(state)s", name=appeal.instructor.name, state=appeal.state.label),
    )
    if appeal.instructor.user_id is not None:
        queue(appeal.instructor.user_id, *notices.appeal_answered(appeal))


def _said(text: str, sentence: str, field: str) -> str:
    if not text.strip():
        raise RuleBroken(sentence, [Violation("missing", sentence, field)])
    return text.strip()
