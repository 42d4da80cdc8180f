"""A pool as large as a province's: the demo county's people, bases and classes, and all that hangs on them, many times over.

What refers to a class is copied with the class, what refers to a base with the base and what refers to a person with
the person, so a table that comes later is copied without a word here. Visits are copied until there are so many
bookings, each round at other bases and some days further from today. Orders and messages are copied by themselves, for
every unit orders and everybody is told again and again. Units, courses and accounts stay: one county then has everybody, which is harder on its pages
than a province in which each county has its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Enum,
    Index,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
)

from bases.models import TeachingBase, Venue
from bases.rules import BOOKABLE
from core import clock, guards
from core.db import db
from core.pinyin import plain_pinyin, search_text, sound
from scheduling.models import Visit
from scheduling.models.base_months import count_all

STEP = 100_000
"""Between the number of a row and that of its next copy."""
SHIFT = 31
"""Classes are copied more often than people: each round gives a lesson to somebody so many places further."""
GIVEN = "安邦昌诚德方刚广海和恒宏建江杰景凯立林茂明宁平强勤庆仁荣瑞森尚盛世泰天庭伟文武先祥兴旭延扬毅永友裕元泽正志忠"
TWICE = 40
"""Every so many copies are second files of the people before them: 2.5 in a hundred."""
ROWS_AT_ONCE = 5_000
WITH_PEOPLE = ("instructor", "review_batch", "trainee")
"""What is copied as often as the people without belonging to one of them."""
AS_PEOPLE = ("claim", "enrolment", "attendance")
"""What is of a class, but only of as many rounds as there are people: in further ones the same people would be at two places."""
FILES, SHEETS = "stored_file", "score_sheet"
"""Papers and sheets belong to several families, and there are as many rounds as whoever needs most of them has."""
RECKONED = ("base_month",)
"""What follows from the rest."""
WITH_VISITS = ("visit", "visit_series")
WITH_BASES = ("teaching_base", "package")
AT_BASES = ("venue", "resource")
"""What bookings take of a base."""
MOMENTS = ("start", "answer_by", "day", "occurrence")
"""What a visit has of time; its copies are spread over the year."""
WITH_ORDERS, WITH_MESSAGES = ("unit_order", "counter_offer"), ("outbox_message",)
Family = Literal["class", "person", "base", "visit", "order", "message", "file", "sheet"]
ORDER_OF_NEARNESS: tuple[Family, ...] = ("class", "visit", "base", "person", "order", "message", "sheet")
Row = dict[str, Any]
Change = Callable[[Any, int], Any]
"""From a value and the number of the copy to the copy's value."""


@dataclass(frozen=True)
class Copies:
    """How often each family is there in the end, who the people are, and the venues visits go to."""

    times: dict[Family, int]
    everybody: tuple[int, ...]
    venues: tuple[int, ...]
    today: date

    def of(self, family: Family) -> Change:
        """To which copy of a family the n-th copy of something else refers; there may be fewer of them."""
        return lambda number, n: number + n % self.times[family] * STEP

    def person(self, person_id: int, n: int) -> int:
        """Who has this person's part in the n-th copy of a class."""
        more, k = divmod(n, self.times["person"])
        place = self.everybody.index(person_id) + SHIFT * more
        return self.everybody[place % len(self.everybody)] + k * STEP

    def venue(self, venue_id: int, n: int) -> int:
        """Where the n-th copy of a visit goes: each round over the copies of a base begins at another base."""
        further, k = divmod(n, self.times["base"])
        place = self.venues.index(venue_id) + further
        return self.venues[place % len(self.venues)] + k * STEP


@dataclass(frozen=True)
class Size:
    """How much there is to be."""

    people: int
    sessions: int
    bases: int
    bookings: int
    orders: int
    messages: int


def fill(connection: Connection, size: Size) -> None:
    """Copy until there is so much. The database's guards are away meanwhile."""
    tables = db.metadata.sorted_tables
    family = families(tables)
    copies = _copies(connection, size)
    _put_away(connection)
    for table in tables:
        if table.name in family and table.name not in RECKONED:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            made = _made(table, rows, family, copies)
            while some := list(islice(made, ROWS_AT_ONCE)):
                connection.execute(insert(table), some)
    connection.execute(text("ANALYZE"))  # or the months are counted as if all tables were small
    count_all(connection)
    _bring_back(connection)


def _copies(connection: Connection, size: Size) -> Copies:
    def count(what: str) -> int:
        return connection.scalar(text(f"SELECT count(*) FROM {what}")) or 1  # noqa: S608  (constants)

    everybody = tuple(connection.scalars(text("SELECT id FROM instructor ORDER BY id")))
    classes = -(-size.sessions // count("session"))
    of_visits = size.bookings - classes * count("booking WHERE visit_id IS NULL")
    people, bases = -(-size.people // len(everybody)), -(-size.bases // count("teaching_base"))
    times: dict[Family, int] = {
        "person": people,
        "class": classes,
        "base": bases,
        "visit": max(1, of_visits // count("booking WHERE visit_id IS NOT NULL AND kind = 'venue'")),
        "order": -(-size.orders // count("unit_order")),
        "message": -(-size.messages // count("outbox_message")),
        "file": max(people, bases),
        "sheet": max(people, bases, classes),
    }
    open_to_visits = (
        select(func.min(Venue.id))
        .join(TeachingBase)
        .where(TeachingBase.state.in_(sorted(BOOKABLE)))
        .group_by(Venue.base_id)
    )
    visited = set(connection.scalars(select(Visit.venue_id)))
    venues = tuple(sorted(visited.union(connection.scalars(open_to_visits))))
    return Copies(times, everybody, venues, clock.today())


def families(tables: Iterable[Table]) -> dict[str, Family]:
    """What each table that is copied goes with; `tables` has parents before children."""
    found: dict[str, Family] = {
        FILES: "file",
        SHEETS: "sheet",
        "training_class": "class",
        **dict.fromkeys(WITH_VISITS, "visit"),
        **dict.fromkeys(WITH_PEOPLE, "person"),
        **dict.fromkeys(WITH_BASES, "base"),
        **dict.fromkeys(WITH_ORDERS, "order"),
        **dict.fromkeys(WITH_MESSAGES, "message"),
    }
    for table in tables:
        near = {found[key.column.table.name] for key in table.foreign_keys if key.column.table.name in found}
        if table.name not in found and near & set(ORDER_OF_NEARNESS):
            found[table.name] = next(one for one in ORDER_OF_NEARNESS if one in near)
    return found


def _made(table: Table, rows: list[Row], family: dict[str, Family], copies: Copies) -> Iterator[Row]:
    changes = _changes(table, family, copies)
    limits = [(row, _limit(table.name, row, family[table.name], copies)) for row in rows]
    for n in range(1, max((limit for _row, limit in limits), default=0)):
        for row, limit in limits:
            if n < limit:
                made = _copied(row, n, changes, copies)
                if table.name == "visit" or row.get("visit_id"):
                    _put_off(made, n // copies.times["base"], copies.today)
                yield CHANGED[table.name](made, n) if table.name in CHANGED else made


def _limit(table: str, row: Row, own: Family, copies: Copies) -> int:
    """How often a row is there; time at a base is claimed once a base, and its pieces are where the demo's visits are."""
    usual = copies.times["visit" if row.get("visit_id") else own]
    if table in AS_PEOPLE:
        usual = min(usual, copies.times["person"])
    if table == "claim":
        is_once = row["kind"] in AT_BASES
    else:
        is_once = table == "visit_need" or bool(row.get("visit_id") and row.get("kind") == "resource")
    return min(usual, copies.times["base"]) if is_once else usual


def _copied(row: Row, n: int, changes: dict[str, Change], copies: Copies) -> Row:
    made = dict(row)
    for name, change in changes.items():
        if row[name] is not None:
            made[name] = change(row[name], n)
    if "resource_id" in row:
        made["resource_id"] = _resource(row, n, copies)
    return made


def _changes(table: Table, family: dict[str, Family], copies: Copies) -> dict[str, Change]:
    """How the columns of a copy differ: its own number, rows that are copied too, texts that are there once."""
    found: dict[str, Change] = {}
    for key in table.foreign_keys:
        parent = key.column.table.name
        if parent in family and key.parent.type.python_type is int:
            own = family[table.name]
            found[key.parent.name] = _which(parent, own, family[parent], copies)
    for columns in _unique(table):
        if not found.keys() & {column.name for column in columns}:
            texts = [c for c in columns if isinstance(c.type, String) and not isinstance(c.type, Enum)]
            if texts and table.name in CHANGED and texts[-1].name == "name":
                continue  # whoever is copied gets a name of their own
            if texts:
                found[texts[-1].name] = _text(texts[-1].type.length or 40)
            else:
                found[columns[-1].name] = _nothing if columns[-1].nullable else _next
    return found


def _which(parent: str, own: Family, theirs: Family, copies: Copies) -> Change:
    """How a copy of one family refers to rows of another, of which there are more or fewer."""
    if parent == "instructor" and own in ("class", "order"):
        return copies.person
    if parent == "venue" and own == "visit":
        return copies.venue
    return _next if own == theirs else copies.of(theirs)


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
    if row["kind"] in AT_BASES:
        return copies.venue(number, n) if row.get("visit_id") else copies.of("base")(number, n)
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


def _site(base: Row, n: int) -> Row:
    """A base or a package of another name, somewhere else in the county, that nobody in particular keeps."""
    name = f"{base['name'][:70]}-{n}"
    made = base | {"name": name, "search_text": search_text(name)}
    if "latitude" in base:
        made["manager_id"] = None
        for name, apart in (("latitude", n % 8), ("longitude", n // 8 % 8)):
            if base[name] is not None:
                made[name] = base[name] + apart * 0.05
    return made


def _learner(person: Row, n: int) -> Row:
    """A trainee of another name; the number of identity is another one already."""
    later, first = divmod(n, len(GIVEN))
    name = person["name"] + GIVEN[first] + GIVEN[later] * bool(later)
    return person | {"name": name, "search_text": search_text(name, person["unit_name"])}


CHANGED: dict[str, Callable[[Row, int], Row]] = {
    "instructor": _somebody,
    "teaching_base": _site,
    "package": _site,
    "trainee": _learner,
}


def _put_off(made: Row, days: int, today: date) -> None:
    """A visit, or what was booked for it, so many days later; one that has been, so many days earlier."""
    for name in MOMENTS:
        moment = made.get(name)
        if isinstance(moment, date):
            has_been = (moment.date() if isinstance(moment, datetime) else moment) < today
            made[name] = moment + timedelta(days=-days if has_been else days)


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
