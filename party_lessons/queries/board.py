"""The duty board: obligations with their state and reason, the list of them, and the figures of a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import extract, func, select

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from instructor_pool.models import Instructor
from party_lessons.enums import DutyState, SchemeKind
from party_lessons.models import Credit, Obligation, Post
from party_lessons.queries.facts import due_facts, post_facts, scheme_facts
from party_lessons.queries.standing import IS_OWED, LEFT, STATE_ORDER, by_need, obligations_of, state_on
from party_lessons.rules import Outlook, SchemeFacts, Standing, standing

TONES: Mapping[DutyState, Tone] = {
    DutyState.OVERDUE: "bad",
    DutyState.IMPOSSIBLE: "bad",
    DutyState.AT_RISK: "warn",
    DutyState.OPEN: "idle",
    DutyState.PLANNED: "info",
    DutyState.HELD: "ok",
    DutyState.EXEMPT: "idle",
}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One obligation as the board shows it."""

    obligation: Obligation
    standing: Standing

    @property
    def state(self) -> DutyState:
        """Where it stands."""
        return self.standing.state

    @property
    def tone(self) -> Tone:
        """Colour of the state; the word stands beside it."""
        return TONES[self.state]

    @property
    def reason(self) -> str:
        """Why, in a sentence of the user's language."""
        return gettext(self.standing.ground.word, **self.standing.blanks)

    @property
    def credits(self) -> list[Credit]:
        """Lessons held or planned for it, by day."""
        return sorted(self.obligation.credits, key=lambda credit: credit.day)

    @property
    def is_short(self) -> bool:
        """Whether a lesson could still serve it."""
        return self.state in (DutyState.OPEN, DutyState.AT_RISK, DutyState.IMPOSSIBLE)


@dataclass
class Judge:
    """Says of obligations where they stand on a day; the schemes are read once."""

    today: date
    schemes: Mapping[SchemeKind, SchemeFacts] = field(default_factory=scheme_facts)
    _said: dict[int, BoardRow] = field(default_factory=dict)

    def row(self, row: Obligation) -> BoardRow:
        """By what the forecast found when it was last reckoned."""
        if row.id not in self._said:
            self._said[row.id] = self.judge(row, kept_outlook(row))
        return self._said[row.id]

    def judge(self, row: Obligation, outlook: Outlook | None) -> BoardRow:
        """By this outlook."""
        post = row.post
        return BoardRow(
            row, standing(due_facts(row), self.today, outlook, post_facts(post), self.schemes[post.kind])
        )


def kept_outlook(row: Obligation) -> Outlook | None:
    """What the forecast found when it was last reckoned; None for what it has not met yet."""
    kept = row.outlook
    return Outlook(kept.lessons_left, kept.is_crowded, kept.lessons_near) if kept is not None else None


@dataclass(frozen=True, slots=True)
class Overview:
    """How the obligations of a year stand: so many in each state, and fulfilled by the end of each month."""

    year: int
    counts: Mapping[DutyState, int]
    monthly: tuple[int, ...]

    @property
    def total(self) -> int:
        """All obligations."""
        return sum(self.counts.values())

    @property
    def owed(self) -> int:
        """Obligations that are not exempt."""
        return self.total - self.counts[DutyState.EXEMPT]

    @property
    def percent(self) -> float:
        """Share of what is owed that is held, 0..100; 100 when nothing is owed."""
        return 100 * self.counts[DutyState.HELD] / self.owed if self.owed else 100.0


def count_states(scope: Scope, year: int, today: date) -> dict[DutyState, int]:
    """Every state with its number inside the scope, in the order of need; one statement."""
    found = (
        obligations_of(year)
        .where(scope.clause(OrgUnit.path))
        .with_only_columns(state_on(today).label("state"))
        .subquery()
    )
    rows = session().execute(select(found.c.state, func.count()).group_by(found.c.state))
    counted = {state: number for state, number in rows}
    return {state: counted.get(state.value, 0) for state in STATE_ORDER}


def overview(scope: Scope, year: int, today: date) -> Overview:
    """The figures of a year inside the scope; two statements."""
    return Overview(year, count_states(scope, year, today), _monthly(scope, year))


def _monthly(scope: Scope, year: int) -> tuple[int, ...]:
    """Obligations fulfilled by the end of each month, January first: the lesson that fulfils is the last one needed."""
    place = func.row_number().over(partition_by=Credit.obligation_id, order_by=(Credit.day, Credit.id))
    held = (
        select(extract("month", Credit.day).label("month"), Obligation.need, place.label("place"))
        .join(Credit.obligation)
        .join(Obligation.post)
        .join(Post.unit)
        .where(Obligation.year == year, Credit.is_held, scope.clause(OrgUnit.path))
        .where(IS_OWED)
        .subquery()
    )
    stmt = select(held.c.month, func.count()).where(held.c.place == held.c.need).group_by(held.c.month)
    found = {int(month): count for month, count in session().execute(stmt)}
    return tuple(sum(found.get(month, 0) for month in range(1, limit + 1)) for limit in range(1, 13))


def list_own(user_id: int, year: int, today: date) -> list[BoardRow]:
    """The duties of the person behind an account, what needs something first; three statements."""
    stmt = obligations_of(year).where(Instructor.user_id == user_id).order_by(by_need(today), Obligation.id)
    return judged(session().scalars(stmt), today)


def judged(rows: Iterable[Obligation], today: date) -> list[BoardRow]:
    """Each with its state and reason."""
    judge = Judge(today)
    return [judge.row(row) for row in rows]


def duty_table(scope: Scope, year: int, today: date) -> BoundTable[Obligation]:
    """The board as a list, what needs somebody first."""
    judge = Judge(today)
    state = state_on(today)
    table: Table[Obligation] = Table(
        name="duties",
        title=lazy_gettext("党课责任"),
        columns=[
            Column(
                "name",
                lazy_gettext("姓名"),
                lambda r: r.post.holder.name,
                sort=Instructor.name_pinyin,
                note=lambda r: r.post.title,
            ),
            Column("unit", lazy_gettext("单位"), lambda r: r.post.unit.title, sort=OrgUnit.path),
            Column("scheme", lazy_gettext("职责类别"), lambda r: r.post.kind.label, sort=Post.kind),
            Column(
                "state",
                lazy_gettext("状态"),
                lambda r: Badge(judge.row(r).state.label, judge.row(r).tone),
                sort=by_need(today),
                kind="badge",
                note=lambda r: judge.row(r).reason,
            ),
            Column("credits", lazy_gettext("已讲与已排"), lambda r: _credits(judge.row(r)), kind="tags"),
            Column("left", lazy_gettext("可用课次"), lambda r: _left(judge.row(r)), sort=LEFT, kind="number"),
            Column(
                "deadline", lazy_gettext("期限"), lambda r: r.deadline, sort=Obligation.deadline, kind="date"
            ),
            Column(
                "starts",
                lazy_gettext("任职起"),
                lambda r: r.post.starts,
                sort=Post.starts,
                kind="date",
                default=False,
            ),
            Column(
                "ends",
                lazy_gettext("任职止"),
                lambda r: r.post.ends,
                sort=Post.ends,
                kind="date",
                default=False,
            ),
        ],
        filters=[
            Filter(
                "state",
                lazy_gettext("状态"),
                lambda stmt, v: stmt.where(state == v),
                [(s.value, s.label) for s in STATE_ORDER],
            ),
            Filter(
                "scheme",
                lazy_gettext("职责类别"),
                lambda stmt, v: stmt.where(Post.kind == v),
                SchemeKind.choices(),
            ),
            Filter(
                "unit",
                lazy_gettext("单位"),
                lambda stmt, v: stmt.where(Post.unit_id == int(v)),
                lambda: _units(scope, year),
            ),
        ],
        search=Instructor.search_text + " " + OrgUnit.name + " " + OrgUnit.committee,
        default_sort="state",
        row_url=lambda r: url_for("duties.show", obligation_id=r.id),
        keep=("year",),
    )
    return table.bind(session(), obligations_of(year).where(scope.clause(OrgUnit.path)))


def _units(scope: Scope, year: int) -> list[tuple[str, str]]:
    """Units whose leaders owe something in a year, by name."""
    stmt = (
        select(OrgUnit)
        .where(scope.clause(OrgUnit.path))
        .where(OrgUnit.id.in_(select(Post.unit_id).join(Obligation).where(Obligation.year == year)))
    )
    return sorted(((str(u.id), u.title) for u in session().scalars(stmt)), key=lambda unit: unit[1])


def _left(row: BoardRow) -> int | None:
    """Sessions that would still serve it; nothing where none is needed."""
    outlook = kept_outlook(row.obligation)
    return outlook.left if row.is_short and outlook is not None else None


def _credits(row: BoardRow) -> list[str]:
    held, planned = gettext("已讲"), gettext("已排")
    return [f"{credit.day:%m-%d} {held if credit.is_held else planned}" for credit in row.credits]
