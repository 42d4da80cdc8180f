"""Who came into the demo's pool this spring: every step between publicity and a withdrawn certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from app.demo import candidates
from app.demo.cast import Cast, at
from app.demo.chapters import LUCK
from core.db import session, transaction
from instructor_pool.enums import (
    EngagementMode,
    ExitReason,
    NominationKind,
    ObjectionOutcome,
    PoolAction,
    SourceCategory,
)
from instructor_pool.models import Instructor
from instructor_pool.queries import find_publicity
from instructor_pool.services import appointing, life, nominating, publicity
from instructor_pool.services.appointing import Engagement
from instructor_pool.services.nominating import Told
from instructor_pool.services.publicity import Raised

PUT_UP, RAISED, OVER, SIGNED, NOW = (
    datetime(2027, 4, 20, 9, 0),
    datetime(2027, 4, 22, 15, 0),
    datetime(2027, 4, 30, 9, 0),
    datetime(2027, 5, 6, 9, 0),
    datetime(2027, 5, 10, 8, 0),
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody on the way of the appointed, and the last step done: 0 publicity, 1 approved, 2 signed, 3 appointed, 4 left."""

    name: str
    unit: str
    steps: int


APPOINTED = (
    Newcomer("言偃文", "县文化馆", 0),
    Newcomer("卜商礼", "县教学研究室", 1),
    Newcomer("有若思", "县融媒体中心", 2),
    Newcomer("澹台明", "县水务局", 3),
    Newcomer("樊迟农", "县农机中心", 4),
)


def come(cast: Cast) -> None:
    """Five appointed ones, each a step further; one invited, one seconded, one in reserve; volunteers among them."""
    luck = Random(LUCK)  # noqa: S311
    for newcomer in APPOINTED:
        _appointed(cast, newcomer, luck)
    _invited(cast)
    _seconded(cast)
    _reserve(cast, luck)


@contextmanager
def _acting(moment: datetime, person_id: int) -> Iterator[Instructor]:
    with at(moment), transaction():
        yield session().get_one(Instructor, person_id)


def _nominate(cast: Cast, name: str, unit: str, mode: EngagementMode, *, volunteer: bool = False) -> int:
    told = Told(NominationKind.ORGANISATION, "仲委员", unit, topics="身边的党史")
    with at(PUT_UP), transaction():
        organiser = cast.actor("organiser")
        person = nominating.receive(
            cast.county,
            {
                "name": name,
                "work_unit": unit,
                "source_category": SourceCategory.PARTY_WORKER,
                "engagement_mode": mode,
                "recommended_by": unit,
                "is_volunteer": volunteer,
            },
            told,
            actor=organiser,
        ).person
        life.take_step(person, PoolAction.CHECK_ELIGIBILITY, actor=organiser)
        return person.id


def _appointed(cast: Cast, newcomer: Newcomer, luck: Random) -> None:
    organiser, approver = cast.actor("organiser"), cast.actor("approver")
    person_id = _nominate(cast, newcomer.name, newcomer.unit, EngagementMode.APPOINTED)
    with _acting(PUT_UP, person_id) as person:
        candidates.review(cast, person, luck, everyone=True)
        publicity.publicise(person, actor=organiser)
    with _acting(RAISED, person_id) as person:
        shown = find_publicity(person.id)
        if shown is not None and newcomer.steps == 0:
            heard = publicity.take_objection(shown, Raised("单位同事", "去年请假较多。"), actor=organiser)
            answer = "查考勤：均为公派培训，已向提出人说明。"
            publicity.answer_objection(heard, ObjectionOutcome.DISMISSED, answer, actor=organiser)
    if newcomer.steps >= 1:
        with _acting(OVER, person_id) as person:
            life.take_step(person, PoolAction.APPROVE, reason="同意入库", actor=approver)
    if newcomer.steps >= 2:
        with _acting(SIGNED, person_id) as person:
            start, end = date(2027, 5, 10), date(2029, 5, 9)
            appointing.sign_letter(person, signed_on=SIGNED.date(), start=start, end=end, actor=organiser)
    if newcomer.steps >= 3:
        with _acting(NOW, person_id) as person:
            appointing.appoint(person, actor=organiser)
    if newcomer.steps >= 4:
        with _acting(NOW, person_id) as person:
            life.leave(person, why=ExitReason.OWN_REQUEST, day=NOW.date(), note="调往外县", actor=approver)


def _invited(cast: Cast) -> None:
    person_id = _nominate(cast, "林放礼", "市委党校", EngagementMode.INVITED, volunteer=True)
    with _acting(NOW, person_id) as person:
        occasion = Engagement("县委组织部", "村书记示范班开班第一课")
        appointing.admit(person, occasion, actor=cast.actor("approver"))


def _seconded(cast: Cast) -> None:
    person_id = _nominate(cast, "蘧伯玉", "市委讲师团", EngagementMode.SECONDED)
    with _acting(NOW, person_id) as person:
        task = Engagement("市委组织部", "市委宣讲团驻县宣讲", date(2027, 12, 31))
        appointing.admit(person, task, actor=cast.actor("approver"))


def _reserve(cast: Cast, luck: Random) -> None:
    person_id = _nominate(cast, "商瞿易", "县老干部局", EngagementMode.APPOINTED, volunteer=True)
    with _acting(PUT_UP, person_id) as person:
        candidates.review(cast, person, luck, everyone=True)
        life.take_step(
            person, PoolAction.RESERVE, reason="本年名额已满，明年优先", actor=cast.actor("organiser")
        )
