"""Awarding honours within a level's quotas [0 §20]. Flush only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.settings import set_setting
from instructor_pool import queries
from instructor_pool.enums import HonourKind
from instructor_pool.models import Honour, Instructor
from instructor_pool.rules.honours import MOST_HONOURS, MOST_YEARS, NAMED_WORK, Quota
from instructor_pool.rules.life import IN_POOL


@dataclass(frozen=True, slots=True)
class Award:
    """What the document says: its number and day, and for honours of a course which one."""

    kind: HonourKind
    document: str
    day: date
    title: str = ""


def award(person: Instructor, unit: OrgUnit, said: Award, *, actor: Actor) -> Honour:
    """Award an honour in the name of `unit`. RuleBroken names the field; beyond the quota it says what is used.

    Two awards at once may want the same seat: the database lets one in, the other is a Conflict.
    """
    title = said.title.strip()[:120] if said.kind in NAMED_WORK else ""
    wrong = _wrong(person, said, title)
    if wrong:
        raise RuleBroken(gettext("有 %(n)s 处要改。", n=len(wrong)), wrong)
    quota = queries.quota_of(unit.id, said.kind)
    first, last = quota.period(said.day.year)
    taken = queries.seats_taken(unit.id, said.kind, first)
    if len(taken) >= quota.most:
        sentence = gettext(
            "%(unit)s %(first)s–%(last)s 年的「%(kind)s」名额 %(most)s 个已用完，不能再授予。",
            unit=unit.title,
            first=first,
            last=last,
            kind=said.kind.label,
            most=quota.most,
        )
        raise RuleBroken(sentence, [Violation("quota", sentence, "kind")])
    row = Honour(
        instructor_id=person.id,
        unit_id=unit.id,
        kind=said.kind,
        title=title,
        document=said.document.strip()[:60],
        day=said.day,
        first_year=first,
        seat=next(n for n in range(1, quota.most + 1) if n not in taken),
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    _refuse_twice(row)
    session().add(row)
    session().flush()
    audit.note(session(), gettext("授予 %(name)s：%(honour)s", name=person.name, honour=row.words))
    return row


def _wrong(person: Instructor, said: Award, title: str) -> list[Violation]:
    found = []
    if person.state not in IN_POOL:
        found.append(Violation("state", gettext("不在库的人不能授予荣誉。"), "kind"))
    if not said.document.strip():
        found.append(Violation("document", gettext("请填写文号。"), "document"))
    if said.day > clock.today():
        found.append(Violation("day", gettext("授予日期不能晚于今天。"), "day"))
    if said.kind in NAMED_WORK and not title:
        found.append(Violation("title", gettext("请填写课程或党课的题目。"), "title"))
    return found


def _refuse_twice(row: Honour) -> None:
    same = (row.unit_id, row.kind, row.first_year, row.title)
    for other in queries.list_honours(row.instructor_id):
        if other.revoked_at is None and (other.unit_id, other.kind, other.first_year, other.title) == same:
            sentence = gettext("这一期已经授予过「%(honour)s」。", honour=other.words)
            raise RuleBroken(sentence, [Violation("twice", sentence, "kind")])


def revoke(row: Honour, reason: str, *, actor: Actor) -> None:
    """Take an honour back with a reason; its place in the quota is free again."""
    if row.revoked_at is not None:
        raise RuleBroken(gettext("这项荣誉已经撤销过。"))
    if not reason.strip():
        raise RuleBroken(
            gettext("请写明撤销原因。"), [Violation("reason", gettext("请写明撤销原因。"), "reason")]
        )
    row.revoked_at, row.revoke_reason = clock.now(), reason.strip()[:300]
    session().flush()
    audit.note(
        session(), gettext("撤销 %(name)s 的荣誉：%(honour)s", name=row.instructor.name, honour=row.words)
    )


def set_quotas(unit: OrgUnit, wanted: Mapping[HonourKind, Quota], *, actor: Actor) -> None:
    """How many a level may award from now on; what has been awarded stands."""
    wrong = [
        Violation("range", sentence, f"{part}_{kind.value}")
        for kind, quota in wanted.items()
        for part, sentence in _out_of_range(quota)
    ]
    if wrong:
        raise RuleBroken(gettext("有 %(n)s 处要改。", n=len(wrong)), wrong)
    set_setting(queries.quota_key(unit.id), {kind.value: asdict(quota) for kind, quota in wanted.items()})
    audit.note(session(), gettext("修改荣誉名额：%(unit)s", unit=unit.title))


def _out_of_range(quota: Quota) -> list[tuple[str, str]]:
    limits = {"most": (0, MOST_HONOURS), "years": (1, MOST_YEARS), "since": (2000, 2100)}
    given = asdict(quota)
    return [
        (part, gettext("应在 %(low)s 到 %(high)s 之间。", low=low, high=high))
        for part, (low, high) in limits.items()
        if not low <= given[part] <= high
    ]
