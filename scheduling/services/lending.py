"""Loans of instructors: asked for by one unit, decided by the other, given back early. Flush only.

A loan counts sessions. The lender's quota of the year counts what was granted, and the loan what is booked: both are
held by the database. Whoever asked does not decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import Role
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.when import days_text
from instructor_pool.models import Instructor
from notifications import services as notifications
from scheduling.enums import LoanState
from scheduling.models import LendingQuota, Loan, TrainingClass
from scheduling.queries import lending as lending_queries
from scheduling.queries import loans as loan_queries

MOST_SESSIONS, MOST_QUOTA = 200, 100_000
LONGEST = 300
DECIDERS = (Role.ORGANISER, Role.APPROVER)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the borrower asks for: one of its classes, or some days; how many sessions, and what for."""

    sessions: int
    purpose: str
    training_class: TrainingClass | None = None
    first_day: date | None = None
    last_day: date | None = None


def ask(person: Instructor, borrower: OrgUnit, wish: Wish, *, actor: Actor) -> Loan:
    """Ask the unit that manages `person` for some sessions. RuleBroken names the fields."""
    klass = wish.training_class
    first, last = (klass.starts_on, klass.ends_on) if klass else (wish.first_day, wish.last_day)
    wrong = _wrong(person, borrower, wish, first, last)
    if wrong or first is None or last is None:
        raise RuleBroken(gettext("有 %(n)s 处要改。", n=len(wrong)), wrong)
    loan = Loan(
        instructor_id=person.id,
        lender_id=person.owner_id,
        borrower_id=borrower.id,
        class_id=klass.id if klass else None,
        first_day=max(first, clock.today()),
        last_day=last,
        sessions=wish.sessions,
        purpose=wish.purpose.strip()[:LONGEST],
        state=LoanState.REQUESTED,
        asked_at=clock.now(),
        asked_by=actor.name,
        asked_by_id=actor.user_id,
    )
    other = loan_queries.overlapping(loan)
    if other is not None:
        sentence = gettext(
            "这段时间已有一份借用(%(days)s，%(state)s)，不用再申请。",
            days=days_text(other.first_day, other.last_day),
            state=other.state.label,
        )
        raise RuleBroken(sentence, [Violation("overlap", sentence, "class_id" if klass else "first_day")])
    session().add(loan)
    session().flush()
    title = gettext("%(unit)s申请借用%(name)s", unit=borrower.name, name=person.name)
    _tell(loan.lender_id, DECIDERS, title, loan, actor)
    audit.note(session(), title)
    return loan


def _wrong(
    person: Instructor, borrower: OrgUnit, wish: Wish, first: date | None, last: date | None
) -> list[Violation]:
    found = []
    if not 1 <= wish.sessions <= MOST_SESSIONS:
        found.append(_named("sessions", gettext("课次应在 1 到 %(most)s 之间。", most=MOST_SESSIONS)))
    if not wish.purpose.strip():
        found.append(_named("purpose", gettext("请写明借用的用途。")))
    if not loan_queries.is_other_unit(person.owner.path, borrower.path):
        found.append(_named("purpose", gettext("%(name)s 由本级管理，不用借用。", name=person.name)))
    if wish.training_class is not None and wish.training_class.owner_id != borrower.id:
        found.append(_named("class_id", gettext("只能为本单位计划里的班次借用。")))
    return found + _wrong_days(person, wish, first, last)


def _wrong_days(person: Instructor, wish: Wish, first: date | None, last: date | None) -> list[Violation]:
    start, end = ("class_id", "class_id") if wish.training_class else ("first_day", "last_day")
    if first is None or last is None:
        missing = [name for name, day in ((start, first), (end, last)) if day is None]
        return [_named(name, gettext("请选班次，或填写起止日期。")) for name in missing]
    if last < first:
        return [_named(end, gettext("结束日期不能早于开始日期。"))]
    if last < clock.today():
        return [_named(end, gettext("这段时间已经过去。"))]
    if first.year != last.year:
        return [_named(end, gettext("名额按年计算，跨年的请分年申请。"))]
    if wish.training_class is None and first < clock.today():
        return [_named(start, gettext("开始日期不能早于今天。"))]
    if person.term_end is not None and person.term_end < last:
        return [
            _named(end, gettext("%(name)s 的聘期到 %(day)s 为止。", name=person.name, day=person.term_end))
        ]
    quota = lending_queries.quota_of(person.owner_id, first.year)
    if quota is None or quota.most == 0:
        lender = {"unit": person.owner.name, "year": first.year}
        return [_named(start, gettext("%(unit)s %(year)s 年没有开放借用。", **lender))]
    return []


def _named(field: str, sentence: str) -> Violation:
    return Violation("loan", sentence, field)


def approve(loan: Loan, granted: int, note: str = "", *, actor: Actor, seen: int | None = None) -> None:
    """Lend for so many sessions, at most what was asked for and what the year's quota has left.

    Of two approvals at once that together pass the quota, the database refuses one: a Conflict.
    """
    _decide(loan, actor, seen)
    if not 1 <= granted <= loan.sessions:
        _refuse("granted", gettext("同意的课次应在 1 到 %(most)s 之间。", most=loan.sessions))
    if loan.last_day < clock.today():
        _refuse("granted", gettext("这份申请的时间已经过去，只能答复不同意。"))
    if not loan.instructor.is_bookable:
        who = {"name": loan.instructor.name, "state": loan.instructor.state.label}
        _refuse("granted", gettext("%(name)s 现在%(state)s，不能借出。", **who))
    quota = lending_queries.quota_of(loan.lender_id, loan.first_day.year)
    left = quota.left if quota is not None else 0
    if granted > left:
        numbers = {"year": loan.first_day.year, "left": left}
        _refuse("granted", gettext("%(year)s 年的借出名额还剩 %(left)s 个课次，不够。", **numbers))
    loan.state, loan.granted, loan.answer = LoanState.APPROVED, granted, note.strip()[:LONGEST]
    session().flush()
    facts = {"unit": loan.lender.name, "name": loan.instructor.name, "n": granted}
    _answered(loan, gettext("%(unit)s同意借出%(name)s，%(n)s 个课次", **facts), actor)


def refuse(loan: Loan, reason: str, *, actor: Actor, seen: int | None = None) -> None:
    """Say no, with the reason that the borrower is told."""
    _decide(loan, actor, seen)
    loan.state, loan.answer = LoanState.REFUSED, _reason(reason)
    session().flush()
    facts = {"unit": loan.lender.name, "name": loan.instructor.name}
    _answered(loan, gettext("%(unit)s没有同意借出%(name)s", **facts), actor)


def _decide(loan: Loan, actor: Actor, seen: int | None) -> None:
    loan.expect_version(seen)
    if loan.state is not LoanState.REQUESTED:
        raise RuleBroken(gettext("这份申请%(state)s，不能再答复。", state=loan.state.label))
    if actor.user_id is not None and actor.user_id == loan.asked_by_id:
        raise RuleBroken(gettext("不能答复自己提出的申请，请由借出单位的其他人办理。"))
    loan.decided_at, loan.decided_by, loan.decided_by_id = clock.now(), actor.name, actor.user_id


def withdraw(loan: Loan, *, actor: Actor, seen: int | None = None) -> None:
    """The borrower no longer asks."""
    loan.expect_version(seen)
    if loan.state is not LoanState.REQUESTED:
        raise RuleBroken(gettext("这份申请%(state)s，不能撤回。", state=loan.state.label))
    loan.state = LoanState.WITHDRAWN
    session().flush()
    title = gettext("%(unit)s撤回了借用%(name)s的申请", unit=loan.borrower.name, name=loan.instructor.name)
    _tell(loan.lender_id, DECIDERS, title, loan, actor)
    audit.note(session(), title)


def end(loan: Loan, reason: str, *, actor: Actor, seen: int | None = None) -> int:
    """Either side ends an approved loan: nothing more is booked under it, and what was not used is lent anew.

    Answers how many bookings still to come stand without a loan now; they are listed as clashes to be re-matched.
    """
    loan.expect_version(seen)
    if loan.state is not LoanState.APPROVED:
        raise RuleBroken(gettext("只有已同意的借用才能结束。"))
    loan.end_reason = _reason(reason)
    coming = sum(booking.day >= clock.today() for booking in loan_queries.list_bookings(loan))
    session().refresh(loan, ["used"])
    loan.state, loan.granted = LoanState.ENDED, loan.used
    loan.ended_at, loan.ended_by = clock.now(), actor.name
    session().flush()
    title = gettext("借用%(name)s已结束：%(reason)s", name=loan.instructor.name, reason=loan.end_reason)
    for unit_id in (loan.lender_id, loan.borrower_id):
        _tell(unit_id, (Role.ORGANISER,), title, loan, actor)
    audit.note(session(), title)
    return coming


def _reason(reason: str) -> str:
    if not reason.strip():
        _refuse("reason", gettext("请写明原因。"))
    return reason.strip()[:LONGEST]


def _refuse(field: str, sentence: str) -> None:
    raise RuleBroken(sentence, [_named(field, sentence)])


def _answered(loan: Loan, title: str, actor: Actor) -> None:
    _tell(loan.borrower_id, (Role.ORGANISER,), title, loan, actor)
    audit.note(session(), title)


def _tell(unit_id: int, roles: tuple[Role, ...], title: str, loan: Loan, actor: Actor) -> None:
    what = loan.training_class.name if loan.training_class else gettext("不限班次")
    body = gettext("%(what)s，%(days)s。", what=what, days=days_text(loan.first_day, loan.last_day))
    for user_id in loan_queries.users_with_role(unit_id, roles):
        if user_id != actor.user_id:
            notifications.queue(user_id, "loan", title, body + (loan.answer or ""), f"/loans/{loan.id}")


def set_quota(unit: OrgUnit, year: int, most: int, *, actor: Actor) -> None:
    """How many sessions a unit lends in a year; 0 lends to nobody. Never less than it has granted."""
    quota = lending_queries.quota_of(unit.id, year)
    lent = quota.lent if quota is not None else 0
    if not lent <= most <= MOST_QUOTA:
        limits = {"low": lent, "high": MOST_QUOTA}
        _refuse("most", gettext("名额应在 %(low)s(已同意的)到 %(high)s 之间。", **limits))
    if quota is None:
        session().add(LendingQuota(unit_id=unit.id, year=year, most=most, lent=0))
    else:
        quota.most = most
    session().flush()
    facts = {"unit": unit.name, "year": year, "most": most}
    audit.note(session(), gettext("%(unit)s %(year)s 年借出名额：%(most)s 个课次", **facts))
