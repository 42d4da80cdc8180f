"""A pool as large as a province's: the demo county's people and classes, and all that hangs on them, many times over.

What refers to a class is copied with the class and what refers to a person with the person, so a table that comes
later is copied without a word here. Units, courses, bases and accounts stay: one county then has everybody, which is
harder on its pages than a province in which each county has its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from sqlalchemy import Column, Connection, Enum, Index, String, Table, UniqueConstraint, insert, select, text

from core import guards
from core.db import db
from core.pinyin import plain_pinyin, search_text, sound

STEP = 1_000_000
"""Between the number of a row and that of its next copy."""
SHIFT = 31
"""Classes are copied more often than people: each round gives a lesson to somebody so many places further."""
GIVEN = "安邦昌诚德方刚广海和恒宏建江杰景凯立林茂明宁平强勤庆仁荣瑞森尚盛世泰天庭伟文武先祥兴旭延扬毅永友裕元泽正志忠"
TWICE = 40
"""Every so many copies are second files of the people before them: 2.5 in a hundred."""
ROWS_AT_ONCE = 5_000
WITH_PEOPLE = ("instructor", "stored_file", "review_batch")
"""What is copied as often as the people without belonging to one of them."""
Family = Literal["class", "person"]
Row = dict[str, Any]
Change = Callable[[Any, int], Any]
"""From a value and the number of the copy to the copy's value."""


@dataclass(frozen=True)
class Copies:
    """How often people and classes are there in the end, and who the people are."""

    people: int
    classes: int
    everybody: tuple[int, ...]

    def person(self, person_id: int, n: int) -> int:
        """Who has this person's part in the n-th copy of a class."""
        more, k = divmod(n, self.people)
        place = self.everybody.index(person_id) + SHIFT * more
        return self.everybody[place % len(self.everybody)] + k * STEP


def fill(connection: Connection, people: int, sessions: int) -> None:
    """Copy until there are so many people and sessions. The database's guards are away meanwhile."""
    tables = db.metadata.sorted_tables
    family = families(tables)
    everybody = tuple(connection.scalars(text("SELECT id FROM instructor ORDER BY id")))
    lessons = connection.scalar(text("SELECT count(*) FROM session")) or 1
    copies = Copies(-(-people // len(everybody)), -(-sessions // lessons), everybody)
    _put_away(connection)
    for table in tables:
        if table.name in family:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            made = _made(table, rows, family, copies)
            while some := list(islice(made, ROWS_AT_ONCE)):
                connection.execute(insert(table), some)
    _bring_back(connection)


def families(tables: Iterable[Table]) -> dict[str, Family]:
    """What each table that is copied goes with; `tables` has parents before children."""
    # Sheets hang on lessons and on candidates, and there are more lessons.
    found: dict[str, Family] = {"training_class": "class"} | dict.fromkeys(WITH_PEOPLE, "person")
    for table in tables:
        parents = {key.column.table.name for key in table.foreign_keys}
        near = {found[name] for name in parents & found.keys() if name != "score_sheet"}
        if table.name == "score_sheet" or "class" in near or (parents & {"score_sheet"} and not near):
            found[table.name] = "class"
        elif near:
            found.setdefault(table.name, "person")
    return found


def _made(table: Table, rows: list[Row], family: dict[str, Family], copies: Copies) -> Iterator[Row]:
    changes = _changes(table, family, copies)
    is_claim = table.name == "claim"
    # The further rounds may give somebody two lessons at one time: those stand unclaimed.
    times = copies.people if is_claim or family[table.name] == "person" else copies.classes
    for n in range(1, times):
        for row in rows:
            made = dict(row)
            for name, change in changes.items():
                if row[name] is not None:
                    made[name] = change(row[name], n)
            if "resource_id" in row:
                made["resource_id"] = _resource(row, n, copies)
            if not is_claim or row["kind"] != "venue":
                yield _somebody(made, n) if table.name == "instructor" else made


def _changes(table: Table, family: dict[str, Family], copies: Copies) -> dict[str, Change]:
    """How the columns of a copy differ: its own number, rows that are copied too, texts that are there once."""
    found: dict[str, Change] = {}
    for key in table.foreign_keys:
        parent = key.column.table.name
        if parent in family:
            borrowed = parent == "instructor" and family[table.name] == "class"
            found[key.parent.name] = copies.person if borrowed else _next
    for columns in _unique(table):
        if not found.keys() & {column.name for column in columns}:
            texts = [c for c in columns if isinstance(c.type, String) and not isinstance(c.type, Enum)]
            if texts:
                found[texts[-1].name] = _text(texts[-1].type.length or 40)
            else:
                found[columns[-1].name] = _nothing if columns[-1].nullable else _next
    return found


def _unique(table: Table) -> list[list[Column[Any]]]:
    constraints = [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    indexes = [list(i.columns) for i in table.indexes if isinstance(i, Index) and i.unique]
    return [list(table.primary_key.columns), *constraints, *indexes]


def _next(number: int, n: int) -> int:
    return number + n * STEP


def _nothing(_value: Any, _n: int) -> None:
    return None


def _text(longest: int) -> Change:
    if longest >= 32:
        return lambda value, n: hashlib.sha256(f"{value}-{n}".encode()).hexdigest()[:longest]
    return lambda value, n: f"{value[: longest - 5]}-{n}"


def _resource(row: Row, n: int, copies: Copies) -> int:
    """Who or what a booking takes: the kind says in which table it is."""
    number: int = row["resource_id"]
    if row["kind"] == "venue":
        return number
    return copies.person(number, n) if row["kind"] == "instructor" else _next(number, n)


def _somebody(person: Row, n: int) -> Row:
    """Somebody of a name, a telephone and an identity number of their own; some have two files, as in any pool."""
    if n % TWICE == 0:
        # The other file was made before: the same name and telephone, and no identity number.
        return _named(person, n - 1) | {
            "id_number_blind": None,
            "phone_blind": _blind(person["phone_blind"], n - 1),
        }
    return _named(person, n) | {key: _blind(person[key], n) for key in ("id_number_blind", "phone_blind")}


def _blind(index: str | None, n: int) -> str | None:
    """The blind index of another number: as long, and its own."""
    return hashlib.sha256(f"{index}-{n}".encode()).hexdigest()[: len(index)] if index else None


def _named(person: Row, n: int) -> Row:
    """Another name and what people find it by; born in another month."""
    later, first = divmod(n, len(GIVEN))
    name = person["name"][:2] + GIVEN[first] + GIVEN[later] * bool(later)
    words = search_text(name, person["work_unit"], person["post_title"])
    born = person["birth_month"]
    return person | {
        "name": name,
        "name_pinyin": plain_pinyin(name),
        "name_sound": sound(name),
        "search_text": words,
        "birth_month": born.replace(month=(born.month + n) % 12 + 1) if born else None,
    }


def _put_away(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
        return
    for name in list(connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))):
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def _bring_back(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = DEFAULT"))
    guards.install(connection)
