"""Letters, their templates, certificates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from accounts.models import OrgUnit
from core import clock, docx, files
from core.db import session
from instructor_pool.enums import CertificateStatus, PoolState
from instructor_pool.models import AppointmentCertificate, CommitmentLetter, Instructor, LetterTemplate
from instructor_pool.rules import certificates
from instructor_pool.rules.letters import default_template


def list_above(owner: OrgUnit) -> list[OrgUnit]:
    """The levels above a pool, the nearest first: those that may send people to it."""
    ids = [int(unit_id) for unit_id in owner.path.strip("/").split("/")][:-1]
    stmt = select(OrgUnit).where(OrgUnit.id.in_(ids)).order_by(OrgUnit.path.desc())
    return list(session().scalars(stmt))


def find_letter(instructor_id: int) -> CommitmentLetter | None:
    """The last letter recorded as signed."""
    stmt = select(CommitmentLetter).where(CommitmentLetter.instructor_id == instructor_id)
    stmt = stmt.options(joinedload(CommitmentLetter.scan)).order_by(CommitmentLetter.id.desc())
    return session().scalars(stmt.limit(1)).first()


def find_letter_template(owner: OrgUnit) -> LetterTemplate | None:
    """What a pool has chosen, else the nearest level above; None where the built-in one holds."""
    for unit_id in reversed(owner.path.strip("/").split("/")):
        stmt = select(LetterTemplate).where(LetterTemplate.owner_id == int(unit_id))
        stmt = stmt.options(joinedload(LetterTemplate.file)).order_by(LetterTemplate.id.desc())
        row = session().scalars(stmt.limit(1)).first()
        if row is not None:
            return row if row.file is not None else None
    return None


def letter_template(owner: OrgUnit) -> bytes:
    """The Word document a pool's letters are made from."""
    row = find_letter_template(owner)
    return files.body(row.file) if row and row.file else docx.write(default_template())


def find_certificate(instructor_id: int) -> AppointmentCertificate | None:
    """The certificate a person holds, else the last one withdrawn."""
    stmt = select(AppointmentCertificate).where(AppointmentCertificate.instructor_id == instructor_id)
    newest_first = (AppointmentCertificate.withdrawn_on.is_not(None), AppointmentCertificate.id.desc())
    return session().scalars(stmt.order_by(*newest_first).limit(1)).first()


def find_certificate_by_code(code: str) -> AppointmentCertificate | None:
    """The certificate with a code, its holder and their pool loaded."""
    stmt = select(AppointmentCertificate).where(AppointmentCertificate.code == code)
    holder = joinedload(AppointmentCertificate.instructor).joinedload(Instructor.owner)
    return session().scalar(stmt.options(holder))


def certificate_status(row: AppointmentCertificate) -> CertificateStatus:
    """What holds of a certificate today."""
    suspended = row.instructor.state is PoolState.SUSPENDED
    return certificates.status(
        row.valid_from, row.valid_until, row.withdrawn_on, suspended=suspended, today=clock.today()
    )


def next_certificate_number(owner: OrgUnit, day: date) -> str:
    """A number of this year that is free."""
    first = date(day.year, 1, 1)
    stmt = select(func.count()).select_from(AppointmentCertificate)
    n = session().scalar(
        stmt.where(AppointmentCertificate.owner_id == owner.id, AppointmentCertificate.issued_on >= first)
    )
    n = (n or 0) + 1
    while is_number_taken(owner, number := certificates.number(owner.name, day.year, n)):
        n += 1
    return number


def is_number_taken(owner: OrgUnit, number: str) -> bool:
    """Whether a certificate of the pool has the number, or somebody had it before the system came."""
    known = select(Instructor.id).where(
        Instructor.owner_id == owner.id, Instructor.certificate_number == number
    )
    issued = select(AppointmentCertificate.id).where(
        AppointmentCertificate.owner_id == owner.id, AppointmentCertificate.number == number
    )
    return any(session().scalars(stmt.limit(1)).first() is not None for stmt in (known, issued))
