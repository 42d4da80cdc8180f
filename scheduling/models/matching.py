"""Match runs and what they propose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core.db import Model, Versioned, choice
from core.words import N_
from instructor_pool.rules.merging import moves
from scheduling.enums import RunState
from scheduling.models.classes import Session


class MatchRun(Model):
    """One run of the matching engine over some classes; its items are the proposal."""

    __tablename__ = "match_run"
    __table_args__ = (Index("ix_match_run_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    year: Mapped[int]
    class_ids: Mapped[Any] = mapped_column(JSON)
    """Ids of the classes matched; an empty list means all classes of the year still to come."""
    title: Mapped[str] = mapped_column(String(160), default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    asked_at: Mapped[datetime]
    state: Mapped[RunState] = mapped_column(choice(RunState))
    seconds: Mapped[int] = mapped_column(default=60)
    levels: Mapped[Any] = mapped_column(JSON, default=dict, server_default="{}")
    """What matters how much, by wish of `rules.match_policies`; what is not named is as usual."""
    policy: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """The name under which these levels were kept when it was asked for."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    phase: Mapped[str] = mapped_column(String(80), default="")
    percent: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int | None]
    bound: Mapped[int | None]
    cost_parts: Mapped[Any] = mapped_column(JSON, default=dict)
    before_cost: Mapped[int | None]
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    failure: Mapped[str] = mapped_column(String(300), default="")
    log: Mapped[Any] = mapped_column(JSON, default=list)

    owner: Mapped[OrgUnit] = relationship()
    asked_by: Mapped[User | None] = relationship()
    items: Mapped[list[ProposalItem]] = relationship(back_populates="run", cascade="all, delete-orphan")


class ProposalItem(Versioned, Model):
    """What the run proposes for one session, with the reasons it gave."""

    __tablename__ = "proposal_item"
    __table_args__ = (UniqueConstraint("run_id", "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("match_run.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    start: Mapped[datetime | None]
    instructor_id: Mapped[int | None] = mapped_column(ForeignKey("instructor.id"), info=moves(N_("排课建议")))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    reasons: Mapped[Any] = mapped_column(JSON, default=dict)
    """{"parts": {cost part: amount}, "blocked": {reason: count}, "alternatives": [...]}."""

    run: Mapped[MatchRun] = relationship(back_populates="items")
    session: Mapped[Session] = relationship()


class MatchPolicy(Versioned, Model):
    """What matters how much in matching, under a name, for a level."""

    __tablename__ = "match_policy"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"))
    name: Mapped[str] = mapped_column(String(40))
    levels: Mapped[Any] = mapped_column(JSON)
    """By wish of `rules.match_policies`: 0 to 3."""

    owner: Mapped[OrgUnit] = relationship()
