"""Candidates of the demo county: just nominated, under review, waiting for approval."""

from __future__ import annotations

from datetime import date
from random import Random

from sqlalchemy import select

from app.demo import people
from app.demo.cast import Cast
from app.demo.chapters import LUCK, marks
from core import docx
from core.db import session, transaction
from courses.models import Course
from instructor_pool.enums import EngagementMode, Gender, NominationKind, PoolAction, SourceCategory
from instructor_pool.models import Instructor
from instructor_pool.services import batches, life, nominating, publicity, reviewing
from instructor_pool.services.nominating import Told, Upload
from instructor_pool.services.publicity import Raised
from instructor_pool.services.register import InstructorFields

CANDIDATES = (
    (
        "颜回声",
        "县委党校",
        SourceCategory.PARTY_SCHOOL_TEACHER,
        Told(
            NominationKind.COLLEAGUE,
            "曾老师",
            "县委党校",
            topics="论语里的为政之道",
            statement="教龄十二年，连续三年学员评分第一。",
        ),
    ),
    (
        "子路明",
        "县农业农村局",
        SourceCategory.PRACTITIONER,
        Told(NominationKind.ORGANISATION, "仲委员", "县农业农村局党组", topics="大豆玉米带状复合种植"),
    ),
    (
        "冉求新",
        "县档案馆",
        SourceCategory.SCHOLAR,
        Told(NominationKind.ONESELF, topics="档案里的嘉祥党史", statement="整理县志党史卷八年。"),
    ),
)


def nominate(cast: Cast) -> None:
    """Three candidates: just nominated, before the panel, and waiting for approval."""
    luck = Random(LUCK)  # noqa: S311
    for stage, (name, unit, source, told) in enumerate(CANDIDATES):
        with transaction():
            courses = (
                session()
                .scalars(select(Course).where(Course.owner_id == cast.county_id).limit(2 + stage))
                .all()
            )
            fields: InstructorFields = {
                "name": name,
                "gender": Gender.FEMALE if stage == 0 else Gender.MALE,
                "work_unit": unit,
                "source_category": source,
                "engagement_mode": EngagementMode.APPOINTED,
                "recommended_by": unit,
                "courses": courses,
            }
            organiser = cast.actor("organiser")
            outline = Upload(f"{told.topics}(提纲).docx", _outline(told.topics))
            video = "https://video.example.cn/trial/27" if stage else ""
            person = nominating.receive(
                cast.county, fields, told, uploads=[outline], link=video, actor=organiser
            ).person
            if stage >= 1:
                life.take_step(person, PoolAction.CHECK_ELIGIBILITY, actor=organiser)
                review(cast, person, luck, everyone=stage == 2)
            if stage == 2:
                shown = publicity.publicise(person, actor=organiser)
                told_us = Raised("匿名", "听说档案馆的工作很忙，怕保证不了上课时间。")
                publicity.take_objection(shown, told_us, actor=organiser)


BATCH = (
    ("公西华", "县委统战部", 0.93),
    ("宰予新", "县教育局", 0.74),
    ("原宪明", "县司法局", 0.86),
    ("南宫适", "县文旅局", 0.83),
    ("漆雕开", "县委宣传部", 0.9),
)


def review_batch(cast: Cast) -> None:
    """Five candidates reviewed together: every sheet is in, one reviewer is far off, nothing is decided yet."""
    luck = Random(LUCK)  # noqa: S311
    organiser = cast.actor("organiser")
    with transaction():
        made: list[Instructor] = []
        for name, unit, _share in BATCH:
            told = Told(NominationKind.ORGANISATION, "仲委员", unit, topics="基层党建案例")
            fields: InstructorFields = {
                "name": name,
                "work_unit": unit,
                "phone": f"1390537{len(made):04d}",
                "source_category": SourceCategory.PARTY_WORKER,
                "engagement_mode": EngagementMode.APPOINTED,
                "recommended_by": unit,
            }
            outline = Upload("案例(提纲).docx", _outline("基层党建案例"))
            made.append(
                nominating.receive(cast.county, fields, told, uploads=[outline], actor=organiser).person
            )
        batches.check_eligibility(made, actor=organiser)
        batch = batches.open_batch(
            cast.county,
            "2027 年春季评审",
            made,
            panel=batches.Panel(3),
            due=date(2027, 5, 14),
            actor=organiser,
        )
        names = {user_id: login for login, user_id in cast.user_ids.items()}
        for panel, (_name, _unit, share) in zip(sorted(batch.panels, key=lambda p: p.id), BATCH, strict=True):
            for n, seat in enumerate(panel.reviewers):
                own = share - (0.2 if share == 0.86 and n == 2 else 0)
                actor = cast.actor(names[seat.user_id])
                reviewing.score_candidate(panel, marks(panel.form, own, luck), "", actor=actor)


def review(cast: Cast, person: Instructor, luck: Random, *, everyone: bool) -> None:
    """Seat the three evaluators; all of them score and the review is closed, or one scores."""
    seats = ("evaluator", "evaluator2", "evaluator3")
    users = [people.user(cast.user_ids[login]) for login in seats]
    panel = reviewing.open_panel(person, users, due=date(2027, 5, 21), actor=cast.actor("organiser"))
    for login in seats if everyone else seats[1:2]:
        reviewing.score_candidate(panel, marks(panel.form, 0.87, luck), "", actor=cast.actor(login))
    if everyone:
        reviewing.close_review(panel, actor=cast.actor("organiser"))


def _outline(topic: str) -> bytes:
    """A page of courseware in Word."""
    points = ("一、为什么讲", "二、身边的人和事", "三、怎么做")
    lines = [
        docx.Paragraph(topic, "center", 18, bold=True),
        *(docx.Paragraph(p, indent=True) for p in points),
    ]
    return docx.write(lines)
