"""Classes to be made again: templates, and whole years that were rolled forward."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from bases.models import TeachingBase
from core.db import Model, Versioned, choice
from courses.enums import Audience, Method
from courses.models import Course
from scheduling.enums import HalfDay, Tier
from scheduling.models.classes import TrainingClass


class ClassTemplate(Versioned, Model):
    """A class without days: its sessions by how many days after the first they are."""

    __tablename__ = "class_template"
    __table_args__ = (UniqueConstraint("owner_id", "name"), CheckConstraint("size >= 0", name="size"))

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    name: Mapped[str] = mapped_column(String(120))
    is_main: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[Tier] = mapped_column(choice(Tier))
    size: Mapped[int]
    audience: Mapped[Audience | None] = mapped_column(choice(Audience))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    search_text: Mapped[str] = mapped_column(String(400), default="")

    owner: Mapped[OrgUnit] = relationship()
    lines: Mapped[list[TemplateLine]] = relationship(
        back_populates="template", order_by="TemplateLine.position", cascade="all, delete-orphan"
    )


class TemplateLine(Model):
    """A session of a template; the first day of the class is day 0."""

    __tablename__ = "template_line"
    __table_args__ = (
        CheckConstraint("day >= 0", name="day"),
        CheckConstraint("class_hours > 0", name="hours"),
    )

    template_id: Mapped[int] = mapped_column(ForeignKey("class_template.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[int]
    half_day: Mapped[HalfDay] = mapped_column(choice(HalfDay))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    course_name: Mapped[str] = mapped_column(String(120))
    method: Mapped[Method] = mapped_column(choice(Method))
    class_hours: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    leader_required: Mapped[bool] = mapped_column(default=False)
    wanted_base_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"), index=True)

    template: Mapped[ClassTemplate] = relationship(back_populates="lines")
    course: Mapped[Course | None] = relationship()
    wanted_base: Mapped[TeachingBase | None] = relationship()


class RollForward(Versioned, Model):
    """Classes of one year that were carried over to another, all at once."""

    __tablename__ = "roll_forward"
    __table_args__ = (CheckConstraint("to_year > from_year", name="years"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    from_year: Mapped[int]
    to_year: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    count: Mapped[int]
    """How many classes it made."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(80), default="")

    owner: Mapped[OrgUnit] = relationship()
    classes: Mapped[list[RolledClass]] = relationship(
        back_populates="roll", order_by="RolledClass.class_id", cascade="all, delete-orphan"
    )


class RolledClass(Model):
    """A class that rolling made, from which, and with how many sessions: it can be undone while it is still like that."""

    __tablename__ = "rolled_class"

    class_id: Mapped[int] = mapped_column(
        ForeignKey("training_class.id"), primary_key=True, autoincrement=False
    )
    roll_id: Mapped[int] = mapped_column(ForeignKey("roll_forward.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    sessions: Mapped[int]

    roll: Mapped[RollForward] = relationship(back_populates="classes")
    training_class: Mapped[TrainingClass] = relationship(foreign_keys=[class_id])
    source: Mapped[TrainingClass] = relationship(foreign_keys=[source_id])
