"""Campaigns: a yearly intake or a survey that a level opens, whom it asks, and what they answered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit
from core.db import Model, Versioned, choice
from courses.models import Course
from orders.enums import CampaignKind
from orders.rules.wishes import MOST_PEOPLE


class Campaign(Versioned, Model):
    """A level asks units below it, until a deadline: for orders (集中接单), or what they would need (需求调研)."""

    __tablename__ = "campaign"
    __table_args__ = (CheckConstraint("title <> ''", name="title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    kind: Mapped[CampaignKind] = mapped_column(choice(CampaignKind))
    year: Mapped[int]
    """The year whose plan it is for."""
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(String(600), default="")
    deadline: Mapped[date]
    """The last day on which units answer."""
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None]
    """Closed by hand before its deadline."""

    owner: Mapped[OrgUnit] = relationship()
    invitations: Mapped[list[Invitation]] = relationship(
        back_populates="campaign", order_by="Invitation.unit_id", cascade="all, delete-orphan"
    )
    courses: Mapped[list[Course]] = relationship(secondary="campaign_course", order_by="Course.name")

    def is_open(self, today: date) -> bool:
        """Whether units may still answer."""
        return self.closed_at is None and today <= self.deadline


class CampaignCourse(Model):
    """A course a campaign asks about; an intake without any is for the whole menu."""

    __tablename__ = "campaign_course"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)


class Invitation(Versioned, Model):
    """A unit that is asked, and whether it has answered."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("campaign_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(80), default="")
    remark: Mapped[str] = mapped_column(String(300), default="")
    reminded_on: Mapped[date | None]

    campaign: Mapped[Campaign] = relationship(back_populates="invitations")
    unit: Mapped[OrgUnit] = relationship()
    needs: Mapped[list[Need]] = relationship(
        back_populates="invitation", order_by="Need.course_id", cascade="all, delete-orphan"
    )


class Need(Model):
    """What a unit answers of one course: how many people, and in which month (0 for any)."""

    __tablename__ = "survey_need"
    __table_args__ = (
        CheckConstraint(f"people BETWEEN 1 AND {MOST_PEOPLE}", name="people"),
        CheckConstraint("month BETWEEN 0 AND 12", name="month"),
    )

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)
    people: Mapped[int]
    month: Mapped[int] = mapped_column(default=0)

    invitation: Mapped[Invitation] = relationship(back_populates="needs")
    course: Mapped[Course] = relationship()
