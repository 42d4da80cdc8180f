"""What carries a base through its life: papers, site reviews, yearly reviews, rectifications, alerts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import User
from bases.enums import AnnualConclusion, BaseState, DocumentKind, RectificationState
from bases.models.sites import TeachingBase
from bases.rules.life import FILED_ON_PAPER, TRANSITIONS
from core import guards
from core.db import Model, Versioned, choice
from core.files import StoredFile
from score_forms.models import ScoreForm, ScoreSheet


class BaseDocument(Model):
    """A paper of a base's file: application, safety plan, stamped filing form, the designation's document."""

    __tablename__ = "base_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(choice(DocumentKind))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    added_at: Mapped[datetime]
    """Domain time."""
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    added_by: Mapped[str] = mapped_column(String(80))

    base: Mapped[TeachingBase] = relationship()
    file: Mapped[StoredFile] = relationship(lazy="joined")


class SiteReview(Versioned, Model):
    """A base looked at on site and scored by several offices; mean and spread are kept when it is closed."""

    __tablename__ = "site_review"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (passed IS NULL)", name="closed"),
        CheckConstraint("passed IS NULL OR mean IS NOT NULL", name="counted"),
        Index(
            "uq_site_review_open",
            "base_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("score_form.id"))
    due: Mapped[date]
    """Last day for handing in a sheet."""
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None]
    mean: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    spread: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    """Highest total less the lowest."""
    passed: Mapped[bool | None]

    base: Mapped[TeachingBase] = relationship()
    form: Mapped[ScoreForm] = relationship()
    seats: Mapped[list[SiteReviewSeat]] = relationship(
        back_populates="review", cascade="all, delete-orphan", order_by="SiteReviewSeat.id", lazy="selectin"
    )


class SiteReviewSeat(Model):
    """One office's reviewer, and the sheet once it is handed in."""

    __tablename__ = "site_review_seat"
    __table_args__ = (UniqueConstraint("review_id", "user_id"), UniqueConstraint("review_id", "office"))

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("site_review.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    office: Mapped[str] = mapped_column(String(80))
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("score_sheet.id"), unique=True)

    review: Mapped[SiteReview] = relationship(back_populates="seats")
    user: Mapped[User] = relationship(lazy="joined")
    sheet: Mapped[ScoreSheet | None] = relationship()


class AnnualReview(Versioned, Model):
    """A base's year: scored in six parts by one person, concluded by another."""

    __tablename__ = "annual_review"
    __table_args__ = (
        UniqueConstraint("base_id", "year"),
        CheckConstraint("(conclusion IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("conclusion IS NULL OR sheet_id IS NOT NULL", name="scored"),
        CheckConstraint("decided_by_id <> reviewed_by_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    year: Mapped[int]
    form_id: Mapped[int] = mapped_column(ForeignKey("score_form.id"))
    opened_at: Mapped[datetime]
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("score_sheet.id"), unique=True)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_by: Mapped[str] = mapped_column(String(80), default="")
    conclusion: Mapped[AnnualConclusion | None] = mapped_column(choice(AnnualConclusion))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    opinion: Mapped[str] = mapped_column(String(300), default="")

    base: Mapped[TeachingBase] = relationship()
    form: Mapped[ScoreForm] = relationship()
    sheet: Mapped[ScoreSheet | None] = relationship()


class Rectification(Versioned, Model):
    """What a base has to put right, until when; one at a time."""

    __tablename__ = "rectification"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (state IN ('ordered', 'reported'))", name="closed"),
        Index(
            "uq_rectification_open",
            "base_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"), index=True)
    annual_review_id: Mapped[int | None] = mapped_column(ForeignKey("annual_review.id"), index=True)
    """The yearly review that asked for it: the base goes back there when it is put right."""
    asked: Mapped[str] = mapped_column(Text)
    due: Mapped[date] = mapped_column(index=True)
    state: Mapped[RectificationState] = mapped_column(choice(RectificationState))
    ordered_at: Mapped[datetime]
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ordered_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None]

    base: Mapped[TeachingBase] = relationship()
    reports: Mapped[list[RectificationReport]] = relationship(
        back_populates="rectification", order_by="RectificationReport.id", lazy="selectin"
    )

    def is_overdue(self, today: date) -> bool:
        """Whether the deadline has gone by without a report that waits for an answer."""
        return self.state is RectificationState.ORDERED and self.due < today


class RectificationReport(Model):
    """What the base says it has done, and the answer of somebody else."""

    __tablename__ = "rectification_report"
    __table_args__ = (
        CheckConstraint("(accepted IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("answered_by_id <> reported_by_id", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rectification_id: Mapped[int] = mapped_column(ForeignKey("rectification.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("base_document.id"), unique=True)
    reported_at: Mapped[datetime]
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reported_by: Mapped[str] = mapped_column(String(80))
    accepted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(String(300), default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_by: Mapped[str] = mapped_column(String(80), default="")

    rectification: Mapped[Rectification] = relationship(back_populates="reports")
    document: Mapped[BaseDocument | None] = relationship()


class BaseAlert(Model):
    """People were told that a designation ends in so many days: once for each end and distance."""

    __tablename__ = "base_alert"
    __table_args__ = (
        UniqueConstraint("base_id", "expires_on", "days"),
        CheckConstraint("days IN (90, 30, 0)", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"))
    expires_on: Mapped[date]
    days: Mapped[int]
    sent_at: Mapped[datetime]
    """Domain time."""


def _pairs() -> str:
    pairs: set[tuple[BaseState, BaseState]] = {(state, to) for (state, _), to in TRANSITIONS.items()}
    return ", ".join(f"'{before.value}>{step.value}'" for before, step in sorted(pairs | FILED_ON_PAPER))


def state_triggers(dialect: str) -> list[str]:
    """Statements that refuse a state that does not follow the one before it."""
    leap = f"NEW.state <> OLD.state AND OLD.state || '>' || NEW.state NOT IN ({_pairs()})"
    if dialect == "sqlite":
        return [
            "DROP TRIGGER IF EXISTS teaching_base_state",
            f"CREATE TRIGGER teaching_base_state BEFORE UPDATE OF state ON teaching_base WHEN {leap} "
            "BEGIN SELECT RAISE(ABORT, 'this state does not follow'); END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION teaching_base_state() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'this state does not follow' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$",
        "DROP TRIGGER IF EXISTS teaching_base_state ON teaching_base",
        "CREATE TRIGGER teaching_base_state BEFORE UPDATE ON teaching_base "
        f"FOR EACH ROW WHEN ({leap}) EXECUTE FUNCTION teaching_base_state()",
    ]


guards.register(state_triggers)
