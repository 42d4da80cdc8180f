"""Visits that belong to no class, visits that come again, and who was there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from bases.models import Venue
from core.db import Model, Versioned, choice
from core.sealed import SealedText, Sealing, mask_phone
from instructor_pool.enums import AnswerSource
from scheduling.enums import CheckInSource, Rhythm, VisitState
from scheduling.models.classes import Session
from scheduling.models.needs import VisitNeed
from scheduling.rules.visits import LEAST_MINUTES, MOST_MINUTES

if TYPE_CHECKING:
    from scheduling.models.booking import Booking


class VisitSeries(Model):
    """A visit that comes again weekly or monthly; every time is a `Visit` of its own."""

    __tablename__ = "visit_series"
    __table_args__ = (CheckConstraint("until >= first_day", name="span"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    rhythm: Mapped[Rhythm] = mapped_column(choice(Rhythm))
    first_day: Mapped[date]
    until: Mapped[date]
    skipped: Mapped[Any] = mapped_column(JSON, default=list)
    """[{"day": ISO day, "reason": sentence}]: days of the rhythm on which no visit could be had."""
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))

    unit: Mapped[OrgUnit] = relationship()
    visits: Mapped[list[Visit]] = relationship(back_populates="series", order_by="Visit.start")


class Visit(Versioned, Sealing, Model):
    """People of a unit come to a venue for a while, in one or several groups; each group claims a seat."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("people >= 1 AND groups BETWEEN 1 AND people", name="size"),
        CheckConstraint(f"minutes BETWEEN {LEAST_MINUTES} AND {MOST_MINUTES}", name="minutes"),
        CheckConstraint("state <> 'held' OR answer_by IS NOT NULL", name="deadline"),
        CheckConstraint("state <> 'declined' OR answer_reason <> ''", name="declined"),
        # Wide enough to count a level's visits and to put them in any order of the list.
        Index("ix_visit_start", "start", "unit_id", "venue_id", "state", "people", "groups", "asked_at"),
        Index("ix_visit_venue_start", "venue_id", "start"),
        Index("ix_visit_unit_start", "unit_id", "start"),
        Index(
            "ix_visit_state_start", "state", "start", "unit_id", "venue_id", "people", "groups", "asked_at"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    """The unit that comes."""
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    theme: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(300), default="")
    start: Mapped[datetime]
    """Domain time."""
    minutes: Mapped[int]
    people: Mapped[int]
    groups: Mapped[int] = mapped_column(default=1)
    contact_name: Mapped[str] = mapped_column(String(40), default="")
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    wishes: Mapped[str] = mapped_column(String(300), default="")
    """What else they would like at the base, in words."""
    state: Mapped[VisitState] = mapped_column(choice(VisitState))
    asked_at: Mapped[datetime]
    """Orders the waiting list."""
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    answer_by: Mapped[datetime | None]
    """Held until then for the base's answer (domain time)."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    answer_source: Mapped[AnswerSource | None] = mapped_column(choice(AnswerSource))
    answer_reason: Mapped[str] = mapped_column(String(300), default="")
    end_reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it was withdrawn, released or not attended."""
    ended_at: Mapped[datetime | None]
    series_id: Mapped[int | None] = mapped_column(ForeignKey("visit_series.id"), index=True)
    occurrence: Mapped[date | None]
    """The day of the rhythm it stands for; a make-up names the day it makes up."""

    phone = SealedText()

    unit: Mapped[OrgUnit] = relationship()
    venue: Mapped[Venue] = relationship()
    series: Mapped[VisitSeries | None] = relationship(back_populates="visits")
    bookings: Mapped[list[Booking]] = relationship(back_populates="visit", order_by="Booking.id")
    check_in: Mapped[CheckIn | None] = relationship(back_populates="visit")
    needs: Mapped[list[VisitNeed]] = relationship(order_by=VisitNeed.kind, cascade="all, delete-orphan")

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def masked_phone(self) -> str:
        """The contact's telephone as pages show it."""
        return mask_phone(self.phone)


class CheckIn(Model):
    """A party that was there: so many people in so many groups. Once a visit or session."""

    __tablename__ = "check_in"
    __table_args__ = (
        CheckConstraint("(visit_id IS NULL) <> (session_id IS NULL)", name="one_party"),
        CheckConstraint("people >= 1 AND groups >= 1", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), unique=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"), unique=True)
    people: Mapped[int]
    groups: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime]
    """Domain time."""
    source: Mapped[CheckInSource] = mapped_column(choice(CheckInSource))
    by: Mapped[str] = mapped_column(String(80), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    visit: Mapped[Visit | None] = relationship(back_populates="check_in")
    session: Mapped[Session | None] = relationship()
