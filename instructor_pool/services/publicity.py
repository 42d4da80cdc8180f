"""Making candidates public, taking objections and answering them; how long it lasts is a level's setting."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.calendars import calendar_around
from core.db import session
from core.errors import RuleBroken, Violation
from core.settings import set_setting
from core.when import day_text
from instructor_pool import queries
from instructor_pool.enums import ObjectionOutcome, PoolAction, PoolState
from instructor_pool.models import Instructor, Objection, Publicity
from instructor_pool.rules.entry import EntrySettings
from instructor_pool.rules.publicity import last_day
from instructor_pool.services import life

LONGEST_STATEMENT, LONGEST_ANSWER = 2000, 400


@dataclass(frozen=True, slots=True)
class Raised:
    """An objection as it came in: by whom, how to reach them (may be empty), and what they say."""

    name: str
    statement: str
    contact: str = ""


def publicise(person: Instructor, *, ends_on: date | None = None, actor: Actor) -> Publicity:
    """Make a candidate who passed the review public from today; at least as long as the level has set."""
    after = life.check_step(person, PoolAction.PUBLICISE, actor=actor)
    life.require_passed(person)
    today = clock.today()
    earliest = last_day(today, queries.entry_settings(person.owner).publicity_days, calendar_around(today))
    if ends_on is not None and ends_on < earliest:
        raise _refused(
            gettext("公示至少到 %(day)s(见入库设置)。", day=day_text(earliest, year=True)), "ends_on"
        )
    row = Publicity(
        instructor=person, starts_on=today, ends_on=ends_on or earliest, opened_at=clock.now(),
        opened_by_id=actor.user_id,
    )  # fmt: skip
    session().add(row)
    reason = gettext("公示至 %(day)s", day=day_text(row.ends_on, year=True))
    life.move(person, after, actor=actor, reason=reason)
    return row


def take_objection(
    publicity: Publicity, raised: Raised, *, received_on: date | None = None, actor: Actor
) -> Objection:
    """Keep an objection that came in while the candidate was public."""
    person, day = publicity.instructor, received_on or clock.today()
    if person.state is not PoolState.PUBLICISED:
        raise _refused(gettext("%(name)s 不在公示中，不能再登记异议。", name=person.name), "statement")
    if not raised.name.strip():
        raise _refused(gettext("请写明提出人，不愿具名的写「匿名」。"), "name")
    if not raised.statement.strip():
        raise _refused(gettext("请写明异议的内容。"), "statement")
    if not publicity.starts_on <= day <= min(publicity.ends_on, clock.today()):
        raise _refused(gettext("收到日期要在公示期内，且不晚于今天。"), "received_on")
    row = Objection(
        publicity=publicity,
        statement=raised.statement.strip()[:LONGEST_STATEMENT],
        received_on=day,
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
        recorded_by=actor.name,
    )
    row.raised_by, row.contact = raised.name.strip()[:40], raised.contact.strip()[:60] or None
    session().add(row)
    session().flush()
    audit.note(session(), gettext("收到对 %(name)s 的异议", name=person.name))
    return row


def answer_objection(
    row: Objection, outcome: ObjectionOutcome, answer: str, *, actor: Actor, seen: int | None = None
) -> Objection:
    """Say what became of an objection; once. An upheld one bars approval."""
    row.expect_version(seen)
    if row.outcome is not None:
        raise _refused(gettext("这条异议已经答复。"), "answer")
    if not answer.strip():
        raise _refused(gettext("请写明怎样处理的。"), "answer")
    row.outcome, row.answer, row.answered_at = outcome, answer.strip()[:LONGEST_ANSWER], clock.now()
    row.answered_by_id, row.answered_by = actor.user_id, actor.name
    session().flush()
    audit.note(
        session(),
        gettext(
            "答复对 %(name)s 的异议：%(outcome)s", name=row.publicity.instructor.name, outcome=outcome.label
        ),
    )
    return row


def set_entry_settings(owner: OrgUnit, wanted: EntrySettings, *, actor: Actor) -> None:
    """How people come into the pool of `owner` from now on; what is public already keeps its days."""
    set_setting(queries.setting_key(owner.id), asdict(wanted))
    audit.note(session(), gettext("修改入库设置：%(unit)s", unit=owner.title))


def _refused(sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(subject, sentence, subject)])
