"""What units lend: quotas of the year, who can be asked for, and who lent how much to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Row, Select, case, extract, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from core import clock
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Filter, Table
from courses.models import Course
from instructor_pool.models import Instructor, Qualification
from instructor_pool.queries import person_columns
from instructor_pool.rules.life import BOOKABLE
from scheduling.enums import LoanState
from scheduling.models import LendingQuota, Loan, TrainingClass

MOST_OFFERED, MOST_COURSES = 200, 1000


def quota_of(unit_id: int, year: int) -> LendingQuota | None:
    """What a unit lends in a year, as the database has it; None when it does not lend."""
    stmt = select(LendingQuota).where(LendingQuota.unit_id == unit_id, LendingQuota.year == year)
    return session().scalar(stmt.execution_options(populate_existing=True))


def quotas_of(scope: Scope, year: int) -> list[LendingQuota]:
    """The quotas of the units inside the scope and of those that lend to them, widest unit first."""
    stmt = (
        select(LendingQuota)
        .join(OrgUnit, LendingQuota.unit_id == OrgUnit.id)
        .where(LendingQuota.year == year)
        .where(or_(scope.clause(OrgUnit.path), LendingQuota.unit_id.in_(_lenders_to(scope, year))))
        .options(contains_eager(LendingQuota.unit))
    )
    return list(session().scalars(stmt.order_by(func.length(OrgUnit.path), OrgUnit.id)))


def _lenders_to(scope: Scope, year: int) -> Select[int]:
    borrower = aliased(OrgUnit)
    stmt = select(Loan.lender_id).join(borrower, Loan.borrower_id == borrower.id)
    return stmt.where(scope.clause(borrower.path), extract("year", Loan.first_day) == year)


def get_lendable(borrower: OrgUnit, instructor_id: int) -> Instructor:
    """Somebody of another unit that lends this year or next; NotFound otherwise."""
    found = session().scalar(_lendable(borrower).where(Instructor.id == instructor_id))
    if found is None:
        raise NotFound(gettext("没有这位可以借用的讲师。"))
    return found


_Owner = aliased(OrgUnit)


def _lendable(borrower: OrgUnit) -> Select[Instructor]:
    """Bookable people of units outside the borrower's own subtree that have a quota this year or next."""
    year = clock.today().year
    lends = select(LendingQuota.unit_id).where(LendingQuota.year.in_((year, year + 1)), LendingQuota.most > 0)
    return (
        select(Instructor)
        .join(_Owner, Instructor.owner_id == _Owner.id)
        .where(_Owner.id.in_(lends), Instructor.state.in_(BOOKABLE))
        .where(or_(_Owner.path < borrower.path, _Owner.path >= borrower.path + "~"))
        .options(contains_eager(Instructor.owner.of_type(_Owner)))
    )


def lendable_table(borrower: OrgUnit) -> BoundTable[Instructor]:
    """Who can be asked for: name, unit and courses, and nothing else of a file that another unit keeps."""

    def lenders() -> list[tuple[str, str]]:
        stmt = _lendable(borrower).with_only_columns(_Owner).distinct()
        rows = session().scalars(stmt)
        return [(str(unit.id), unit.name) for unit in rows]

    def courses() -> list[tuple[str, str]]:
        stmt = select(Course.id, Course.name).where(Course.retired.is_(False)).order_by(Course.name)
        return [(str(row.id), row.name) for row in session().execute(stmt.limit(MOST_COURSES))]

    table: Table[Instructor] = Table(
        name="lendable",
        title=lazy_gettext("可借用的讲师"),
        columns=[
            Column(
                "name",
                lazy_gettext("姓名"),
                lambda i: i.name,
                sort=Instructor.name_pinyin,
                note=lambda i: f"{i.work_unit} {i.post_title}".strip(),
            ),
            Column("lender", lazy_gettext("借出单位"), lambda i: i.owner.name, sort=_Owner.name),
            person_columns.source(person_columns.itself),
            Column(
                "courses",
                lazy_gettext("可授课程"),
                lambda i: [q.course.name for q in i.qualifications if q.cleared_on],
                kind="tags",
            ),
            person_columns.until(person_columns.itself),
        ],
        filters=[
            Filter("lender", lazy_gettext("借出单位"), lambda s, v: s.where(_Owner.id == int(v)), lenders),
            Filter("course", lazy_gettext("课程"), _teaches, courses),
            person_columns.BY_SOURCE,
        ],
        search=Instructor.search_text,
        search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
        default_sort="name",
        row_url=lambda i: url_for("loans.ask", instructor_id=i.id),
    )
    qualified = selectinload(Instructor.qualifications).joinedload(Qualification.course)
    return table.bind(session(), _lendable(borrower).options(qualified))


def _teaches(stmt: Select[Any], value: str) -> Select[Any]:
    held = select(Qualification.instructor_id).where(
        Qualification.course_id == int(value), Qualification.cleared_on.is_not(None)
    )
    return stmt.where(Instructor.id.in_(held))


def list_classes(borrower: OrgUnit) -> list[TrainingClass]:
    """Classes of a unit's plan that are not over, to ask for somebody for one of them."""
    stmt = select(TrainingClass).where(
        TrainingClass.owner_id == borrower.id, TrainingClass.ends_on >= clock.today()
    )
    return list(
        session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id).limit(MOST_OFFERED))
    )


CounterRow = Row[OrgUnit, OrgUnit, int, int, int, int, int]
_Lender, _Borrower = aliased(OrgUnit), aliased(OrgUnit)
_IS_LENT = Loan.state.in_((LoanState.APPROVED, LoanState.ENDED))
_SUMS = (
    select(
        Loan.lender_id,
        Loan.borrower_id,
        extract("year", Loan.first_day).label("year"),
        func.count(Loan.id).label("requests"),
        func.sum(case((_IS_LENT, 1), else_=0)).label("loans"),
        func.count(case((_IS_LENT, Loan.instructor_id)).distinct()).label("people"),
        func.sum(Loan.granted).label("granted"),
        func.sum(Loan.used).label("used"),
    )
    .group_by(Loan.lender_id, Loan.borrower_id, extract("year", Loan.first_day))
    .subquery()
)


def _number(place: int) -> Callable[[CounterRow], int]:
    return lambda row: row[place] or 0  # type: ignore[return-value]


def counter_table(scope: Scope, year: int) -> BoundTable[CounterRow]:
    """Who lent how much to whom in a year, where a party is inside the scope."""
    seen = or_(scope.clause(_Lender.path), scope.clause(_Borrower.path))
    stmt = (
        select(
            _Lender,
            _Borrower,
            *(_SUMS.c[name] for name in ("requests", "loans", "people", "granted", "used")),
        )
        .join(_SUMS, _SUMS.c.lender_id == _Lender.id)
        .join(_Borrower, _SUMS.c.borrower_id == _Borrower.id)
        .where(seen, _SUMS.c.year == year)
    )

    def parties(unit: Any) -> list[tuple[str, str]]:
        rows = session().execute(stmt.with_only_columns(unit.id, unit.name).distinct())
        return [(str(row.id), row.name) for row in rows]

    numbers = (
        ("requests", lazy_gettext("申请份数")),
        ("loans", lazy_gettext("借出份数")),
        ("people", lazy_gettext("借出人数")),
        ("granted", lazy_gettext("同意课次")),
        ("used", lazy_gettext("已用课次")),
    )
    table: Table[CounterRow] = Table(
        name="lending-counter",
        title=lazy_gettext("借用统计"),
        columns=[
            Column("lender", lazy_gettext("借出单位"), lambda r: r[0].name, sort=_Lender.name),
            Column("borrower", lazy_gettext("借用单位"), lambda r: r[1].name, sort=_Borrower.name),
            *(
                Column(name, label, _number(place), sort=_SUMS.c[name], kind="number")
                for place, (name, label) in enumerate(numbers, 2)
            ),
        ],
        filters=[
            Filter(
                "lender",
                lazy_gettext("借出单位"),
                lambda s, v: s.where(_Lender.id == int(v)),
                lambda: parties(_Lender),
            ),
            Filter(
                "borrower",
                lazy_gettext("借用单位"),
                lambda s, v: s.where(_Borrower.id == int(v)),
                lambda: parties(_Borrower),
            ),
        ],
        default_sort="-granted",
        row_key=lambda r: f"{r[0].id}-{r[1].id}",
        keep=("year",),
    )
    return table.bind(session(), stmt)
