"""Trainees' feedback: opening a round, taking anonymous answers, closing. Flush only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from flask_babel import gettext
from sqlalchemy import select, update

from accounts.access import Actor
from core import audit, clock
from core.codes import digest
from core.db import session as database
from core.errors import RuleBroken
from core.sealed import blind
from courses.enums import Method
from courses.rules import is_interactive
from evaluations import rules
from evaluations.enums import CodeMode
from evaluations.models import FeedbackRound, FeedbackTicket, TraineeAnswer
from evaluations.queries import feedback
from evaluations.services.ratings import update_rating
from scheduling.enums import SessionState
from scheduling.models import Session
from score_forms import services as forms
from score_forms.enums import Kind, Purpose
from score_forms.rules import total

MOST_HOURS = 24 * 14
MOST_CODES = 500


def open_round(
    session: Session, mode: CodeMode, *, hours: int, codes: int = 0, actor: Actor
) -> FeedbackRound:
    """Open the feedback of a session for `hours` after its end (after now, once that is past).

    `codes` single-use codes are made, or one open code. Lectures and interactive teaching have forms of their
    own [common]. RuleBroken for a second round, or numbers that make no sense.
    """
    if feedback.find_round(session.id) is not None:
        raise RuleBroken(gettext("这次课已经开过评课码。"))
    if not 1 <= hours <= MOST_HOURS:
        raise RuleBroken(gettext("开放时间应在 1 到 %(most)s 小时之间。", most=MOST_HOURS))
    if mode is CodeMode.SINGLE_USE and not rules.FEWEST_SHOWN <= codes <= MOST_CODES:
        raise RuleBroken(
            gettext("一人一码要 %(few)s 到 %(most)s 张。", few=rules.FEWEST_SHOWN, most=MOST_CODES)
        )
    start, end = session.start or clock.now(), session.end or clock.now()
    is_lecture = not is_interactive(session.method) and session.method is not Method.INTERACTIVE
    purpose = Purpose.TRAINEE_LECTURE if is_lecture else Purpose.TRAINEE_INTERACTIVE
    klass, token = session.training_class, secrets.token_urlsafe(16)
    row = FeedbackRound(
        session_id=session.id,
        form_id=forms.current_form(purpose, klass.owner.path).id,
        mode=mode,
        token=token,
        token_digest=digest(token),
        codes=codes if mode is CodeMode.SINGLE_USE else 0,
        most=codes if mode is CodeMode.SINGLE_USE else rules.most_answers(klass.size),
        opens_at=start,
        closes_at=max(end, clock.now()) + timedelta(hours=hours),
        opened_by_id=actor.user_id,
    )
    database().add(row)
    database().flush()
    for code in codes_of(row):
        database().add(FeedbackTicket(digest=digest(code), round_id=row.id, is_used=False))
    database().flush()
    audit.note(database(), gettext("开评课码：%(course)s", course=session.course_name))
    return row


def codes_of(row: FeedbackRound) -> list[str]:
    """The single-use codes of a round, made from its own 128 bits, so that slips can be printed again."""
    return [
        urlsafe_b64encode(hmac.new(row.code.encode(), str(n).encode(), hashlib.sha256).digest()[:16])
        .decode()
        .rstrip("=")
        for n in range(row.codes)
    ]


def device_ticket(row: FeedbackRound, device: str) -> str:
    """The digest under which a phone's random mark is remembered for one round: other rounds cannot be joined."""
    return blind(f"{row.id}|{device}", "feedback")


def has_answered(row: FeedbackRound, ticket: FeedbackTicket | None, device: str) -> bool:
    """Whether this code, or with an open code this phone, has answered."""
    if ticket is None:
        ticket = feedback.find_ticket(device_ticket(row, device)) if device else None
    return ticket is not None and ticket.is_used


def refusal(row: FeedbackRound) -> str:
    """Why no answer is taken now, in words; empty when one is."""
    now: datetime = clock.now()
    if row.closed_at is not None or now >= row.closes_at:
        return gettext("这次课的评课已经结束。")
    if now < row.opens_at:
        return gettext("课还没有开始，上课以后再来打分。")
    return ""


def receive(code: str, marks: Mapping[str, Decimal], comment: str, *, device: str) -> bool:
    """Take one answer: True when it counts, False when this code or phone had answered before.

    Nothing of who, where from or when is kept; the answer and the ticket know nothing of each other.
    RuleBroken names every bad mark, or says that the round is not open or full.
    """
    found = feedback.find_by_code(code)
    if found is None:
        raise RuleBroken(gettext("没有这个评课码。"))
    row, ticket = found
    # Answers to one session are counted one after the other, so that "full" is exact.
    database().execute(select(FeedbackRound.id).where(FeedbackRound.id == row.id).with_for_update())
    if has_answered(row, ticket, device):
        return False
    reason = refusal(row)
    if reason:
        raise RuleBroken(reason)
    if feedback.count_answers(row.id) >= row.most:
        raise RuleBroken(gettext("这次课的评价已经收满。"))
    wrong = forms.violations(row.form, marks)
    if wrong:
        raise RuleBroken(gettext("还有 %(n)s 项没有选。", n=len(wrong)), wrong)
    if not _use(row, ticket, device):
        return False
    kept = {line.key: str(marks[line.key]) for line in row.form.lines if line.kind is not Kind.COMMENT}
    database().add(
        TraineeAnswer(
            key=secrets.token_hex(16),
            round_id=row.id,
            total=total(row.form.lines, marks).points,
            marks=kept,
            comment=comment.strip()[:500],
        )
    )
    database().flush()
    return True


def _use(row: FeedbackRound, ticket: FeedbackTicket | None, device: str) -> bool:
    """Mark the code or the phone as having answered; False when somebody was faster."""
    if ticket is None:
        if not device:
            raise RuleBroken(gettext("手机没有保存本页的标记，请刷新后再交。"))
        database().add(FeedbackTicket(digest=device_ticket(row, device), round_id=row.id, is_used=True))
        database().flush()
        return True
    used = database().execute(
        update(FeedbackTicket)
        .where(FeedbackTicket.digest == ticket.digest, FeedbackTicket.is_used.is_(False))
        .values(is_used=True)
        .execution_options(synchronize_session="fetch")
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def close_round(row: FeedbackRound, *, actor: Actor) -> None:
    """Take no more answers; results show from five on. It is not opened again."""
    if feedback.is_closed(row):
        raise RuleBroken(gettext("这次课的评课已经结束。"))
    row.closed_at = clock.now()
    database().flush()
    person = row.session.instructor
    if person is not None and row.session.state is SessionState.HELD:
        update_rating(person)
    audit.note(database(), gettext("结束评课：%(course)s", course=row.session.course_name))


def extend_round(row: FeedbackRound, *, hours: int, actor: Actor) -> None:
    """Keep a round open for longer."""
    if feedback.is_closed(row):
        raise RuleBroken(gettext("这次课的评课已经结束。"))
    if not 1 <= hours <= MOST_HOURS:
        raise RuleBroken(gettext("开放时间应在 1 到 %(most)s 小时之间。", most=MOST_HOURS))
    row.closes_at = row.closes_at + timedelta(hours=hours)
    database().flush()
