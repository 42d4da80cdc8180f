"""What trainees said of the demo's lessons: rounds that are over, one that is open, one with too few answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from app.demo.cast import Cast, at
from core.db import session, transaction
from evaluations.enums import CodeMode
from evaluations.models import FeedbackRound, SessionScore
from evaluations.services import appeals, feedback, ratings
from instructor_pool.models import Instructor
from scheduling.enums import SessionState
from scheduling.models import Session
from score_forms.enums import Kind
from score_forms.models import ScoreSheet

LUCK = 2027
MOST = 14
SAID = (
    "案例贴近村里的事，听得进去。",
    "建议多留一点讨论时间。",
    "老师准备很充分。",
    "投影字小，后排看不清。",
    "希望把课件发给大家。",
    "讲得实在，回去能用。",
)
REASON = "当天会场停电，投影和音响都用不了，改在院子里讲，方法和效果两项不能反映平时水平。"
OPINION = "经与承办单位核实，当天确实停电，这份评分不计入。"


def let_trainees_speak(cast: Cast, until: datetime) -> None:
    """Half of the held lessons were scored by their trainees; the last one is being scored now."""
    luck = Random(LUCK)  # noqa: S311  (the same demo every time, nothing secret)
    stmt = select(Session.id, Session.start).where(
        Session.state == SessionState.HELD, Session.instructor_id.is_not(None), Session.start < until
    )
    held = [(i, start) for i, start in session().execute(stmt.order_by(Session.start)) if start is not None]
    for session_id, start in held[:-1]:
        if luck.random() < 0.5:
            with at(start + timedelta(minutes=100)):
                _round(cast, session_id, luck, hours=24, share=luck.uniform(0.5, 0.8))
    for session_id, _start in held[-1:]:
        with at(until - timedelta(hours=1)):
            _round(cast, session_id, luck, hours=72, share=0.2)
    with at(until), transaction():
        # Rounds that ran out count from the next nightly refresh on.
        ratings.refresh_ratings()


def appeal(cast: Cast) -> None:
    """The demo's lecturer objects to the lowest score, a colleague to one that was excluded then."""
    stmt = (
        select(SessionScore.id)
        .join(Instructor, SessionScore.instructor_id == Instructor.id)
        .join(ScoreSheet, SessionScore.sheet_id == ScoreSheet.id)
        .order_by(ScoreSheet.total)
    )
    mine = Instructor.user_id.is_not(None)
    for own, upheld in ((mine, False), (~mine, True)):
        with transaction():
            score_id = session().scalar(stmt.where(own).limit(1))
            if score_id is None:
                continue
            score = session().get_one(SessionScore, score_id)
            person = session().get_one(Instructor, score.instructor_id)
            filed = appeals.file_appeal(person, score, REASON, actor=cast.actor("organiser"))
            if upheld:
                appeals.decide(filed, upheld=True, opinion=OPINION, actor=cast.actor("approver"))


def _round(cast: Cast, session_id: int, luck: Random, *, hours: int, share: float) -> None:
    with transaction():
        row = session().get_one(Session, session_id)
        people = row.attendance or row.training_class.size
        found = feedback.open_round(row, CodeMode.OPEN, hours=hours, actor=cast.actor("organiser"))
        liking = luck.gauss(0.85, 0.06)
        for n in range(min(round(people * share), MOST)):
            _answer(found, luck, liking, f"demo-{n}")


def _answer(found: FeedbackRound, luck: Random, liking: float, device: str) -> None:
    marks: dict[str, Decimal] = {}
    for line in found.form.lines:
        if line.kind is Kind.POINTS:
            place = min(max(round((1 - luck.gauss(liking, 0.12)) * 5), 0), 4)
            marks[line.key] = line.choices[place] if line.choices else Decimal(line.most)
        elif line.kind is Kind.VETO:
            marks[line.key] = Decimal(1)
    comment = luck.choice(SAID) if luck.random() < 0.15 else ""
    feedback.receive(found.code, marks, comment, device=device)
