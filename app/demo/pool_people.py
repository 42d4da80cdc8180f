"""The people of the demo's pool: their usual weeks, files entered twice, honours."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.demo.cast import Cast
from core.db import session, transaction
from instructor_pool.enums import AnswerSource, DayPart, EngagementMode, Grade, HonourKind
from instructor_pool.models import Instructor
from instructor_pool.rules.honours import Quota
from instructor_pool.rules.life import BOOKABLE
from instructor_pool.rules.parts import stretches
from instructor_pool.services import availability, honours, register
from instructor_pool.services.availability import UsualWeek
from instructor_pool.services.honours import Award
from instructor_pool.services.register import InstructorFields

CANNOT, RATHER_NOT = Grade.CANNOT, Grade.RATHER_NOT
MORNING, AFTERNOON, EVENING = DayPart.MORNING, DayPart.AFTERNOON, DayPart.EVENING
WEEKS = (
    UsualWeek({(0, MORNING): CANNOT, (4, AFTERNOON): RATHER_NOT}, "单位例会"),
    UsualWeek({(2, MORNING): CANNOT, (2, AFTERNOON): CANNOT}, "门诊日", date(2027, 3, 1), date(2027, 12, 31)),
    UsualWeek({(day, EVENING): RATHER_NOT for day in range(5)}, "家在外地"),
)
FREE_AFTER_ALL = date(2027, 6, 14)


def keep_weeks(cast: Cast) -> None:
    """The demo's lecturer and two others have said what their week looks like; one Monday is free after all."""
    with transaction():
        organiser = cast.actor("organiser")
        for person, week in zip(_lecturers(len(WEEKS)), WEEKS, strict=True):
            availability.set_weekly(person, week, source=AnswerSource.WECHAT, actor=organiser)
        first = _lecturers(1)[0]
        day = stretches(FREE_AFTER_ALL, FREE_AFTER_ALL, DayPart.ALL_DAY)
        availability.mark_unavailable(
            first, day, grade=Grade.CAN, reason="例会改期", source=AnswerSource.WECHAT, actor=organiser
        )


def enter_twice(cast: Cast) -> None:
    """A lecturer was entered a second time from a sign-up sheet; another has a namesake in the same unit."""
    with transaction():
        organiser = cast.actor("organiser")
        for number, person in enumerate(_lecturers(6)[4:]):
            courses = [q.course for q in person.qualifications][: 2 - number]
            fields = InstructorFields(
                name=person.name,
                work_unit=person.work_unit,
                post_title="讲师" if number else person.post_title,
                source_category=person.source_category,
                engagement_mode=EngagementMode.INVITED,
                research="基层党建",
                courses=courses,
            )
            if not number and person.phone:
                fields["phone"] = person.phone
            register.enter(cast.county, actor=organiser, reason="暑期培训报名表", **fields)


def honour(cast: Cast) -> None:
    """The county's honours of last year and this one, with few master teachers left to name."""
    awards = (
        Award(HonourKind.MASTER_TEACHER, "嘉组发〔2026〕31号", date(2026, 9, 8)),
        Award(HonourKind.FINE_LECTURER, "嘉组发〔2026〕31号", date(2026, 9, 8)),
        Award(HonourKind.FINE_LECTURER, "嘉组发〔2027〕6号", date(2027, 3, 1)),
        Award(HonourKind.FINE_COURSE, "嘉组发〔2027〕6号", date(2027, 3, 1), "乡村振兴的县域实践"),
        Award(HonourKind.FINE_LESSON, "嘉组发〔2027〕6号", date(2027, 3, 1), "铭记初心"),
    )
    with transaction():
        organiser = cast.actor("organiser")
        quotas = {kind: Quota(most=2 if kind is HonourKind.MASTER_TEACHER else 10) for kind in HonourKind}
        honours.set_quotas(cast.county, quotas, actor=organiser)
        for person, said in zip(_lecturers(len(awards)), awards, strict=True):
            honours.award(person, cast.county, said, actor=organiser)


def _lecturers(most: int) -> list[Instructor]:
    """Whoever has an account first, then by number."""
    stmt = select(Instructor).where(Instructor.state.in_(BOOKABLE))
    return list(session().scalars(stmt.order_by(Instructor.user_id.is_(None), Instructor.id).limit(most)))
