"""Issuing, prolonging and withdrawing certificates of appointment."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from core import audit, clock
from core.codes import paper_code
from core.db import session
from core.errors import RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import EngagementMode
from instructor_pool.models import AppointmentCertificate, Instructor
from instructor_pool.rules.certificates import CODE_LENGTH
from instructor_pool.rules.life import IN_POOL


def issue(person: Instructor, number: str = "", *, actor: Actor) -> AppointmentCertificate:
    """A certificate for the person's term; without a `number` the one they have, else the next free one."""
    held = queries.find_certificate(person.id)
    if held is not None and held.withdrawn_on is None:
        raise RuleBroken(gettext("%(name)s 已有证书 %(number)s。", name=person.name, number=held.number))
    if person.state not in IN_POOL or person.engagement_mode is not EngagementMode.APPOINTED:
        raise RuleBroken(gettext("只有在库的聘任讲师才有聘任证书。"))
    if person.term_start is None or person.term_end is None:
        raise RuleBroken(gettext("%(name)s 没有登记聘期，不能发证书。", name=person.name))
    today = clock.today()
    wanted = number.strip()[:60] or person.certificate_number
    if not wanted:
        wanted = queries.next_certificate_number(person.owner, today)
    elif wanted != person.certificate_number and queries.is_number_taken(person.owner, wanted):
        sentence = gettext("证书号 %(number)s 已经用过。", number=wanted)
        raise RuleBroken(sentence, [Violation("number", sentence, "certificate")])
    row = AppointmentCertificate(
        instructor=person,
        owner_id=person.owner_id,
        number=wanted,
        code=paper_code(CODE_LENGTH),
        issued_on=today,
        valid_from=person.term_start,
        valid_until=person.term_end,
    )
    session().add(row)
    person.certificate_number = wanted
    session().flush()
    audit.note(session(), gettext("发出聘任证书 %(number)s", number=wanted))
    return row


def prolong(person: Instructor, until: date) -> None:
    """A renewed term prolongs the certificate the person holds."""
    row = queries.find_certificate(person.id)
    if row is not None and row.withdrawn_on is None:
        row.valid_until = max(until, row.valid_from)
        session().flush()


def withdraw(person: Instructor, reason: str) -> None:
    """Whoever leaves holds no certificate any more; nothing when there was none."""
    row = queries.find_certificate(person.id)
    if row is not None and row.withdrawn_on is None:
        row.withdrawn_on, row.withdraw_reason = clock.today(), reason.strip()[:200] or "-"
        session().flush()
