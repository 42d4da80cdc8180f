"""Merging two files of one person: everything that refers to the closed file goes over to the kept one. Flush only.

The closed file is never deleted: it keeps what it said, its history and whatever the kept file has already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import Column as TableColumn
from sqlalchemy import ColumnElement, and_, exists, func, select, update

from accounts import services as accounts
from accounts.access import Actor
from accounts.enums import Role
from core import audit, clock
from core.db import Base, session
from core.errors import RuleBroken, Violation
from instructor_pool import queries
from instructor_pool.enums import CoursewareState, PoolState
from instructor_pool.models import DistinctPeople, Instructor, Qualification
from instructor_pool.rules.life import IN_POOL
from instructor_pool.rules.merging import POLICY, Policy
from instructor_pool.services import certificates
from instructor_pool.services.entering import note_change

FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name", "name_pinyin", "name_sound"),
    "gender": ("gender",),
    "birth_month": ("birth_month",),
    "ethnicity": ("ethnicity",),
    "political_status": ("political_status",),
    "education": ("education", "major"),
    "work_unit": ("work_unit", "unit_id"),
    "post_title": ("post_title",),
    "professional_title": ("professional_title",),
    "source_category": ("source_category",),
    "research": ("research",),
    "recommended_by": ("recommended_by",),
    "town": ("town_id",),
    "term": (
        "engagement_mode",
        "engaged_by",
        "engaged_for",
        "certificate_number",
        "term_start",
        "term_end",
    ),
    "limits": ("max_per_day", "max_per_week", "max_per_month", "max_per_year"),
    "fee": ("fee_per_hour",),
    "phone": ("phone",),
    "remark": ("remark",),
}
"""What a person chooses between, and the attributes that go together."""


@dataclass(frozen=True, slots=True)
class Follower:
    """What a higher feature does beyond moving its columns. Registered where the application is put together."""

    label: str
    count: Callable[[int], int]
    refusals: Callable[[Instructor, Instructor], list[str]]
    follow: Callable[[Instructor, Instructor, Actor], None]


@dataclass(frozen=True, slots=True)
class Going:
    """Rows of one kind that move, and those that stay with the closed file."""

    label: str
    moving: int
    staying: int


_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Let a feature take part in every merge."""
    if follower not in _followers:
        _followers.append(follower)


def references() -> Iterator[tuple[TableColumn[int], Policy]]:
    """Every column that refers to a person, with what happens to it; KeyError where nobody has said."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "instructor" for key in column.foreign_keys):
                yield column, column.info[POLICY]


def preview(kept: Instructor, closed: Instructor) -> list[Going]:
    """What would move and what would stay, by kind, without what there is none of."""
    found = []
    for column, policy in references():
        mine = column == closed.id
        total = _count(column, mine)
        moving = _count(column, and_(mine, ~_has_already(column, policy, kept.id))) if policy.moves else 0
        if total:
            found.append(Going(gettext(policy.label), moving, total - moving))
    for follower in _followers:
        count = follower.count(closed.id)
        if count:
            found.append(Going(gettext(follower.label), count, 0))
    return found


def _count(column: TableColumn[int], condition: ColumnElement[bool]) -> int:
    stmt = select(func.count()).select_from(column.table).where(condition)
    return session().scalar(stmt) or 0


def _has_already(column: TableColumn[int], policy: Policy, kept_id: int) -> ColumnElement[bool]:
    """Whether the kept file has the same row, for columns within which a person has one."""
    if not policy.once:
        return column.is_(None)
    other = column.table.alias()
    same = [other.c[name].is_not_distinct_from(column.table.c[name]) for name in policy.once]
    return exists().where(other.c[column.name] == kept_id, *same)


def refusals(kept: Instructor, closed: Instructor) -> list[str]:
    """Why the two cannot be merged this way, in sentences; nothing when they can."""
    found = []
    if kept.id == closed.id:
        return [gettext("这是同一份档案。")]
    if PoolState.MERGED in (kept.state, closed.state):
        return [gettext("其中一份已经合并过。")]
    if kept.id_number_blind and closed.id_number_blind and kept.id_number_blind != closed.id_number_blind:
        found.append(gettext("两份档案的身份证号不同，不是同一个人。"))
    if closed.state in IN_POOL and kept.state not in IN_POOL:
        found.append(gettext("「%(state)s」的一份不能并掉，请换过来：保留它。", state=closed.state.label))
    waiting = _both_waiting(kept.id, closed.id)
    if waiting:
        names = gettext("、").join(waiting)
        found.append(gettext("两份档案都有《%(names)s》的待审课件，请先审核其中一份。", names=names))
    if any(queries.find_open_panel(person.id) is not None for person in (kept, closed)):
        found.append(gettext("有一份正在评审，请先结束评审。"))
    for follower in _followers:
        found += follower.refusals(kept, closed)
    return found


def _both_waiting(kept_id: int, closed_id: int) -> list[str]:
    waiting = [
        {
            row.course_id: row.course.name
            for row in queries.list_courseware(person_id)
            if row.state is CoursewareState.SUBMITTED
        }
        for person_id in (kept_id, closed_id)
    ]
    return [name for course_id, name in waiting[0].items() if course_id in waiting[1]]


def merge(kept: Instructor, closed: Instructor, *, taken: Collection[str] = (), actor: Actor) -> list[Going]:
    """Close one file into the other: what moved. `taken` names the FIELDS to take over from the closed file.

    RuleBroken names everything that stands in the way.
    """
    wrong = refusals(kept, closed)
    if wrong:
        told = [Violation("merge", sentence, "") for sentence in wrong]
        raise RuleBroken(gettext("这两份档案现在不能合并。"), told)
    moved = preview(kept, closed)
    before = closed.state
    _take_over(kept, closed, taken)
    _renumber_courseware(kept.id, closed.id)
    _improve_clearance(kept, closed)
    _tell_apart_again(kept.id, closed.id)
    _keep_one_certificate(kept, closed, of_closed="term" in taken)
    for column, policy in references():
        if policy.moves:
            _move(column, policy, kept.id, closed.id)
    _move_account(kept, closed)
    closed.state, closed.merged_into_id = PoolState.MERGED, kept.id
    session().flush()
    session().expire_all()
    for follower in _followers:
        follower.follow(kept, closed, actor)
    reason = gettext("并入 %(name)s(编号 %(n)s)", name=kept.name, n=kept.id)
    note_change(closed, before, actor=actor, reason=reason)
    gained = gettext("并入了另一份档案(编号 %(n)s)", n=closed.id)
    note_change(kept, kept.state, actor=actor, reason=gained)
    audit.note(session(), _subject(kept, closed, moved))
    return moved


def _take_over(kept: Instructor, closed: Instructor, taken: Collection[str]) -> None:
    for field in taken:
        for attribute in FIELDS[field]:
            setattr(kept, attribute, getattr(closed, attribute))
    if closed.is_volunteer or kept.is_volunteer:
        kept.is_volunteer, kept.fee_per_hour = True, 0
    kept.phone = kept.phone or closed.phone
    number, closed.id_number = closed.id_number, None
    session().flush()
    kept.id_number = kept.id_number or number
    if closed.phone == kept.phone:
        closed.phone = None
    session().flush()


def _renumber_courseware(kept_id: int, closed_id: int) -> None:
    """Versions of the closed file go after those of the kept one."""
    last: dict[int, int] = {}
    for row in queries.list_courseware(kept_id):
        last[row.course_id] = max(last.get(row.course_id, 0), row.number)
    rows = sorted(queries.list_courseware(closed_id), key=lambda row: -row.number)
    for row in rows:
        row.number += last.get(row.course_id, 0)
        session().flush()


def _improve_clearance(kept: Instructor, closed: Instructor) -> None:
    """Where both teach a course, the better clearance holds: cleared at all, then the longer."""
    mine = {row.course_id: row for row in kept.qualifications}
    for row in closed.qualifications:
        own = mine.get(row.course_id)
        if own is not None and _reach(row) > _reach(own):
            own.cleared_on, own.cleared_until, own.courseware_id = (
                row.cleared_on,
                row.cleared_until,
                row.courseware_id,
            )
    session().flush()


def _reach(row: Qualification) -> tuple[bool, bool, int]:
    until = row.cleared_until
    return (row.cleared_on is not None, until is None, until.toordinal() if until else 0)


def _tell_apart_again(kept_id: int, closed_id: int) -> None:
    """Whoever is not the closed person is not the kept one either."""
    for row in queries.list_told_apart(closed_id):
        other = row.second_id if row.first_id == closed_id else row.first_id
        if other != kept_id and queries.told_apart(kept_id, other) is None:
            session().add(
                DistinctPeople(
                    first_id=min(kept_id, other),
                    second_id=max(kept_id, other),
                    reason=row.reason,
                    said_at=row.said_at,
                    said_by=row.said_by,
                )
            )
    session().flush()


def _keep_one_certificate(kept: Instructor, closed: Instructor, *, of_closed: bool) -> None:
    """One person holds one certificate: that of the term which is kept; the other is withdrawn."""
    held = [queries.find_certificate(person.id) for person in (kept, closed)]
    if all(row is not None and row.withdrawn_on is None for row in held):
        certificates.withdraw(kept if of_closed else closed, gettext("两份档案合并"))


def _move(column: TableColumn[int], policy: Policy, kept_id: int, closed_id: int) -> None:
    condition = and_(column == closed_id, ~_has_already(column, policy, kept_id))
    session().execute(update(column.table).where(condition).values({column.name: kept_id}))


def _move_account(kept: Instructor, closed: Instructor) -> None:
    """The account goes along; of two the activated one stays, the other loses the instructor's role."""
    mine, other = kept.user, closed.user
    if other is None:
        return
    closed.user = None
    session().flush()
    if mine is None:
        kept.user = other
        return
    if mine.password_hash is None and other.password_hash is not None:
        kept.user, other = other, mine
    for grant in [g for g in other.grants if g.role is Role.INSTRUCTOR]:
        accounts.revoke(other, Role.INSTRUCTOR, grant.unit_id)
    if not other.grants:
        other.disabled = True
    accounts.end_sessions(other)
    session().flush()


def _subject(kept: Instructor, closed: Instructor, moved: Sequence[Going]) -> str:
    rows = " ".join(f"{line.label} {line.moving}" for line in moved if line.moving)
    return gettext(
        "合并 %(name)s：编号 %(closed)s 并入 %(kept)s %(rows)s",
        name=kept.name,
        closed=closed.id,
        kept=kept.id,
        rows=rows,
    )


def tell_apart(first: Instructor, second: Instructor, *, reason: str = "", actor: Actor) -> DistinctPeople:
    """Remember that the two are not the same person; the pair is not offered again."""
    if first.id == second.id:
        raise RuleBroken(gettext("这是同一份档案。"))
    if queries.told_apart(first.id, second.id) is not None:
        raise RuleBroken(gettext("已经记为不是同一人。"))
    row = DistinctPeople(
        first_id=min(first.id, second.id),
        second_id=max(first.id, second.id),
        reason=reason.strip()[:200],
        said_at=clock.now(),
        said_by=actor.name,
    )
    session().add(row)
    session().flush()
    audit.note(session(), gettext("%(a)s 和 %(b)s 不是同一人", a=first.name, b=second.name))
    return row


def take_back(first: Instructor, second: Instructor, *, actor: Actor) -> None:
    """The two may be the same person after all."""
    row = queries.told_apart(first.id, second.id)
    if row is None:
        raise RuleBroken(gettext("没有记过这一对。"))
    session().delete(row)
    session().flush()
