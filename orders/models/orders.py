"""An order, the times it wishes for, what was offered instead, and everything that was done with it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from bases.models import TeachingBase
from core import guards
from core.db import Model, Versioned, choice
from core.words import N_
from courses.enums import Audience
from courses.models import Course
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import moves
from orders.enums import OrderAction, OrderState, PlaceKind
from orders.models.campaigns import Campaign
from orders.rules.wishes import MOST_PEOPLE, Slot
from scheduling.enums import HalfDay, OrderKind
from scheduling.models import Package, PackageOrder, Session, TrainingClass


class Order(Versioned, Model):
    """What a unit asks the level above for: a course, perhaps by a lecturer, or a package.

    An accepted order is one session or one ordered package, never two; several orders may be the same session (合班).
    What becomes of that is read there and not kept here.
    """

    __tablename__ = "unit_order"
    __table_args__ = (
        CheckConstraint("unit_id <> supplier_id", name="parties"),
        CheckConstraint("(course_id IS NULL) <> (package_id IS NULL)", name="one_thing"),
        CheckConstraint("instructor_id IS NULL OR course_id IS NOT NULL", name="lecturer"),
        CheckConstraint(f"people BETWEEN 1 AND {MOST_PEOPLE}", name="people"),
        CheckConstraint("place_kind <> 'base' OR base_id IS NOT NULL", name="base"),
        CheckConstraint("place_kind <> 'own_hall' OR hall <> ''", name="hall"),
        CheckConstraint(
            "(state = 'accepted') = (session_id IS NOT NULL OR package_order_id IS NOT NULL)", name="accepted"
        ),
        CheckConstraint(
            "session_id IS NULL OR (package_order_id IS NULL AND course_id IS NOT NULL)", name="session"
        ),
        CheckConstraint("package_order_id IS NULL OR package_id IS NOT NULL", name="package"),
        CheckConstraint("state <> 'refused' OR answer <> ''", name="refused"),
        Index("ix_unit_order_supplier_state", "supplier_id", "state"),
        Index("ix_unit_order_unit_year", "unit_id", "year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    """The level that checks it and in whose plan it goes."""
    kind: Mapped[OrderKind] = mapped_column(choice(OrderKind))
    year: Mapped[int]
    """The year of the plan it belongs to."""
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    """The yearly intake it answers."""
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("package.id"), index=True)
    instructor_id: Mapped[int | None] = mapped_column(
        ForeignKey("instructor.id"), index=True, info=moves(N_("点名要的订单"))
    )
    audience: Mapped[Audience | None] = mapped_column(choice(Audience))
    people: Mapped[int]
    place_kind: Mapped[PlaceKind] = mapped_column(choice(PlaceKind))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    hall: Mapped[str] = mapped_column(String(120), default="")
    remark: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[OrderState] = mapped_column(choice(OrderState))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    answer: Mapped[str] = mapped_column(String(300), default="")
    """Why it was refused."""
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"), index=True)
    package_order_id: Mapped[int | None] = mapped_column(ForeignKey("package_order.id"), unique=True)
    made_class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)
    """The class that accepting it made; it goes again when the acceptance does."""
    search_text: Mapped[str] = mapped_column(String(400), default="")

    unit: Mapped[OrgUnit] = relationship(foreign_keys=[unit_id])
    supplier: Mapped[OrgUnit] = relationship(foreign_keys=[supplier_id])
    campaign: Mapped[Campaign | None] = relationship()
    course: Mapped[Course | None] = relationship()
    package: Mapped[Package | None] = relationship()
    instructor: Mapped[Instructor | None] = relationship()
    base: Mapped[TeachingBase | None] = relationship()
    session: Mapped[Session | None] = relationship()
    package_order: Mapped[PackageOrder | None] = relationship()
    made_class: Mapped[TrainingClass | None] = relationship()
    wishes: Mapped[list[Wish]] = relationship(
        back_populates="order", order_by="Wish.position", cascade="all, delete-orphan"
    )
    offer: Mapped[CounterOffer | None] = relationship(back_populates="order", cascade="all, delete-orphan")
    events: Mapped[list[OrderEvent]] = relationship(back_populates="order", order_by="OrderEvent.id")

    @property
    def title(self) -> str:
        """What was ordered, by name."""
        if self.course is not None:
            return self.course.name
        return self.package.name if self.package is not None else ""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The wishes as the rules see them."""
        return tuple(Slot(wish.day, wish.half_day) for wish in self.wishes)


class Wish(Model):
    """A time an order would like, the best first."""

    __tablename__ = "order_wish"

    order_id: Mapped[int] = mapped_column(ForeignKey("unit_order.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(index=True)
    half_day: Mapped[HalfDay] = mapped_column(choice(HalfDay))

    order: Mapped[Order] = relationship(back_populates="wishes")


class CounterOffer(Model):
    """What the supplier can do instead: accepting it makes exactly this."""

    __tablename__ = "counter_offer"

    order_id: Mapped[int] = mapped_column(ForeignKey("unit_order.id"), primary_key=True)
    day: Mapped[date]
    half_day: Mapped[HalfDay] = mapped_column(choice(HalfDay))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    instructor_id: Mapped[int | None] = mapped_column(
        ForeignKey("instructor.id"), index=True, info=moves(N_("另提建议的订单"))
    )
    base_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("training_class.id"), index=True)
    message: Mapped[str] = mapped_column(String(300), default="")

    order: Mapped[Order] = relationship(back_populates="offer")
    course: Mapped[Course | None] = relationship()
    instructor: Mapped[Instructor | None] = relationship()
    base: Mapped[TeachingBase | None] = relationship()
    training_class: Mapped[TrainingClass | None] = relationship()


class OrderEvent(Model):
    """A step that was taken: who, when, and with which words. Kept for good."""

    __tablename__ = "order_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("unit_order.id"), index=True)
    action: Mapped[OrderAction] = mapped_column(choice(OrderAction))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str] = mapped_column(String(300), default="")

    order: Mapped[Order] = relationship(back_populates="events")


def event_triggers(dialect: str) -> list[str]:
    """Statements that keep what was done with an order as it was written."""
    return guards.append_only("order_event")(dialect)


guards.register(event_triggers, since="order_event")
