"""A post, what it owes, and a lesson reported for it: what the access matrix points at."""

from __future__ import annotations

from datetime import date

from accounts.access import SYSTEM
from accounts.models import OrgUnit
from core.db import session
from instructor_pool.models import Instructor
from party_lessons.enums import ClassKind, EvidenceKind, PostKind
from party_lessons.models import Credit, Obligation, Post
from party_lessons.rules import SCHEME_C
from party_lessons.services import reports
from party_lessons.services.obligations import new_scheme


def make_owed(owner: OrgUnit, teacher: Instructor, prefix: str) -> dict[str, int | str]:
    """Ids by the names of their URL arguments."""
    own = new_scheme(f"{prefix}方案", SCHEME_C)
    own.owner_id, own.is_on = owner.id, True
    post = Post(
        holder_id=teacher.id,
        unit_id=owner.id,
        title="书记",
        kind=PostKind.AREA_SECRETARY,
        starts=date(2023, 1, 1),
    )
    session().add_all([own, post])
    session().flush()
    said = reports.Said(day=date(2026, 4, 20), minutes=45, title=prefix, class_kind=ClassKind.MEETING)
    report = reports.report(teacher, owner, said, actor=SYSTEM)
    outline = reports.Upload("a.pdf", b"%PDF-1.4\n" + prefix.encode() + b"\n%%EOF")
    proof = reports.attach(report, EvidenceKind.OUTLINE, outline, known=0, actor=SYSTEM)
    duty = Obligation(post_id=post.id, year=2027, scheme_id=own.id, need=2, deadline=date(2027, 12, 31))
    duty.credits = [Credit(report_id=report.id, day=report.day, is_held=True)]
    session().add(duty)
    session().flush()
    return {
        "post_id": post.id,
        "obligation_id": duty.id,
        "scheme_id": own.id,
        "report_id": report.id,
        "evidence_id": proof.id,
    }
