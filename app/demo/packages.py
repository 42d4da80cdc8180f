"""Packages on the demo's menu (课堂+基地), one ordered and placed, one still to be placed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from app.demo.cast import Cast
from bases.enums import BaseKind, Theme
from bases.models import TeachingBase
from core.db import session, transaction
from courses.enums import Method
from courses.models import Course
from instructor_pool.models import Qualification
from scheduling.models import PackageOrder, TrainingClass
from scheduling.rules.packages import OrderFacts, PackageFacts, PartFacts
from scheduling.services import ordering, packages
from scheduling.services.placing import Choice
from scheduling.snapshots.packages import suggest

AUTUMN = date(2027, 7, 1)


def offer(cast: Cast) -> None:
    """Three packages; the first is ordered for two classes of the autumn, and placed for one of them."""
    with transaction():
        lessons, sites = _taught(), _sites()
        made = [
            packages.create_package(cast.county, facts, actor=cast.actor("organiser"))
            for facts in _menu(lessons, sites)
        ]
        ids = [package.id for package in made]
    with transaction():
        first = session().get_one(type(made[0]), ids[0])
        orders = [
            ordering.order(
                first,
                klass,
                OrderFacts(klass.ends_on, klass.ends_on, min(klass.size, first.most_people)),
                actor=cast.actor("organiser"),
            ).id
            for klass in _classes(first.most_people)
        ]
    for order_id in orders[:1]:
        found = suggest(session().get_one(PackageOrder, order_id))
        choices = {p.row.id: Choice(p.start, p.instructor_id, p.venue_id) for p in found.parts}
        if choices:
            with transaction():
                ordering.place(
                    session().get_one(PackageOrder, order_id), choices, actor=cast.actor("organiser")
                )


def _menu(lessons: Sequence[Course], sites: Sequence[TeachingBase]) -> list[PackageFacts]:
    return [
        PackageFacts(
            "红色传统一日研学",
            [_lesson(lessons[0]), _visit(sites[0]), _lesson(lessons[1])],
            most_people=100,
            summary="上午听课、看现场，下午回课堂交流。",
            meals_price=Decimal(30),
            transport_price=Decimal(20),
            needs_coach=True,
        ),
        PackageFacts(
            "乡村振兴现场教学",
            [_lesson(lessons[2]), _visit(sites[1]), _visit(sites[2], "1.5")],
            most_people=60,
            summary="一堂专题课，两个村。",
            first_month=4,
            last_month=11,
            meals_price=Decimal(25),
            transport_price=Decimal(35),
            needs_coach=True,
        ),
        PackageFacts(
            "廉政教育半日",
            [
                _lesson(lessons[1]),
                PartFacts("廉政教育现场", Method.ON_SITE, Decimal(2), theme=Theme.CLEAN_GOVERNMENT),
            ],
            most_people=80,
            summary="任选一个廉政教育基地。",
        ),
    ]


def _lesson(course: Course) -> PartFacts:
    return PartFacts(course.name, course.method, Decimal(2), course_id=course.id)


def _visit(base: TeachingBase, hours: str = "2") -> PartFacts:
    return PartFacts(f"{base.name}现场教学", Method.ON_SITE, Decimal(hours), base_id=base.id)


def _taught() -> list[Course]:
    """The courses that most people may teach."""
    stmt = (
        select(Course)
        .join(Qualification, Qualification.course_id == Course.id)
        .where(Course.method != Method.ON_SITE, Course.retired.is_(False))
        .group_by(Course.id)
        .order_by(func.count().desc(), Course.id)
    )
    return list(session().scalars(stmt.limit(3)))


def _sites() -> list[TeachingBase]:
    """Practice points that take most."""
    stmt = select(TeachingBase).where(TeachingBase.kind == BaseKind.PRACTICE_POINT)
    found = [base for base in session().scalars(stmt.order_by(TeachingBase.id)) if base.is_bookable]
    return sorted(found, key=lambda base: -max((v.capacity for v in base.venues), default=0))[:3]


def _classes(most: int) -> list[TrainingClass]:
    stmt = select(TrainingClass).where(
        TrainingClass.starts_on >= AUTUMN, TrainingClass.ends_on > TrainingClass.starts_on
    )
    rows = session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id))
    return [klass for klass in rows if klass.closed_at is None and 0 < klass.size <= most][:2]
