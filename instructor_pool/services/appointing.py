"""From approval to the pool: the letter and its template, appointment, admission of invited and seconded people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock, files, word_templates
from core.db import session
from core.errors import RuleBroken, Violation
from core.when import day_text
from instructor_pool import queries
from instructor_pool.enums import EngagementMode, PoolAction
from instructor_pool.models import CommitmentLetter, Instructor, LetterTemplate
from instructor_pool.rules.letters import COURSES_LATER, NEEDED, PLACEHOLDERS, Letter, written_day
from instructor_pool.rules.terms import term_ending
from instructor_pool.services import certificates, life
from instructor_pool.services.nominating import Upload


@dataclass(frozen=True, slots=True)
class Engagement:
    """How somebody without an appointment comes: from which unit, for what, and (seconded) until when."""

    unit: str
    purpose: str
    until: date | None = None


def proposed_term(person: Instructor) -> tuple[date, date]:
    """First and last day: as signed, else from today for as long as the level has set."""
    signed = queries.find_letter(person.id)
    if signed is not None:
        return signed.term_start, signed.term_end
    start = clock.today()
    return start, term_ending(start, queries.policy_of(person.owner).term_years)


def letter(person: Instructor, start: date, end: date) -> bytes:
    """The commitment letter as a Word document, ready to be signed."""
    life.check_term(start, end)
    values = Letter(
        name=person.name,
        unit=person.work_unit,
        post=person.post_title,
        title=person.professional_title,
        source=person.source_category.label,
        appointed_by=person.owner.title,
        start=written_day(start),
        end=written_day(end),
        courses="".join(f"《{q.course.name}》" for q in person.qualifications) or COURSES_LATER,
        today=written_day(clock.today()),
    ).values()
    return word_templates.fill(queries.letter_template(person.owner), values)


def set_letter_template(owner: OrgUnit, upload: Upload | None, *, actor: Actor) -> LetterTemplate:
    """Make the letters of a pool from another document from now on; None goes back to the built-in one."""
    file = None
    if upload is not None:
        word_templates.check(upload.data, list(PLACEHOLDERS), NEEDED, field="file")
        file = files.keep(upload.name, upload.data, field="file")
    row = LetterTemplate(owner_id=owner.id, file=file, chosen_at=clock.now(), chosen_by_id=actor.user_id)
    session().add(row)
    session().flush()
    audit.note(session(), gettext("更换聘期责任书模板：%(unit)s", unit=owner.title))
    return row


def sign_letter(
    person: Instructor, *, signed_on: date, start: date, end: date, scan: Upload | None = None, actor: Actor
) -> CommitmentLetter:
    """Record that the letter for a term (both days included) was signed, with a scan when there is one."""
    after = life.check_step(person, PoolAction.SIGN_LETTER, actor=actor)
    life.check_term(start, end)
    if signed_on > clock.today():
        raise _refused(gettext("签订日期不能晚于今天。"), "signed_on")
    row = CommitmentLetter(
        instructor_id=person.id,
        signed_on=signed_on,
        term_start=start,
        term_end=end,
        scan=files.keep(scan.name, scan.data, field="scan") if scan else None,
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
    )
    session().add(row)
    reason = gettext(
        "%(day)s 签订，聘期 %(start)s 至 %(end)s", day=day_text(signed_on, year=True), start=start, end=end
    )
    life.move(person, after, actor=actor, reason=reason)
    return row


def appoint(person: Instructor, *, number: str = "", actor: Actor) -> Instructor:
    """Appoint for the term that was signed, with a certificate; without a `number` it gets the next free one."""
    after = life.check_step(person, PoolAction.APPOINT, actor=actor)
    signed = queries.find_letter(person.id)
    if signed is None:
        raise RuleBroken(gettext("没有签订聘期责任书的记录，不能聘任。"))
    person.term_start, person.term_end = signed.term_start, signed.term_end
    term = gettext("聘期 %(start)s 至 %(end)s", start=signed.term_start, end=signed.term_end)
    life.move(person, after, actor=actor, reason=term)
    certificates.issue(person, number, actor=actor)
    return person


def admit(person: Instructor, engagement: Engagement, *, actor: Actor) -> Instructor:
    """Take in somebody invited for an occasion, or seconded by a level above for a task [2]."""
    after = life.check_step(person, PoolAction.ADMIT, actor=actor)
    seconded = person.engagement_mode is EngagementMode.SECONDED
    if not engagement.purpose.strip():
        sentence = gettext("请写明选派任务或文号。") if seconded else gettext("请写明邀请事由。")
        raise _refused(sentence, "purpose")
    if seconded and not engagement.unit.strip():
        raise _refused(gettext("请选选派单位。"), "unit")
    if not seconded and engagement.until is not None:
        raise _refused(gettext("邀请按次办理，没有聘期。"), "until")
    if engagement.until is not None and engagement.until < clock.today():
        raise _refused(gettext("选派结束日期不能早于今天。"), "until")
    person.engaged_by = engagement.unit.strip()[:80] or person.owner.title
    person.engaged_for = engagement.purpose.strip()[:200]
    person.term_start = clock.today() if engagement.until else None
    person.term_end = engagement.until
    return life.move(person, after, actor=actor, reason=f"{person.engaged_by} {person.engaged_for}")


def _refused(sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(subject, sentence, subject)])
