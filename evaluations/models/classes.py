"""What is said of a class and its bases afterwards: by its instructors, and by whoever closes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bases.models import TeachingBase
from core.db import Model, Versioned
from core.words import N_
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import moves
from scheduling.models import TrainingClass
from score_forms.models import ScoreSheet


class InstructorScore(Model):
    """What an instructor gave the class taught, or with `base_id` the base it was taught at: one each.

    Whoever does not sign stays unknown to those who read it; results then wait for five.
    """

    __tablename__ = "instructor_score"

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("给班次和基地的评价"), "class_id", "base_id"), index=True
    )
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), unique=True)
    is_signed: Mapped[bool] = mapped_column(default=False)

    instructor: Mapped[Instructor] = relationship()
    training_class: Mapped[TrainingClass] = relationship()
    base: Mapped[TeachingBase | None] = relationship()
    sheet: Mapped[ScoreSheet] = relationship(lazy="joined")


class ClassClosing(Versioned, Model):
    """The closing of a class with its four-part evaluation [3 §六(三)]; one in force, earlier ones were taken back."""

    __tablename__ = "class_closing"

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), unique=True)
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(80))
    taken_back_at: Mapped[datetime | None]
    taken_back_reason: Mapped[str] = mapped_column(String(300), default="")

    training_class: Mapped[TrainingClass] = relationship()
    sheet: Mapped[ScoreSheet] = relationship(lazy="joined")


_of_class, _in_force = InstructorScore.base_id.is_(None), ClassClosing.taken_back_at.is_(None)
Index(
    "uq_instructor_score_class",
    InstructorScore.class_id,
    InstructorScore.instructor_id,
    unique=True,
    sqlite_where=_of_class,
    postgresql_where=_of_class,
)
# Rows without a base are never alike here: the index above is for them.
Index(
    "uq_instructor_score_base",
    InstructorScore.class_id,
    InstructorScore.base_id,
    InstructorScore.instructor_id,
    unique=True,
)
Index(
    "uq_class_closing_in_force",
    ClassClosing.class_id,
    unique=True,
    sqlite_where=_in_force,
    postgresql_where=_in_force,
)
