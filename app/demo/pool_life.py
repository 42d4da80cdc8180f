"""The pool of the demo county: courseware in every state, an incident."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select

from app.demo.cast import Cast, at
from core.db import session, transaction
from instructor_pool.enums import IncidentGrade
from instructor_pool.models import Courseware, Instructor, Qualification
from instructor_pool.services import courseware
from instructor_pool.services.courseware import Draft
from scheduling.enums import SessionState
from scheduling.models import Session

HANDED_IN = datetime(2027, 3, 8, 10, 0)
NOW = datetime(2027, 5, 10, 8, 0)
WAITING, ENDING = 3, 2


def teach(cast: Cast) -> None:
    """The most experienced hand in courseware: some cleared, some about to end, one returned, some waiting."""
    chosen = _busy_pairs(WAITING + ENDING + 4)
    for n, (person_id, course_id) in enumerate(chosen):
        with at(HANDED_IN), transaction():
            item_id = _hand_in(cast, person_id, course_id).id
        with at(HANDED_IN), transaction():
            item = session().get_one(Courseware, item_id)
            until = date(2027, 6, 30) if n < ENDING else date(2029, 3, 7)
            courseware.clear(
                item, until=until, opinion="结构清楚，案例贴近本县", actor=cast.actor("evaluator2")
            )
    for n, (person_id, course_id) in enumerate(chosen[ENDING : ENDING + WAITING + 1]):
        with at(NOW), transaction():
            item = _hand_in(cast, person_id, course_id)
            if n == WAITING:
                courseware.send_back(item, "请更新到今年的数据", actor=cast.actor("evaluator"))
    for person_id, _course_id in chosen[-1:]:
        _incident(cast, person_id)


def _incident(cast: Cast, person_id: int) -> None:
    with at(NOW), transaction():
        courseware.record_incident(
            session().get_one(Instructor, person_id),
            day=date(2027, 4, 14),
            grade=IncidentGrade.MINOR,
            what="迟到二十分钟，没有提前说明",
            actor=cast.actor("organiser"),
        )


def _hand_in(cast: Cast, person_id: int, course_id: int) -> Courseware:
    held = (
        session()
        .scalars(
            select(Qualification).where(
                Qualification.instructor_id == person_id, Qualification.course_id == course_id
            )
        )
        .one()
    )
    draft = Draft(f"{held.course.name}讲稿", f"https://dangxiao.example.cn/kejian/{held.id}")
    return courseware.submit(held.instructor, held.course, draft, actor=cast.actor("organiser"))


def _busy_pairs(most: int) -> list[tuple[int, int]]:
    """Who taught which course most often this year, a person once."""
    stmt = (
        select(Session.instructor_id, Session.course_id)
        .join(
            Qualification,
            (Qualification.instructor_id == Session.instructor_id)
            & (Qualification.course_id == Session.course_id),
        )
        .where(Session.state.in_((SessionState.HELD, SessionState.PUBLISHED)))
        .group_by(Session.instructor_id, Session.course_id)
        .order_by(func.count().desc(), Session.instructor_id, Session.course_id)
    )
    found: dict[int, int] = {}
    for person_id, course_id in session().execute(stmt):
        if person_id is not None and course_id is not None:
            found.setdefault(person_id, course_id)
    return list(found.items())[:most]
