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
from party_lessons.enums import DutyState
from party_lessons.models import Credit, Obligation, Post, Scheme
from party_lessons.queries.facts import due_facts, facts_of_scheme, post_facts, scheme_facts
from party_lessons.queries.standing import IS_OWED, LEFT, STATE_ORDER, by_need, obligations_of, state_on
from party_lessons.rules import Outlook, SchemeFacts, Standing, standing
from party_lessons.wording import sentence_of

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
    today: date

    @property
    def days_left(self) -> int | None:
        """Days to the deadline while a lesson is still missing; None once nothing is, or it is too late."""
        is_waiting = self.is_short or self.state is DutyState.PLANNED
        return (self.obligation.deadline - self.today).days if is_waiting else None

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
    def rule(self) -> str:
        """What the scheme asks, in a sentence."""
        return sentence_of(facts_of_scheme(self.obligation.scheme))

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
    schemes: Mapping[int, SchemeFacts] = field(default_factory=scheme_facts)
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
            row,
            standing(due_facts(row), self.today, outlook, post_facts(post), self.schemes[row.scheme_id]),
            self.today,
        )


def kept_outlook(row: Obligation) -> Outlook | None:
    """What the forecast found when it was last reckoned; None for what it has not met yet."""
    kept = row.outlook
    if kept is None:
        return None
    return Outlook(kept.lessons_left, kept.is_crowded, kept.lessons_near, kept.lessons_most)


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


@dataclass(frozen=True, slots=True)
class Part:
    """How one unit right below the place looked at stands, with everything in it."""

    unit_id: int
    title: str
    counts: Mapping[DutyState, int]

    @property
    def owed(self) -> int:
        """Obligations that are not exempt."""
        return sum(self.counts.values()) - self.counts.get(DutyState.EXEMPT, 0)

    @property
    def held(self) -> int:
        """Those that are fulfilled."""
        return self.counts.get(DutyState.HELD, 0)

    @property
    def alarms(self) -> int:
        """Those that are or may be missed."""
        return sum(
            self.counts.get(s, 0) for s in (DutyState.OVERDUE, DutyState.IMPOSSIBLE, DutyState.AT_RISK)
        )

    @property
    def percent(self) -> float:
        """Share of what is owed that is held, 0..100."""
        return 100 * self.held / self.owed if self.owed else 100.0


def parts_of(scope: Scope, root: str, year: int, today: date) -> list[Part]:
    """The units right below `root` that owe something, the least done first; two statements."""
    found = (
        obligations_of(year)
        .where(scope.clause(OrgUnit.path), OrgUnit.path != root)
        .with_only_columns(OrgUnit.path, state_on(today).label("state"))
        .subquery()
    )
    stmt = select(found.c.path, found.c.state, func.count()).group_by(found.c.path, found.c.state)
    counts: dict[str, dict[DutyState, int]] = {}
    for path, state, number in session().execute(stmt):
        if path.startswith(root):
            child = root + path[len(root) :].split("/")[0] + "/"
            of_child = counts.setdefault(child, {})
            of_child[DutyState(state)] = of_child.get(DutyState(state), 0) + number
    units = session().scalars(select(OrgUnit).where(OrgUnit.path.in_(counts)))
    parts = [Part(unit.id, unit.title, counts[unit.path]) for unit in units]
    return sorted(parts, key=lambda part: (part.percent, -part.alarms, part.title))


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


def list_to_remind(today: date) -> list[BoardRow]:
    """Obligations of this year that are not fulfilled, of schemes that remind today, of people with an account."""
    day = f"{today:%m-%d}"
    schemes = [row.id for row in session().scalars(select(Scheme)) if row.is_on and day in row.reminders]
    stmt = obligations_of(today.year).where(
        Obligation.scheme_id.in_(schemes), Instructor.user_id.is_not(None), IS_OWED
    )
    waiting = (DutyState.OPEN, DutyState.AT_RISK, DutyState.IMPOSSIBLE, DutyState.OVERDUE)
    return [row for row in judged(session().scalars(stmt), today) if row.state in waiting]


def list_of_post(post: Post, today: date) -> list[BoardRow]:
    """What is and was owed for a post, latest year first."""
    rows = [
        row
        for year in _years_of(post)
        for row in session().scalars(obligations_of(year).where(Post.id == post.id))
    ]
    return judged(rows, today)


def _years_of(post: Post) -> list[int]:
    stmt = select(Obligation.year).where(Obligation.post_id == post.id).distinct()
    return sorted(session().scalars(stmt), reverse=True)[:5]


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
            Column("scheme", lazy_gettext("责任"), lambda r: r.scheme.name, sort=Scheme.name),
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
                lazy_gettext("责任"),
                lambda stmt, v: stmt.where(Obligation.scheme_id == int(v)),
                lambda: _schemes(year),
            ),
            Filter(
                "unit",
                lazy_gettext("单位"),
                lambda stmt, v: stmt.where(Post.unit_id == int(v)),
                lambda: _units(scope, year),
            ),
        ],
        search=Instructor.search_text + " " + OrgUnit.name + " " + OrgUnit.committee,
        search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
        default_sort="state",
        row_url=lambda r: url_for("duties.show", obligation_id=r.id),
        keep=("year", "under"),
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


def _schemes(year: int) -> list[tuple[str, str]]:
    """Schemes that something is owed by in a year."""
    owed = select(Obligation.scheme_id).where(Obligation.year == year)
    found = session().scalars(select(Scheme).where(Scheme.id.in_(owed)).order_by(Scheme.id))
    return [(str(row.id), row.name) for row in found]


def _left(row: BoardRow) -> int | None:
    """Sessions that would still serve it; nothing where none is needed."""
    outlook = kept_outlook(row.obligation)
    return outlook.left if row.is_short and outlook is not None else None


def _credits(row: BoardRow) -> list[str]:
    held, planned = gettext("已讲"), gettext("已排")
    return [f"{credit.day:%m-%d} {held if credit.is_held else planned}" for credit in row.credits]
