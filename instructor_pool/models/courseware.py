"""Courseware by version, and what went wrong in teaching."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Versioned, choice
from core.files import StoredFile
from core.words import N_
from courses.models import Course
from instructor_pool.enums import CoursewareState, IncidentGrade
from instructor_pool.models.people import Instructor
from instructor_pool.rules.merging import moves


class Courseware(Versioned, Model):
    """One version of what a person teaches a course with. Versions are kept; one at a time waits for review."""

    __tablename__ = "courseware"
    __table_args__ = (
        UniqueConstraint("instructor_id", "course_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("state = 'submitted' OR reviewed_at IS NOT NULL", name="reviewed"),
        CheckConstraint("state <> 'cleared' OR cleared_until IS NOT NULL", name="until"),
        CheckConstraint("reviewer_id <> submitted_by_id", name="reviewed_by_another"),
        Index(
            "uq_courseware_waiting",
            "instructor_id",
            "course_id",
            unique=True,
            sqlite_where=text("state = 'submitted'"),
            postgresql_where=text("state = 'submitted'"),
        ),
        Index("ix_courseware_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(ForeignKey("instructor.id"), info=moves(N_("课件")))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    link: Mapped[str] = mapped_column(String(400), default="")
    """Where it can be read: an address, empty when it was handed in otherwise."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[CoursewareState] = mapped_column(choice(CoursewareState))
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    submitted_by: Mapped[str] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewer: Mapped[str] = mapped_column(String(80), default="")
    opinion: Mapped[str] = mapped_column(String(300), default="")
    cleared_until: Mapped[date | None]
    """Last day it may be taught."""

    instructor: Mapped[Instructor] = relationship()
    course: Mapped[Course] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class TeachingIncident(Versioned, Model):
    """A 责任事故: counts towards discipline and exit until it is revoked with a reason [3 §六(二)]."""

    __tablename__ = "teaching_incident"
    __table_args__ = (CheckConstraint("revoked_at IS NULL OR revoke_reason <> ''", name="revoked"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instructor_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("责任事故")), index=True
    )
    day: Mapped[date]
    grade: Mapped[IncidentGrade] = mapped_column(choice(IncidentGrade))
    what: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(String(300), default="")

    instructor: Mapped[Instructor] = relationship()
