"""What ratings are made of: every score that counts, by day, of a pool or of a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, Subquery, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from core import clock
from core.db import session
from core.settings import get_setting
from evaluations import rules
from evaluations.models import FeedbackRound, SessionScore, TraineeAnswer
from instructor_pool.models import Instructor
from instructor_pool.queries import get_instructor
from scheduling.enums import SessionState
from scheduling.models import Session
from score_forms.models import ScoreSheet

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A supervisor's score with what it weighs today."""

    score: SessionScore
    weight: Decimal


@dataclass(frozen=True, slots=True)
class RoundLine:
    """Trainees' answers on a session, which count as one score, with what it weighs today."""

    session: Session
    round_id: int
    answers: int
    mean: Decimal
    excluded_reason: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class RatingParts:
    """What a rating is made of; `rating` is what the sum gives now, `kept` what stands in the pool."""

    own: rules.Tally
    pool_mean: Decimal
    parameters: rules.Parameters
    rating: Decimal
    kept: int
    scores: tuple[ScoreLine, ...]
    rounds: tuple[RoundLine, ...]

    @property
    def is_current(self) -> bool:
        """Whether the pool keeps what the sum gives now; days go by and the pool's mean moves."""
        return rules.stored(self.rating) == self.kept


def setting_key(owner_id: int) -> str:
    """Where a level keeps its parameters."""
    return f"rating:{owner_id}"


def parameters_of(owner_id: int) -> rules.Parameters:
    """How the ratings of one pool are reckoned."""
    kept: dict[str, int] = get_setting(setting_key(owner_id), {})
    return rules.Parameters(**kept)


def _scores(owner_id: int) -> Subquery:
    """(person, day, total) of every score that counts in one pool: each supervisor's sheet, each round of trainees.

    A round is one score, the mean of its answers, and counts once it is over with enough answers to be shown.
    """
    sheets = (
        select(
            SessionScore.instructor_id.label("person_id"),
            Session.day.label("day"),
            ScoreSheet.total.label("total"),
        )
        .join(ScoreSheet, SessionScore.sheet_id == ScoreSheet.id)
        .join(Session, SessionScore.session_id == Session.id)
        .join(Instructor, SessionScore.instructor_id == Instructor.id)
        .where(Instructor.owner_id == owner_id, SessionScore.excluded_reason == "")
    )
    rounds = (
        shown_rounds()
        .join(Instructor, Session.instructor_id == Instructor.id)
        .where(Instructor.owner_id == owner_id, FeedbackRound.excluded_reason == "")
        .with_only_columns(Session.instructor_id, Session.day, func.avg(TraineeAnswer.total))
        .group_by(Session.instructor_id, Session.day, FeedbackRound.id)
    )
    return union_all(sheets, rounds).subquery()


def shown_rounds() -> Select[int, int, int, Decimal]:
    """(session, round, answers, mean) of every round whose results may be seen."""
    return (
        select(
            FeedbackRound.session_id,
            FeedbackRound.id.label("round_id"),
            func.count(TraineeAnswer.key).label("answers"),
            func.avg(TraineeAnswer.total).label("mean"),
        )
        .join(Session, FeedbackRound.session_id == Session.id)
        .join(TraineeAnswer, TraineeAnswer.round_id == FeedbackRound.id)
        .where(
            Session.state == SessionState.HELD,
            or_(FeedbackRound.closed_at.is_not(None), FeedbackRound.closes_at <= clock.now()),
        )
        .group_by(FeedbackRound.id, FeedbackRound.session_id)
        .having(func.count(TraineeAnswer.key) >= rules.FEWEST_SHOWN)
    )


def _age(day: date) -> int:
    return (clock.today() - day).days


def pool_mean(owner_id: int, p: rules.Parameters) -> Decimal:
    """The mean of every counting score of one pool, drawn towards the default while they are few.

    The database adds up by day: as many rows as days of teaching, however large the pool.
    """
    scores = _scores(owner_id)
    stmt = select(scores.c.day, func.count(), func.sum(scores.c.total)).group_by(scores.c.day)
    days = [(_age(day), n, Decimal(str(total))) for day, n, total in session().execute(stmt)]
    return rules.pool_mean(rules.tally(days, p.half_life), p)


def tallies(owner_id: int, p: rules.Parameters, instructor_id: int | None = None) -> dict[int, rules.Tally]:
    """Scores of one pool added up by person, one statement; only one person's when asked."""
    scores = _scores(owner_id)
    stmt = select(scores.c.person_id, scores.c.day, func.count(), func.sum(scores.c.total))
    stmt = stmt.group_by(scores.c.person_id, scores.c.day)
    if instructor_id is not None:
        stmt = stmt.where(scores.c.person_id == instructor_id)
    days: dict[int, list[tuple[int, int, Decimal]]] = defaultdict(list)
    for person_id, day, n, total in session().execute(stmt):
        days[person_id].append((_age(day), n, Decimal(str(total))))
    return {person_id: rules.tally(found, p.half_life) for person_id, found in days.items()}


def owners_with_scores() -> list[int]:
    """Units whose pools have scores: for the nightly refresh."""
    scored = (
        select(Instructor.owner_id).join(SessionScore, SessionScore.instructor_id == Instructor.id).distinct()
    )
    answered = (
        select(Instructor.owner_id)
        .join(Session, Session.instructor_id == Instructor.id)
        .join(FeedbackRound, FeedbackRound.session_id == Session.id)
        .distinct()
    )
    return sorted({*session().scalars(scored), *session().scalars(answered)})


def list_rated(owner_id: int, instructor_ids: list[int]) -> list[Instructor]:
    """People of a pool whose ratings are to be written: those with scores, and those whose scores went."""
    return list(
        session().scalars(
            select(Instructor).where(
                Instructor.owner_id == owner_id,
                or_(Instructor.id.in_(instructor_ids), Instructor.rating_count > 0),
            )
        )
    )


def rating_parts(scope: Scope, instructor_id: int) -> tuple[Instructor, RatingParts]:
    """A person inside the scope and what the rating is made of."""
    person = get_instructor(scope, instructor_id)
    return person, parts_of(person)


def parts_of(person: Instructor) -> RatingParts:
    """What a person's rating is made of, the latest sessions first."""
    p = parameters_of(person.owner_id)
    own = tallies(person.owner_id, p, person.id).get(person.id, rules.NOTHING)
    prior = pool_mean(person.owner_id, p)
    return RatingParts(
        own=own,
        pool_mean=prior,
        parameters=p,
        rating=rules.rating(own, prior, p),
        kept=person.rating,
        scores=tuple(_score_lines(person.id, p)),
        rounds=tuple(_round_lines(person.id, p)),
    )


def _weight(day: date, p: rules.Parameters) -> Decimal:
    return rules.rounded(rules.weight_of(_age(day), p.half_life), rules.HUNDREDTH)


def _score_lines(instructor_id: int, p: rules.Parameters) -> list[ScoreLine]:
    stmt = (
        select(SessionScore)
        .join(Session, SessionScore.session_id == Session.id)
        .where(SessionScore.instructor_id == instructor_id)
        .options(
            joinedload(SessionScore.session).joinedload(Session.training_class),
            joinedload(SessionScore.sheet),
        )
        .order_by(Session.day.desc(), SessionScore.id.desc())
        .limit(MOST_SHOWN)
    )
    return [ScoreLine(score, _weight(score.session.day, p)) for score in session().scalars(stmt).unique()]


def _round_lines(instructor_id: int, p: rules.Parameters) -> list[RoundLine]:
    found = shown_rounds().where(Session.instructor_id == instructor_id).subquery()
    stmt = (
        select(Session, found.c.round_id, found.c.answers, found.c.mean, FeedbackRound.excluded_reason)
        .join(found, found.c.session_id == Session.id)
        .join(FeedbackRound, FeedbackRound.id == found.c.round_id)
        .options(joinedload(Session.training_class))
        .order_by(Session.day.desc(), Session.id.desc())
        .limit(MOST_SHOWN)
    )
    return [
        RoundLine(row, round_id, n, rules.tenth(Decimal(str(mean))), why, _weight(row.day, p))
        for row, round_id, n, mean, why in session().execute(stmt)
    ]
