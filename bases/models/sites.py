"""Bases, their venues, opening times and closures."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from bases import rules
from bases.enums import BaseKind, BaseResourceKind, BaseState, DesignationLevel, LeadUnit, Theme
from bases.models.resources import BaseResource
from core.db import Model, Versioned, choice
from core.sealed import SealedText, Sealing, mask_phone

if TYPE_CHECKING:
    from bases.models.checklist import SiteElement


class TeachingBase(Versioned, Sealing, Model):
    """A site where teaching happens: a school site or an on-site teaching base."""

    __tablename__ = "teaching_base"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint(
            "expires_on IS NULL OR designated_on IS NULL OR expires_on >= designated_on", name="designation"
        ),
        CheckConstraint("groups IS NULL OR groups >= 1", name="groups"),
        CheckConstraint("max_per_day IS NULL OR max_per_day >= 1", name="batches"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    """The level that manages the register (the county)."""
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    """The site it belongs to, of a kind that may have it (see rules.tree)."""
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[BaseKind] = mapped_column(choice(BaseKind), index=True)
    theme: Mapped[Theme | None] = mapped_column(choice(Theme), index=True)
    supervising_unit: Mapped[str] = mapped_column(String(80), default="")
    town_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    address: Mapped[str] = mapped_column(String(120), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    contact_name: Mapped[str] = mapped_column(String(40), default="")
    phone_sealed: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[BaseState] = mapped_column(choice(BaseState), index=True)
    designation_level: Mapped[DesignationLevel | None] = mapped_column(choice(DesignationLevel))
    document_number: Mapped[str] = mapped_column(String(60), default="")
    designated_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    groups: Mapped[int | None]
    """Parties at once in all its venues together; None: as many as the venues take."""
    max_per_day: Mapped[int | None]
    """Parties a day in all its venues together; None: as many as the venues take."""
    closed_on_holidays: Mapped[bool] = mapped_column(default=False)
    make_up_as_monday: Mapped[bool] = mapped_column(default=False)
    """A Saturday or Sunday that is worked to make up for a holiday has a Monday's opening times."""
    visit_minutes: Mapped[int | None]
    lead_time: Mapped[int] = mapped_column(default=0)
    lead_unit: Mapped[LeadUnit] = mapped_column(choice(LeadUnit), default=LeadUnit.DAYS)
    opening_text: Mapped[str] = mapped_column(String(120), default="")
    """Opening times as staff wrote them; `opening_hours` is what the system reads."""
    courses_text: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Courses it can host, as the filing sheet names them."""
    search_text: Mapped[str] = mapped_column(String(400), default="", index=True)

    phone = SealedText()

    owner: Mapped[OrgUnit] = relationship(foreign_keys=[owner_id])
    town: Mapped[OrgUnit | None] = relationship(foreign_keys=[town_id])
    manager: Mapped[User | None] = relationship()
    parent: Mapped[TeachingBase | None] = relationship(remote_side="TeachingBase.id")
    venues: Mapped[list[Venue]] = relationship(back_populates="base", cascade="all, delete-orphan")
    elements: Mapped[list[SiteElement]] = relationship(back_populates="base", cascade="all, delete-orphan")
    opening_hours: Mapped[list[OpeningHours]] = relationship(
        cascade="all, delete-orphan", order_by="OpeningHours.weekday"
    )
    resources: Mapped[list[BaseResource]] = relationship(
        cascade="all, delete-orphan", order_by="BaseResource.id", back_populates="base"
    )

    @property
    def guides(self) -> int:
        """How many guides it has."""
        return sum(found.count for found in self.resources if found.kind is BaseResourceKind.GUIDE)

    @property
    def is_bookable(self) -> bool:
        """Whether its state allows bookings."""
        return rules.is_bookable(self.state)

    @property
    def masked_phone(self) -> str:
        """The contact's telephone as pages show it."""
        return mask_phone(self.phone)


class Venue(Versioned, Model):
    """A room, hall, route or open site inside a base. `groups` parties at once of up to `capacity` each.

    One party has a venue of one group alone. Before and after a party it stands empty for some minutes, which
    belong to the time that is booked.
    """

    __tablename__ = "venue"
    __table_args__ = (
        UniqueConstraint("base_id", "name"),
        CheckConstraint("capacity >= 0 AND groups >= 1", name="size"),
        CheckConstraint("max_per_day IS NULL OR max_per_day >= 1", name="batches"),
        CheckConstraint(
            f"minutes_before BETWEEN 0 AND {rules.LONGEST_BUFFER} AND minutes_before % 15 = 0 "
            f"AND minutes_after BETWEEN 0 AND {rules.LONGEST_BUFFER} AND minutes_after % 15 = 0",
            name="buffers",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    capacity: Mapped[int]
    groups: Mapped[int] = mapped_column(default=1)
    max_per_day: Mapped[int | None]
    minutes_before: Mapped[int] = mapped_column(default=0)
    """Minutes it is taken before a party comes; whole quarter hours, as claims are."""
    minutes_after: Mapped[int] = mapped_column(default=0)
    is_closed: Mapped[bool] = mapped_column(default=False)

    base: Mapped[TeachingBase] = relationship(back_populates="venues", lazy="joined")


class OpeningHours(Model):
    """Open on this weekday (0 = Monday) from one wall-clock time to another."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        UniqueConstraint("base_id", "weekday", "opens"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


class Closure(Model):
    """Days on which a base takes nobody. Both ends included."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="span"),
        Index("ix_closure_base_first", "base_id", "first_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(120), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime]

    base: Mapped[TeachingBase] = relationship()


class BaseStateChange(Model):
    """One step of a base's life; append-only."""

    __tablename__ = "base_state_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    before: Mapped[BaseState] = mapped_column(choice(BaseState, "before"))
    after: Mapped[BaseState] = mapped_column(choice(BaseState, "after"))
    at: Mapped[datetime]
    """Domain time."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(300), default="")
