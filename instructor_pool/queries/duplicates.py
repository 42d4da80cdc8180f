"""Files that look like the same person: found by equal keys, never by comparing everybody with everybody."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.tables import Badge, BoundTable, Column, Filter, Table, Tone
from instructor_pool.enums import Likeness, PoolState
from instructor_pool.models import DistinctPeople, Instructor

First, Second = aliased(Instructor), aliased(Instructor)
_FirstOwner, _SecondOwner = aliased(OrgUnit), aliased(OrgUnit)
Keys = tuple[ColumnElement[bool], ColumnElement[int]]
"""What two files share, and the place of that among the likenesses, strongest first."""
_TONES: dict[Likeness, Tone] = {Likeness.ID_NUMBER: "bad", Likeness.PHONE: "warn"}


def _shared(key: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether more than one file has it: an index alone tells, and leaves few files to compare."""
    column = Instructor.__table__.c[key.key]
    return key.in_(select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1))


def _same_number() -> Keys:
    """Files with one identity number, and how strong that is."""
    number = First.id_number_blind == Second.id_number_blind
    return and_(_shared(First.id_number_blind), number), literal(_rank(Likeness.ID_NUMBER))


def _same_sound() -> Keys:
    """Files whose names sound alike and that share more, and how strong the strongest of it is."""
    # Two identity numbers that differ are two people, whatever else agrees.
    may_be_one = or_(
        First.id_number_blind.is_(None),
        Second.id_number_blind.is_(None),
        First.id_number_blind == Second.id_number_blind,
    )
    shared = {
        Likeness.PHONE: First.phone_blind == Second.phone_blind,
        Likeness.UNIT: and_(First.work_unit == Second.work_unit, First.work_unit != ""),
        Likeness.BIRTH: First.birth_month == Second.birth_month,
    }
    strongest = case(*((clause, _rank(likeness)) for likeness, clause in shared.items()))
    alike = and_(First.name_sound == Second.name_sound, First.name_sound != "", _shared(First.name_sound))
    return and_(alike, may_be_one, or_(*shared.values())), strongest


def _rank(likeness: Likeness) -> int:
    return list(Likeness).index(likeness)


def _alike(scope: Scope, keys: Keys, *these: ColumnElement[bool]) -> Select[int, int, int]:
    key, rank = keys
    return (
        select(First.id.label("first"), Second.id.label("second"), rank.label("rank"))
        .join(Second, and_(First.id < Second.id, key, *these))
        # Added to nothing, so that no index begins with everybody of the scope: what is shared leaves fewer.
        .join(_FirstOwner, First.owner_id + 0 == _FirstOwner.id)
        .join(_SecondOwner, Second.owner_id + 0 == _SecondOwner.id)
        .where(
            scope.clause(_FirstOwner.path),
            scope.clause(_SecondOwner.path),
            First.state != PoolState.MERGED,
            Second.state != PoolState.MERGED,
        )
    )


def _numbers(scope: Scope, *these: ColumnElement[bool]) -> Select[int, int, int]:
    """Numbers of the pairs nobody has told apart yet, with the rank of the strongest thing they share."""
    found = union_all(*(_alike(scope, keys, *these) for keys in (_same_number(), _same_sound()))).subquery()
    told_apart = exists().where(
        DistinctPeople.first_id == found.c.first, DistinctPeople.second_id == found.c.second
    )
    return (
        select(found.c.first, found.c.second, func.min(found.c.rank).label("rank"))
        .where(~told_apart)
        .group_by(found.c.first, found.c.second)
    )


def _pairs(scope: Scope, *these: ColumnElement[bool]) -> Select[Any]:
    """The pairs themselves; of `these` files only."""
    pairs = _numbers(scope, *these).subquery()
    return (
        select(First, Second, pairs.c.rank)
        .join(pairs, First.id == pairs.c.first)
        .join(Second, Second.id == pairs.c.second)
    )


def likeness_of(rank: int) -> Likeness:
    """What a pair shares, from its rank in the list."""
    return list(Likeness)[rank]


def _sides(person: Instructor) -> str:
    return " · ".join(filter(None, (person.work_unit, person.post_title, person.state.label)))


def _badge(row: Any) -> Badge:
    likeness = likeness_of(row[2])
    return Badge(likeness.label, _TONES.get(likeness, "info"))


def _by_likeness(stmt: Select[Any], value: str) -> Select[Any]:
    return stmt.where(stmt.selected_columns["rank"] == _rank(Likeness(value)))


DUPLICATES: Table[Any] = Table(
    name="duplicates",
    title=lazy_gettext("疑似重复"),
    columns=[
        Column(
            "first",
            lazy_gettext("一份"),
            lambda r: r[0].name,
            sort=First.name_pinyin,
            note=lambda r: _sides(r[0]),
        ),
        Column(
            "second",
            lazy_gettext("另一份"),
            lambda r: r[1].name,
            sort=Second.name_pinyin,
            note=lambda r: _sides(r[1]),
        ),
        Column("likeness", lazy_gettext("相同之处"), _badge, kind="badge"),
    ],
    filters=[Filter("likeness", lazy_gettext("相同之处"), _by_likeness, Likeness.choices)],
    search=First.search_text,
    search_hint=lazy_gettext("搜索姓名、单位、拼音首字母"),
    default_sort="first",
    row_url=lambda r: url_for("instructor_pool.compare", first_id=r[0].id, second_id=r[1].id),
    row_key=lambda r: f"{r[0].id}-{r[1].id}",
)


def duplicates_table(scope: Scope) -> BoundTable[Any]:
    """Pairs of files in the scope that may be one person."""
    return DUPLICATES.bind(session(), _pairs(scope))


def count_duplicates(scope: Scope) -> Select[int]:
    """Counts the pairs that wait for somebody to look."""
    return select(func.count()).select_from(_numbers(scope).subquery())


def find_likeness(scope: Scope, first_id: int, second_id: int) -> Likeness | None:
    """What two files share, or None when nothing that is looked for."""
    stmt = _pairs(scope, First.id == min(first_id, second_id), Second.id == max(first_id, second_id))
    row = session().execute(stmt).first()
    return None if row is None else likeness_of(row[2])


def list_told_apart(instructor_id: int) -> list[DistinctPeople]:
    """The pairs in which somebody said that this person is not the other."""
    stmt = select(DistinctPeople).where(
        or_(DistinctPeople.first_id == instructor_id, DistinctPeople.second_id == instructor_id)
    )
    return list(session().scalars(stmt))


def told_apart(first_id: int, second_id: int) -> DistinctPeople | None:
    """What was said of the two, or None."""
    return session().get(DistinctPeople, (min(first_id, second_id), max(first_id, second_id)))
