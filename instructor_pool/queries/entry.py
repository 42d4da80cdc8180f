"""Nominations and what was handed in with them."""

from __future__ import annotations

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from instructor_pool.models import Attachment, Instructor, Nomination, Reviewer, ReviewPanel
from instructor_pool.rules import life

RECEIVING = (Level.COUNTY, Level.CITY, Level.PROVINCE)


def list_receiving_units() -> list[OrgUnit]:
    """Whose pool anybody may nominate for: counties, cities, provinces. Their names are public."""
    stmt = select(OrgUnit).where(OrgUnit.level.in_(RECEIVING)).order_by(OrgUnit.path.desc())
    return list(session().scalars(stmt))


def find_candidate(owner_id: int, name: str, phone_blind: str) -> Instructor | None:
    """A candidate of `owner` with this name and telephone."""
    stmt = select(Instructor).where(
        Instructor.owner_id == owner_id,
        Instructor.name == name,
        Instructor.phone_blind == phone_blind,
        Instructor.state.in_(life.CANDIDATES),
    )
    return session().scalars(stmt.order_by(Instructor.id).limit(1)).first()


def find_nomination(receipt_hash: str) -> Nomination | None:
    """The nomination with the digest of a receipt."""
    stmt = select(Nomination).where(Nomination.receipt_hash == receipt_hash)
    return session().scalar(stmt.options(joinedload(Nomination.instructor)))


def list_nominations(instructor_id: int) -> list[Nomination]:
    """Who put a person forward, the first one first."""
    stmt = select(Nomination).where(Nomination.instructor_id == instructor_id).order_by(Nomination.id)
    return list(session().scalars(stmt))


def list_attachments(instructor_id: int) -> list[Attachment]:
    """What was handed in for a candidate, the first one first."""
    stmt = select(Attachment).where(Attachment.instructor_id == instructor_id).order_by(Attachment.id)
    return list(session().scalars(stmt))


def count_attachments(instructor_id: int) -> int:
    """How many there are."""
    stmt = select(func.count()).select_from(Attachment).where(Attachment.instructor_id == instructor_id)
    return session().scalar(stmt) or 0


def get_attachment(scope: Scope, attachment_id: int) -> Attachment:
    """One attachment of a person inside the scope; NotFound otherwise."""
    stmt = (
        select(Attachment)
        .join(Instructor, Attachment.instructor_id == Instructor.id)
        .join(OrgUnit, Instructor.owner_id == OrgUnit.id)
        .where(Attachment.id == attachment_id, scope.clause(OrgUnit.path))
        .options(joinedload(Attachment.instructor))
    )
    row = session().scalar(stmt)
    if row is None:
        raise NotFound(gettext("没有这个附件，或不在您的管理范围内。"))
    return row


def has_sheets(instructor_id: int) -> bool:
    """Whether any reviewer has handed in a sheet on the person."""
    stmt = (
        select(Reviewer.id)
        .join(ReviewPanel)
        .where(ReviewPanel.instructor_id == instructor_id, Reviewer.sheet_id.is_not(None))
    )
    return session().scalars(stmt.limit(1)).first() is not None
