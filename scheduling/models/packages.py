"""Packages (课堂+基地): what is on offer, and what was ordered for a class [0 §5, 1 §14, 2]."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from bases.enums import Theme
from bases.models import TeachingBase, Venue
from core.db import Model, Versioned, choice
from courses.enums import Method
from courses.models import Course
from scheduling.enums import PackageStage
from scheduling.models.classes import Session, TrainingClass


class Package(Versioned, Model):
    """A package on the menu: parts in order. Orders copy it, so that later edits change nothing that was ordered."""

    __tablename__ = "package"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("first_month BETWEEN 1 AND 12 AND last_month BETWEEN 1 AND 12", name="season"),
        CheckConstraint("most_people >= 1", name="people"),
        CheckConstraint("meals_price >= 0 AND transport_price >= 0", name="prices"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    name: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(300), default="")
    first_month: Mapped[int] = mapped_column(default=1)
    last_month: Mapped[int] = mapped_column(default=12)
    """Both included; from 11 to 3 is a winter."""
    most_people: Mapped[int]
    needs_coach: Mapped[bool] = mapped_column(default=False)
    meals_price: Mapped[Decimal] = mapped_column(Numeric(7, 2), default=Decimal(0))
    """Yuan per person; so is the next."""
    transport_price: Mapped[Decimal] = mapped_column(Numeric(7, 2), default=Decimal(0))
    is_offered: Mapped[bool] = mapped_column(default=True)
    search_text: Mapped[str] = mapped_column(String(400), default="")

    owner: Mapped[OrgUnit] = relationship()
    parts: Mapped[list[PackagePart]] = relationship(
        back_populates="package", order_by="PackagePart.position", cascade="all, delete-orphan"
    )

    @property
    def price(self) -> Decimal:
        """Meals and transport, yuan per person."""
        return self.meals_price + self.transport_price


class PackagePart(Model):
    """A classroom session, or a visit to a base: one named, or any of a theme."""

    __tablename__ = "package_part"
    __table_args__ = (
        UniqueConstraint("package_id", "position"),
        CheckConstraint("class_hours > 0", name="hours"),
        CheckConstraint("method = 'on_site' OR (course_id IS NOT NULL AND theme IS NULL)", name="lesson"),
        CheckConstraint(
            "method <> 'on_site' OR (base_id IS NULL AND theme IS NOT NULL) OR (base_id IS NOT NULL AND theme IS NULL)",
            name="visit",
        ),
        CheckConstraint("venue_id IS NULL OR base_id IS NOT NULL", name="venue"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    """What the timetable will call it; the course's name where there is one."""
    method: Mapped[Method] = mapped_column(choice(Method))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    class_hours: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    theme: Mapped[Theme | None] = mapped_column(choice(Theme))

    package: Mapped[Package] = relationship(back_populates="parts")
    course: Mapped[Course | None] = relationship()
    base: Mapped[TeachingBase | None] = relationship()
    venue: Mapped[Venue | None] = relationship()

    @property
    def is_visit(self) -> bool:
        """A visit to a base, which its guide leads."""
        return self.method is Method.ON_SITE


class PackageOrder(Versioned, Model):
    """A package ordered for a class: copied, with sessions that refer to it and stand or fall together.

    `stage` is the stage of every session of the order: a deferred foreign key from (order, class, stage) of the
    sessions holds them to it, so that no transaction ends with one part placed, told or taken back alone.
    """

    __tablename__ = "package_order"
    __table_args__ = (
        UniqueConstraint("id", "class_id", "stage"),
        CheckConstraint("last_day >= first_day", name="span"),
        CheckConstraint("people >= 1", name="people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    stage: Mapped[PackageStage] = mapped_column(choice(PackageStage), default=PackageStage.OPEN)
    name: Mapped[str] = mapped_column(String(80))
    first_day: Mapped[date]
    last_day: Mapped[date]
    people: Mapped[int]
    needs_coach: Mapped[bool] = mapped_column(default=False)
    meals_price: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    transport_price: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[str] = mapped_column(String(80))
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    package: Mapped[Package] = relationship()
    training_class: Mapped[TrainingClass] = relationship()
    sessions: Mapped[list[Session]] = relationship(
        primaryjoin=lambda: PackageOrder.id == Session.package_order_id,
        foreign_keys=lambda: Session.package_order_id,
        order_by=lambda: Session.package_position,
        back_populates="package_order",
    )

    @property
    def price(self) -> Decimal:
        """Meals and transport of everybody, in yuan."""
        return self.people * (self.meals_price + self.transport_price)
