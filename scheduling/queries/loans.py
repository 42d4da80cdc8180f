"""Loans of instructors between units: the lists, one loan, and which of them covers what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Literal

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from accounts.access import Scope
from accounts.models import Grant, OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from core.when import days_text
from instructor_pool.models import Instructor
from scheduling.enums import LoanState
from scheduling.models import Booking, Loan, Session, TrainingClass
from scheduling.rules import LIVE

Side = Literal["lender", "borrower"]
Lender, Borrower = aliased(OrgUnit), aliased(OrgUnit)
TONES: Mapping[LoanState, Tone] = {
    LoanState.REQUESTED: "warn",
    LoanState.APPROVED: "ok",
    LoanState.REFUSED: "bad",
}


def is_other_unit(owner_path: str, plan_path: str) -> bool:
    """Whether a person managed at one path needs a loan to teach in a plan: neither the unit itself nor one below."""
    return not owner_path.startswith(plan_path)


def in_year(year: int) -> ColumnElement[bool]:
    """Loans of a year; none reaches into the next."""
    return Loan.first_day.between(date(year, 1, 1), date(year, 12, 31))


def state_badge(loan: Loan) -> Badge:
    """The state in words; an approved loan whose days are over says so."""
    if loan.state is LoanState.APPROVED and loan.last_day < clock.today():
        return Badge(gettext("已到期"), "idle")
    return Badge(loan.state.label, TONES.get(loan.state, "idle"))


def _parties(stmt: Select[Any]) -> Select[Any]:
    return stmt.join(Lender, Loan.lender_id == Lender.id).join(Borrower, Loan.borrower_id == Borrower.id)


def _clause(scope: Scope, side: Side | None) -> ColumnElement[bool]:
    lends, borrows = scope.clause(Lender.path), scope.clause(Borrower.path)
    return or_(lends, borrows) if side is None else lends if side == "lender" else borrows


def get_loan(scope: Scope, loan_id: int, side: Side | None = None) -> Loan:
    """A loan with a party (or the party of that side) inside the scope; NotFound otherwise."""
    found: Loan | None = session().scalar(
        _parties(select(Loan)).where(Loan.id == loan_id, _clause(scope, side))
    )
    if found is None:
        raise NotFound(gettext("没有这份借用，或不在您的管理范围内。"))
    return found


def count_requests(scope: Scope) -> int:
    """Requests that wait for a lender inside the scope."""
    stmt = _parties(select(func.count()).select_from(Loan))
    return session().scalar(stmt.where(Loan.state == LoanState.REQUESTED, _clause(scope, "lender"))) or 0


def list_of_person(instructor_id: int) -> list[Loan]:
    """Loans of somebody that are asked for or run, by day."""
    stmt = select(Loan).where(
        Loan.instructor_id == instructor_id,
        Loan.state.in_((LoanState.REQUESTED, LoanState.APPROVED)),
        Loan.last_day >= clock.today(),
    )
    shown = stmt.options(joinedload(Loan.borrower), joinedload(Loan.training_class))
    return list(session().scalars(shown.order_by(Loan.first_day, Loan.id)))


def overlapping(loan: Loan) -> Loan | None:
    """A request or running loan of the same person and borrower whose days and classes meet this one's."""
    stmt = select(Loan).where(
        Loan.instructor_id == loan.instructor_id,
        Loan.borrower_id == loan.borrower_id,
        Loan.state.in_((LoanState.REQUESTED, LoanState.APPROVED)),
        Loan.first_day <= loan.last_day,
        Loan.last_day >= loan.first_day,
    )
    if loan.class_id is not None:
        stmt = stmt.where(or_(Loan.class_id.is_(None), Loan.class_id == loan.class_id))
    return session().scalar(stmt.limit(1))


def lent_to(borrower_id: int, people: Collection[int]) -> list[Loan]:
    """Approved loans of these people to a unit, the one that ends first before the others, as the database has them."""
    stmt = select(Loan).where(
        Loan.borrower_id == borrower_id, Loan.instructor_id.in_(people), Loan.state == LoanState.APPROVED
    )
    # Triggers count what is used: what the session remembers of it may be old.
    stmt = stmt.order_by(Loan.last_day, Loan.id).execution_options(populate_existing=True)
    return list(session().scalars(stmt)) if people else []


def borrowed_people(scope: Scope) -> Select[int]:
    """Ids of people that units inside the scope have on loan now or later."""
    stmt = _parties(select(Loan.instructor_id)).where(_clause(scope, "borrower"))
    return stmt.where(Loan.state == LoanState.APPROVED, Loan.last_day >= clock.today())


def other_units_people(people: Iterable[int], plan_path: str) -> dict[int, tuple[str, OrgUnit]]:
    """Who of these people belongs neither to the unit at the path nor below: name and managing unit."""
    stmt = select(Instructor.id, Instructor.name, OrgUnit).join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    rows = session().execute(stmt.where(Instructor.id.in_(sorted(set(people)))))
    return {row.id: (row.name, row.OrgUnit) for row in rows if is_other_unit(row.OrgUnit.path, plan_path)}


def list_bookings(loan: Loan) -> list[Booking]:
    """What was booked under a loan and stands, by day."""
    stmt = (
        select(Booking)
        .join(Booking.session)
        .join(Session.training_class)
        .where(Booking.loan_id == loan.id, Booking.state.in_(LIVE))
        .options(contains_eager(Booking.session).contains_eager(Session.training_class))
    )
    return list(session().scalars(stmt.order_by(Booking.day, Booking.from_unit)))


def users_with_role(unit_id: int, roles: Collection[Any]) -> list[int]:
    """Accounts with one of the roles at a unit: who is told."""
    stmt = select(Grant.user_id).where(Grant.unit_id == unit_id, Grant.role.in_(roles))
    return list(session().scalars(stmt.distinct()))


def _years() -> list[tuple[str, str]]:
    this_year = clock.today().year
    return [
        (str(year), gettext("%(year)s 年", year=year)) for year in range(this_year + 1, this_year - 5, -1)
    ]


def _what_for(loan: Loan) -> str:
    return loan.training_class.name if loan.training_class else gettext("不限班次")


def _days(loan: Loan) -> str:
    return days_text(loan.first_day, loan.last_day)


def _table(name: str, title: Any, other: str, unit: Any, party: Side) -> Table[Loan]:
    return Table(
        name=name,
        title=title,
        columns=[
            Column(
                "name",
                lazy_gettext("讲师"),
                lambda x: x.instructor.name,
                sort=Instructor.name_pinyin,
                note=lambda x: f"{x.instructor.work_unit} {x.instructor.post_title}".strip(),
            ),
            Column(party, other, lambda x: getattr(x, party).name, sort=unit.name),
            Column("class", lazy_gettext("班次"), _what_for, sort=TrainingClass.name),
            Column("days", lazy_gettext("时间"), _days, sort=Loan.first_day),
            Column(
                "asked", lazy_gettext("申请课次"), lambda x: x.sessions, sort=Loan.sessions, kind="number"
            ),
            Column(
                "granted", lazy_gettext("同意课次"), lambda x: x.granted, sort=Loan.granted, kind="number"
            ),
            Column("used", lazy_gettext("已用课次"), lambda x: x.used, sort=Loan.used, kind="number"),
            Column(
                "state",
                lazy_gettext("状态"),
                state_badge,
                sort=Loan.state,
                kind="badge",
                note=lambda x: x.end_reason or x.answer,
            ),
            Column(
                "at", lazy_gettext("申请时间"), lambda x: x.asked_at.date(), sort=Loan.asked_at, kind="date"
            ),
            Column("by", lazy_gettext("申请人"), lambda x: x.asked_by, sort=Loan.asked_by, default=False),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda s, v: s.where(Loan.state == LoanState(v)),
                LoanState.choices,
            ),
            Filter("year", lazy_gettext("年度"), lambda s, v: s.where(in_year(int(v))), _years),
        ],
        search=Instructor.search_text,
        search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
        default_sort="-at",
        row_url=lambda x: url_for("loans.show", loan_id=x.id),
    )


ASKED = _table("loans-asked", lazy_gettext("我借入的讲师"), lazy_gettext("借出单位"), Lender, "lender")
LENT = _table("loans-lent", lazy_gettext("我借出的讲师"), lazy_gettext("借用单位"), Borrower, "borrower")


def loans_table(scope: Scope, side: Side) -> BoundTable[Loan]:
    """What units inside the scope borrow (`borrower`) or lend (`lender`)."""
    stmt = (
        _parties(select(Loan).join(Loan.instructor))
        .outerjoin(Loan.training_class)
        .where(_clause(scope, side))
        .options(
            contains_eager(Loan.instructor),
            contains_eager(Loan.lender.of_type(Lender)),
            contains_eager(Loan.borrower.of_type(Borrower)),
            contains_eager(Loan.training_class),
        )
    )
    return (ASKED if side == "borrower" else LENT).bind(session(), stmt)
