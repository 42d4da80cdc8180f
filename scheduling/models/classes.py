"""Classes, their sessions with the working plan, and published versions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from bases.enums import Theme
from bases.models import TeachingBase, Venue
from core import guards
from core.db import Model, Versioned, choice
from core.words import N_
from courses.enums import Audience, Method
from courses.models import Course
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import moves
from scheduling.enums import HalfDay, OrderKind, PackageStage, SessionState, Tier

if TYPE_CHECKING:
    from scheduling.models.packages import PackageOrder

MINUTES_PER_CLASS_HOUR = 45


class TrainingClass(Versioned, Model):
    """A class (班次): people who come together for some days."""

    __tablename__ = "training_class"
    __table_args__ = (
        UniqueConstraint("owner_id", "year", "number"),
        CheckConstraint("ends_on >= starts_on", name="span"),
        CheckConstraint("size >= 0", name="size"),
        Index("ix_training_class_owner_starts", "owner_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    """The level in whose plan it is (the county)."""
    year: Mapped[int]
    number: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    is_main: Mapped[bool] = mapped_column(default=False)
    tier: Mapped[Tier] = mapped_column(choice(Tier))
    host_name: Mapped[str] = mapped_column(String(80), default="")
    host_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    town_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    size: Mapped[int]
    audience: Mapped[Audience | None] = mapped_column(choice(Audience))
    order_kind: Mapped[OrderKind] = mapped_column(choice(OrderKind))
    main_base_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"))
    """主会场: a preference, not an order."""
    contact_name: Mapped[str] = mapped_column(String(40), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    published_version: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    """Closed with its evaluation, which writes this down: no session comes to it any more [3 §六(三)]."""
    search_text: Mapped[str] = mapped_column(String(400), default="", index=True)

    owner: Mapped[OrgUnit] = relationship(foreign_keys=[owner_id])
    host: Mapped[OrgUnit | None] = relationship(foreign_keys=[host_id])
    town: Mapped[OrgUnit | None] = relationship(foreign_keys=[town_id])
    main_base: Mapped[TeachingBase | None] = relationship()
    sessions: Mapped[list[Session]] = relationship(
        back_populates="training_class", order_by="Session.position"
    )


_TIED = (
    "(package_order_id IS NULL AND package_position IS NULL AND package_stage IS NULL) OR "
    "(package_order_id IS NOT NULL AND package_position IS NOT NULL AND package_stage IS NOT NULL AND ("
    "(package_stage = 'open' AND state = 'planned' AND start IS NULL AND venue_id IS NULL AND instructor_id IS NULL) OR "
    "(package_stage = 'placed' AND state = 'planned' AND start IS NOT NULL AND venue_id IS NOT NULL "
    "AND (instructor_id IS NOT NULL OR method = 'on_site')) OR "
    "(package_stage = 'told' AND state IN ('published', 'held') AND start IS NOT NULL) OR "
    "(package_stage = 'ended' AND state IN ('cancelled', 'held'))))"
)
"""A part of a package is what the stage of its order says; only a decline may leave a told one without somebody."""


class Session(Versioned, Model):
    """A lesson (课次) of a class: what it needs, and where the working plan puts it.

    `start`, `instructor` and `venue` are the working plan; what people were told is in the bookings.
    """

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("class_id", "position"),
        CheckConstraint("class_hours > 0", name="hours"),
        CheckConstraint(_TIED, name="package"),
        UniqueConstraint("package_order_id", "package_position"),
        # For attendance, whose trainee must be of the same class.
        Index("uq_session_id_class_id", "id", "class_id", unique=True),
        ForeignKeyConstraint(
            ["package_order_id", "class_id", "package_stage"],
            ["package_order.id", "package_order.class_id", "package_order.stage"],
            name="fk_session_package_order",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_session_class_id_state", "class_id", "state"),
        # Wide enough to count from what began and is not marked.
        Index("ix_session_start", "start", "state", "class_id"),
        # With all that is asked of a session when thousands of people's are counted.
        Index("ix_session_instructor_start", "instructor_id", "start", "state", "class_id"),
        Index("ix_session_venue_start", "venue_id", "start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"))
    position: Mapped[int]
    day: Mapped[date] = mapped_column(index=True)
    half_day: Mapped[HalfDay] = mapped_column(choice(HalfDay))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    course_name: Mapped[str] = mapped_column(String(120))
    """As ordered; equals the course's name unless it is not in the catalogue."""
    method: Mapped[Method] = mapped_column(choice(Method))
    class_hours: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    leader_required: Mapped[bool] = mapped_column(default=False)
    wanted_base_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"))
    wanted_instructor_id: Mapped[int | None] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("点名要的课次"))
    )
    wanted_venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    wanted_theme: Mapped[Theme | None] = mapped_column(choice(Theme))
    """Any base of this theme."""
    package_order_id: Mapped[int | None]
    package_position: Mapped[int | None]
    package_stage: Mapped[PackageStage | None] = mapped_column(choice(PackageStage))
    """Which part of which ordered package it is, and how far that is; only `services.tying` writes the stage."""
    state: Mapped[SessionState] = mapped_column(
        choice(SessionState), default=SessionState.PLANNED, index=True
    )
    start: Mapped[datetime | None]
    instructor_id: Mapped[int | None] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("排定的课次"))
    )
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    pinned_start: Mapped[bool] = mapped_column(default=False)
    pinned_instructor: Mapped[bool] = mapped_column(default=False)
    pinned_venue: Mapped[bool] = mapped_column(default=False)
    told_start: Mapped[datetime | None]
    told_instructor_id: Mapped[int | None] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("已发布的课次"))
    )
    told_venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    told_hours: Mapped[Decimal | None] = mapped_column(Numeric(4, 1))
    told_course_name: Mapped[str] = mapped_column(String(120), default="")
    """What people were last told, as live bookings have it: only publishing and answering write these."""
    attendance: Mapped[int | None]
    held_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(300), default="")

    training_class: Mapped[TrainingClass] = relationship(back_populates="sessions")
    course: Mapped[Course | None] = relationship()
    wanted_base: Mapped[TeachingBase | None] = relationship()
    package_order: Mapped[PackageOrder | None] = relationship(
        primaryjoin="foreign(Session.package_order_id) == PackageOrder.id", back_populates="sessions"
    )
    wanted_instructor: Mapped[Instructor | None] = relationship(foreign_keys=[wanted_instructor_id])
    instructor: Mapped[Instructor | None] = relationship(foreign_keys=[instructor_id])
    venue: Mapped[Venue | None] = relationship(foreign_keys=[venue_id])
    told_instructor: Mapped[Instructor | None] = relationship(foreign_keys=[told_instructor_id])
    told_venue: Mapped[Venue | None] = relationship(foreign_keys=[told_venue_id])

    @property
    def minutes(self) -> int:
        """Length in minutes: class hours × 45."""
        return int(self.class_hours * MINUTES_PER_CLASS_HOUR)

    @property
    def told_minutes(self) -> int:
        """The same as people were told it."""
        return int((self.told_hours or self.class_hours) * MINUTES_PER_CLASS_HOUR)

    @property
    def people(self) -> int:
        """How many come: those its package was ordered for, else the whole class."""
        return self.training_class.size if self.package_order is None else self.package_order.people

    @property
    def full_name(self) -> str:
        """`班次《课程》`: what it is called beside sessions of other classes."""
        return f"{self.training_class.name}《{self.course_name}》"

    @property
    def end(self) -> datetime | None:
        """End of the planned time, or None while unplaced."""
        return self.start + timedelta(minutes=self.minutes) if self.start else None

    @property
    def needs_instructor(self) -> bool:
        """On-site sessions are taught by the base's guide, not by the pool."""
        return self.method is not Method.ON_SITE

    @property
    def is_live(self) -> bool:
        """Still to come: neither held nor cancelled."""
        return self.state in (SessionState.PLANNED, SessionState.PUBLISHED)

    @property
    def is_complete(self) -> bool:
        """Whether the working plan has every part: only then can it be published."""
        has_instructor = self.instructor_id is not None or not self.needs_instructor
        return self.start is not None and self.venue_id is not None and has_instructor

    @property
    def is_told(self) -> bool:
        """Whether the working plan is exactly what people were told."""
        plan = (self.start, self.instructor_id, self.venue_id, self.class_hours, self.course_name)
        told = (
            self.told_start,
            self.told_instructor_id,
            self.told_venue_id,
            self.told_hours,
            self.told_course_name,
        )
        return self.state is SessionState.PUBLISHED and plan == told


class Thaw(Model):
    """A reason to change a published lesson although it is near, and until when that may be done."""

    __tablename__ = "thaw"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"), Index("ix_thaw_session", "session_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"))
    reason: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]
    until: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


class ScheduleVersion(Model):
    """What was published when: the whole timetable of a class as people were told it."""

    __tablename__ = "schedule_version"
    __table_args__ = (UniqueConstraint("class_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), index=True)
    number: Mapped[int]
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(300), default="")
    rows: Mapped[Any] = mapped_column(JSON)

    training_class: Mapped[TrainingClass] = relationship()


_LIVE = "NEW.state IN ('planned', 'published')"
_MOVES = f"{_LIVE} AND (NEW.class_id <> OLD.class_id OR NEW.state <> OLD.state)"
_SHUT = "EXISTS (SELECT 1 FROM training_class k WHERE k.id = NEW.class_id AND k.closed_at IS NOT NULL)"
_SHUTS = "NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL"
_UNDONE = "EXISTS (SELECT 1 FROM session s WHERE s.class_id = NEW.id AND s.state IN ('planned', 'published'))"


def closed_triggers(dialect: str) -> list[str]:
    """Statements that keep sessions out of a class that is closed, and a class with live sessions from being closed."""
    if dialect == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the class is closed'); END"
        return [
            "DROP TRIGGER IF EXISTS session_closed_insert",
            "DROP TRIGGER IF EXISTS session_closed_update",
            "DROP TRIGGER IF EXISTS training_class_closes",
            f"CREATE TRIGGER session_closed_insert BEFORE INSERT ON session WHEN {_SHUT} {refuse}",
            f"CREATE TRIGGER session_closed_update BEFORE UPDATE ON session WHEN {_MOVES} AND {_SHUT} {refuse}",
            f"CREATE TRIGGER training_class_closes BEFORE UPDATE ON training_class WHEN {_SHUTS} AND {_UNDONE} "
            "BEGIN SELECT RAISE(ABORT, 'the class has live sessions'); END",
        ]
    raised = "RAISE EXCEPTION '%s' USING ERRCODE = 'integrity_constraint_violation'"
    # Locking the class makes whoever adds a session and whoever closes the class wait for each other.
    return [
        "CREATE OR REPLACE FUNCTION session_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF NOT ({_MOVES}) THEN RETURN NEW; END IF; END IF; "
        "PERFORM 1 FROM training_class k WHERE k.id = NEW.class_id FOR SHARE; "
        f"IF {_SHUT} THEN {raised % 'the class is closed'}; END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS session_closed ON session",
        "CREATE TRIGGER session_closed BEFORE INSERT OR UPDATE ON session "
        "FOR EACH ROW EXECUTE FUNCTION session_closed()",
        "CREATE OR REPLACE FUNCTION training_class_closes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_SHUTS} AND {_UNDONE} THEN {raised % 'the class has live sessions'}; END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS training_class_closes ON training_class",
        "CREATE TRIGGER training_class_closes BEFORE UPDATE ON training_class "
        "FOR EACH ROW EXECUTE FUNCTION training_class_closes()",
    ]


guards.register(closed_triggers)
