"""Posts held, obligations and the sessions that fulfil them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import OrgUnit, User
from core import guards
from core.db import Model, Versioned, choice
from core.files import StoredFile
from core.words import N_
from instructor_pool.models import Instructor
from instructor_pool.rules.merging import moves
from party_lessons.enums import (
    AudienceTest,
    ClassKind,
    DutyEventKind,
    EvidenceKind,
    ExemptionRule,
    PostKind,
    ReportState,
)


class Scheme(Versioned, Model):
    """A kind of duty as data: who has it, how many lessons, what counts, by when. Empty lists stand for all."""

    __tablename__ = "scheme"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        CheckConstraint("need BETWEEN 1 AND 12", name="need"),
        CheckConstraint("least_minutes BETWEEN 1 AND 480", name="minutes"),
        CheckConstraint("micro_minutes IS NULL OR micro_minutes BETWEEN 1 AND least_minutes", name="micro"),
        CheckConstraint("cutoff_month BETWEEN 1 AND 12 AND cutoff_day BETWEEN 1 AND 31", name="cutoff"),
        CheckConstraint("deadline_month BETWEEN 1 AND 12 AND deadline_day BETWEEN 1 AND 31", name="deadline"),
        CheckConstraint("least_months_when_leaving BETWEEN 0 AND 12", name="months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """Whose scheme it is: it asks posts there and below; empty: the whole tree's."""
    name: Mapped[str] = mapped_column(String(40))
    test: Mapped[AudienceTest] = mapped_column(choice(AudienceTest))
    post_kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    levels: Mapped[list[str]] = mapped_column(JSON, default=list)
    class_kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    need: Mapped[int] = mapped_column(default=1)
    least_minutes: Mapped[int] = mapped_column(default=30)
    micro_minutes: Mapped[int | None]
    """From how many minutes micro-lessons count; empty: they do not."""
    deadline_month: Mapped[int] = mapped_column(default=12)
    deadline_day: Mapped[int] = mapped_column(default=31)
    cutoff_month: Mapped[int] = mapped_column(default=10)
    cutoff_day: Mapped[int] = mapped_column(default=1)
    least_months_when_leaving: Mapped[int] = mapped_column(default=6)
    grounds: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What a person may be exempted for."""
    reminders: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Days of the year, like "06-30", on which whoever still owes a lesson is reminded."""
    is_on: Mapped[bool] = mapped_column(default=True)

    owner: Mapped[OrgUnit | None] = relationship()


class Post(Versioned, Model):
    """A post with a yearly duty, held by a person from one date to another (both ends included)."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("holder_id", "unit_id", "title", "starts"),
        CheckConstraint("ends IS NULL OR ends >= starts", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("党课责任职务"), "unit_id", "title", "starts"), index=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    """The area (scheme A) or unit (scheme B) whose committee the post leads."""
    title: Mapped[str] = mapped_column(String(60))
    kind: Mapped[PostKind] = mapped_column(choice(PostKind))
    starts: Mapped[date]
    ends: Mapped[date | None]

    holder: Mapped[Instructor] = relationship()
    unit: Mapped[OrgUnit] = relationship()


class Obligation(Versioned, Model):
    """Post × year × scheme: so many lessons by the deadline. State is computed, never stored."""

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("post_id", "year", "scheme_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    year: Mapped[int] = mapped_column(index=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), index=True)
    need: Mapped[int] = mapped_column(default=1)
    deadline: Mapped[date]
    exemption_rule: Mapped[ExemptionRule | None] = mapped_column(choice(ExemptionRule))
    """Set by rule from the dates of the post."""
    exemption_reason: Mapped[str] = mapped_column(String(300), default="")
    """Set by a person; empty with no rule above means the duty stands."""
    exempted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    exempted_at: Mapped[datetime | None]

    post: Mapped[Post] = relationship()
    scheme: Mapped[Scheme] = relationship()
    credits: Mapped[list[Credit]] = relationship(back_populates="obligation", cascade="all, delete-orphan")
    outlook: Mapped[KeptOutlook | None] = relationship(viewonly=True)


class Credit(Model):
    """A lesson that counts towards an obligation: planned when published, held when held or reported and confirmed."""

    __tablename__ = "credit"
    __table_args__ = (
        UniqueConstraint("obligation_id", "session_ref"),
        UniqueConstraint("obligation_id", "report_id"),
        CheckConstraint("(session_ref IS NULL) <> (report_id IS NULL)", name="source"),
        CheckConstraint("report_id IS NULL OR is_held", name="reported"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    session_ref: Mapped[int | None] = mapped_column(index=True)
    """Id of the session in scheduling, which lies above this package."""
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reported_lesson.id"), index=True)
    """The lesson outside the system that was reported and confirmed."""
    day: Mapped[date]
    is_held: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(String(200), default="")

    obligation: Mapped[Obligation] = relationship(back_populates="credits")


class ReportedLesson(Versioned, Model):
    """A lesson held outside the system, as a unit reports it; it counts once the organiser has confirmed it."""

    __tablename__ = "reported_lesson"
    __table_args__ = (
        UniqueConstraint("holder_id", "day", "title"),
        CheckConstraint("minutes BETWEEN 1 AND 480", name="minutes"),
        CheckConstraint("heads BETWEEN 0 AND 100000", name="heads"),
        CheckConstraint("(state = 'reported') = (decided_at IS NULL)", name="decided"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(
        ForeignKey("instructor.id"), info=moves(N_("报送的讲课"), "day", "title"), index=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_unit.id"), index=True)
    """Where it was held, and whose members attended."""
    day: Mapped[date] = mapped_column(index=True)
    minutes: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    class_kind: Mapped[ClassKind] = mapped_column(choice(ClassKind))
    place: Mapped[str] = mapped_column(String(120), default="")
    audience: Mapped[str] = mapped_column(String(120), default="")
    heads: Mapped[int] = mapped_column(default=0)
    form: Mapped[str] = mapped_column(String(40), default="")
    """How it was taught, as staff write it."""
    note: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[ReportState] = mapped_column(choice(ReportState), default=ReportState.REPORTED, index=True)
    reported_at: Mapped[datetime]
    reported_by: Mapped[str] = mapped_column(String(80))
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decision: Mapped[str] = mapped_column(String(300), default="")
    """Why it was refused."""

    holder: Mapped[Instructor] = relationship()
    unit: Mapped[OrgUnit] = relationship()
    evidence: Mapped[list[Evidence]] = relationship(order_by="Evidence.id")


class Evidence(Model):
    """What proves that a lesson was held: a sealed file of a session or of a reported lesson."""

    __tablename__ = "evidence"
    __table_args__ = (CheckConstraint("(session_ref IS NULL) <> (report_id IS NULL)", name="source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_ref: Mapped[int | None] = mapped_column(index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reported_lesson.id"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(choice(EvidenceKind))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))

    file: Mapped[StoredFile] = relationship()


class DutyEvent(Model):
    """What changed about what a post owes in a year, by whom and why. Kept for good."""

    __tablename__ = "duty_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    year: Mapped[int]
    scheme_name: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[DutyEventKind] = mapped_column(choice(DutyEventKind))
    text: Mapped[str] = mapped_column(String(400))
    why: Mapped[str] = mapped_column(String(400), default="")
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(80))


guards.register(guards.append_only("duty_event"), since="duty_event")


class KeptOutlook(Model):
    """What the forecast found for an obligation that was short of lessons; `Reckoning` says how old it is."""

    __tablename__ = "duty_outlook"
    __table_args__ = (CheckConstraint("lessons_left >= 0 AND lessons_near >= 0", name="lessons"),)

    obligation_id: Mapped[int] = mapped_column(
        ForeignKey("obligation.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    lessons_left: Mapped[int]
    lessons_near: Mapped[int]
    lessons_most: Mapped[int | None]
    """As many as fit into the holder's time and limits, where that was looked at."""
    is_crowded: Mapped[bool]


class Reckoning(Model):
    """The last time the forecast was reckoned: one row."""

    __tablename__ = "duty_reckoning"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    """Counts up: who has reckoned beside a later one does not write."""
    day: Mapped[date]
    at: Mapped[datetime]
    size: Mapped[int]
    """How many obligations and lessons it was over, in all."""


class DutyChange(Model):
    """Something that the forecast reads was changed. Triggers write these rows; reckoning takes them away."""

    __tablename__ = "duty_change"

    id: Mapped[int] = mapped_column(primary_key=True)


class Recount(Model):
    """Duties and credits brought in step with the schemes: asked for, and worked off by the queue in pieces."""

    __tablename__ = "duty_recount"
    __table_args__ = (CheckConstraint("done BETWEEN 0 AND total", name="done"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("scheme.id"))
    """The scheme that was changed; empty where everything was to be looked at anew."""
    years: Mapped[list[int]] = mapped_column(JSON)
    why: Mapped[str] = mapped_column(String(400), default="")
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    lease_until: Mapped[datetime | None]
    """While a worker is at it: until when nobody else takes it (UTC)."""
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """Posts, lessons and reports to look at; 0 before it has begun."""
    changed: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(String(300), default="")
    finished_at: Mapped[datetime | None]

    scheme: Mapped[Scheme | None] = relationship()
    asked_by: Mapped[User | None] = relationship()
