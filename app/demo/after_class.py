"""What the demo's lecturers said of classes and bases afterwards, and the classes the organiser has closed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from app.demo.cast import Cast, at
from core.db import session, transaction
from evaluations.queries import closing as closing_queries
from evaluations.queries.instructors import list_taught
from evaluations.services import closing, instructors
from instructor_pool.models import Instructor
from scheduling.enums import SessionState
from scheduling.models import Session, TrainingClass
from score_forms.enums import Kind, Purpose
from score_forms.models import ScoreForm
from score_forms.services import current_form

LUCK = 2027
OPEN_STILL = 3
SAID = (
    "学员守时，讨论积极。",
    "话筒有杂音，请检修。",
    "建议提前把学员名单发给讲师。",
    "投影亮度不够，拉上窗帘才看得清。",
    "接待周到，就是停车不方便。",
)


def speak(cast: Cast, until: datetime) -> None:
    """Most lecturers score the class and its bases; the organiser closes all classes but the last few."""
    luck = Random(LUCK)  # noqa: S311  (the same demo every time, nothing secret)
    held = Session.state == SessionState.HELD
    taught = session().scalars(
        select(Session.instructor_id).where(held, Session.instructor_id.is_not(None)).distinct()
    )
    for person_id in sorted(i for i in taught if i is not None):
        _score(cast, person_id, luck)
    ended = session().execute(
        select(TrainingClass.id, TrainingClass.ends_on).where(TrainingClass.ends_on < until.date())
    )
    over = sorted((ends, class_id) for class_id, ends in ended)
    for ends, class_id in over[:-OPEN_STILL]:
        with at(min(datetime.combine(ends + timedelta(days=2), time(15)), until)), transaction():
            klass = session().get_one(TrainingClass, class_id)
            if not closing_queries.why_not(klass):
                form = current_form(Purpose.CLASS_CLOSING, klass.owner.path)
                marks = _marks(form, luck.gauss(0.9, 0.04), luck)
                closing.close_class(klass, marks, "按计划完成，下期增加研讨。", actor=cast.actor("organiser"))


def _score(cast: Cast, person_id: int, luck: Random) -> None:
    with transaction():
        person = session().get_one(Instructor, person_id)
        # The lecturer people sign in as has something left to say.
        if person.user_id is not None:
            return
        for item in list_taught(person):
            for base in (None, *item.bases):
                if luck.random() < 0.75:
                    form = current_form(instructors.purpose_of(base), item.klass.owner.path)
                    marks, comment = _marks(form, luck.gauss(0.85, 0.08), luck), luck.choice(SAID)
                    instructors.score(
                        person,
                        (item.klass, base),
                        marks,
                        comment if luck.random() < 0.3 else "",
                        is_signed=luck.random() < 0.25,
                        actor=cast.actor("organiser"),
                    )


def _marks(form: ScoreForm, share: float, luck: Random) -> dict[str, Decimal]:
    """A filled-in form around `share` of full marks."""
    marks = {}
    for line in form.lines:
        if line.kind is Kind.POINTS:
            part = min(1.0, max(0.4, luck.gauss(share, 0.06)))
            levels = line.choices or tuple(Decimal(n) for n in range(line.most, 0, -1))
            marks[line.key] = min(levels, key=lambda level: abs(float(level) - line.most * part))
    return marks
