"""Rosters of some classes, who came to their sessions, and what was agreed afterwards.

Six groups take turns, so that hours add up; one secretary is called up twice at a time, and once too often.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice
from random import Random

from sqlalchemy import select

from accounts.enums import Level
from accounts.models import OrgUnit
from app.demo.cast import Cast
from core import clock
from core.db import session, transaction
from instructor_pool.rules.identity import check_digit
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from scheduling.services import after_class
from trainees.enums import Came, TraineeKind
from trainees.models import Enrolment
from trainees.queries.rosters import list_enrolments
from trainees.rules import Line
from trainees.services import attending, rosters

LUCK = 2027
GROUPS = 6
HELD_CLASSES = 8
COMING_CLASSES = 4
MOST_PEOPLE = 60
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟",
    "芳",
    "秀英",
    "敏",
    "静",
    "建国",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀兰",
    "霞",
)
POSTS = ("党支部书记", "支部委员", "党建办干事", "村党员", "社区党员", "党员")
AREA = "999999"
"""No place has this code, so no number made here is anybody's."""
PLAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"


def call_up(cast: Cast) -> None:
    """Rosters, attendance, materials and follow-ups; inside the demo's own day."""
    luck = Random(LUCK)  # noqa: S311  (the same demo every time, nothing secret)
    groups = _groups(cast, luck)
    classes = _classes(cast)
    for number, class_id in enumerate(classes):
        with transaction():
            klass = session().get_one(TrainingClass, class_id)
            people = groups[number % GROUPS][: klass.size]
            rosters.enter(klass, people, actor=cast.actor("organiser"))
        with transaction():
            _attend(cast, class_id, luck)
    _call_up_twice(cast, classes, groups[0][0])
    _afterwards(cast)


def _groups(cast: Cast, luck: Random) -> list[list[Line]]:
    """People of the county's townships and units, told apart by numbers."""
    stmt = select(OrgUnit.name).where(
        OrgUnit.path.startswith(cast.county.path), OrgUnit.level.in_((Level.TOWNSHIP, Level.UNIT))
    )
    units = sorted(session().scalars(stmt))
    names = [a + b for a in SURNAMES for b in GIVEN]
    luck.shuffle(names)
    made = []
    for number, name in enumerate(names[: GROUPS * MOST_PEOPLE]):
        post = "党支部书记" if number % MOST_PEOPLE == 0 else luck.choice(POSTS)
        kind = TraineeKind.COMMITTEE if "书记" in post or "委员" in post else TraineeKind.MEMBER
        born = date(1965, 1, 1) + timedelta(days=luck.randrange(12_000))
        first = f"{AREA}{born:%Y%m%d}{number:03d}"
        phone = f"1990000{number:04d}"
        made.append(Line(name, luck.choice(units), post, kind, phone, first + check_digit(first)))
    return [made[n * MOST_PEOPLE : (n + 1) * MOST_PEOPLE] for n in range(GROUPS)]


def _classes(cast: Cast) -> list[int]:
    """The first classes of the year whose size fits, and the next ones to come."""
    today = clock.today()
    stmt = (
        select(TrainingClass)
        .where(TrainingClass.owner_id == cast.county_id, TrainingClass.size <= MOST_PEOPLE)
        .where(TrainingClass.closed_at.is_(None))
        .order_by(TrainingClass.starts_on, TrainingClass.id)
    )
    every = list(session().scalars(stmt))
    over = [k.id for k in every if k.ends_on < today]
    coming = (k.id for k in every if k.ends_on >= today)
    return [*over[-HELD_CLASSES:], *islice(coming, COMING_CLASSES)]


def _attend(cast: Cast, class_id: int, luck: Random) -> None:
    lines = list_enrolments(class_id)
    stmt = select(Session).where(Session.class_id == class_id, Session.state == SessionState.HELD)
    for row in session().scalars(stmt.order_by(Session.position)).all():
        present = min(row.attendance or 0, len(lines))
        away = set(luck.sample(range(len(lines)), len(lines) - present))
        here = [line for n, line in enumerate(lines) if n not in away]
        gone = [line for n, line in enumerate(lines) if n in away]
        _mark(cast, row, here, gone)


def _mark(cast: Cast, row: Session, here: Sequence[Enrolment], gone: Sequence[Enrolment]) -> None:
    actor = cast.actor("organiser")
    if here:
        attending.mark(row, here, Came.PRESENT, actor=actor)
    if gone[1:]:
        attending.mark(row, gone[1:], Came.LEAVE, reason="单位有紧急任务", actor=actor)
    if gone[:1]:
        attending.mark(row, gone[:1], Came.ABSENT, actor=actor)


def _call_up_twice(cast: Cast, classes: Sequence[int], secretary: Line) -> None:
    """A secretary is wanted by two classes at one time, and by a third of the same kind."""
    with transaction():
        coming = [session().get_one(TrainingClass, class_id) for class_id in classes[-COMING_CLASSES:]]
        for klass in coming[1:]:
            rosters.enter(klass, [secretary], actor=cast.actor("organiser"))
        for klass in _at_one_time(cast):
            rosters.enter(klass, [secretary], actor=cast.actor("organiser"))


def _at_one_time(cast: Cast) -> list[TrainingClass]:
    """Two classes of the county that are taught in the same half-day, the latest there are."""
    stmt = (
        select(Session.day, Session.half_day, Session.class_id)
        .join(Session.training_class)
        .where(TrainingClass.owner_id == cast.county_id, TrainingClass.closed_at.is_(None))
        .where(Session.state != SessionState.CANCELLED)
        .order_by(Session.day.desc(), Session.half_day, Session.class_id)
    )
    slots: dict[tuple[date, str], int] = {}
    for day, half, class_id in session().execute(stmt):
        other = slots.setdefault((day, half.value), class_id)
        if other != class_id:
            return [session().get_one(TrainingClass, i) for i in (other, class_id)]
    return []


def _afterwards(cast: Cast) -> None:
    today, actor = clock.today(), cast.actor("organiser")
    stmt = (
        select(Session)
        .join(Session.training_class)
        .where(TrainingClass.owner_id == cast.county_id, Session.state == SessionState.HELD)
        .order_by(Session.start.desc())
        .limit(2)
    )
    with transaction():
        last, before = session().scalars(stmt).all()
        after_class.add_file(last, "讲课提纲", "提纲.pdf", PLAN, actor=actor)
        after_class.add_link(last, "课堂实录", "https://video.example.gov.cn/2027/0509", actor=actor)
        after_class.agree(
            last, "把研讨意见整理成清单发给各支部", "班主任", today + timedelta(days=7), actor=actor
        )
        after_class.agree(before, "补发学习资料", "张联络", today - timedelta(days=2), actor=actor)
        done = after_class.agree(
            before, "核对缺课人员，安排补课", "组织办", today - timedelta(days=5), actor=actor
        )
        after_class.finish(done, "3 人已列入下期", actor=actor)
