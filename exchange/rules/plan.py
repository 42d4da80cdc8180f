"""The whole plan of an import."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bases.enums import BaseState, LeadUnit
from bases.rules.life import FILED_ON_PAPER
from exchange.enums import Action, ProblemCode, Severity, SheetKind
from exchange.rules.changes import Change, Plan, compare
from exchange.rules.facts import Stored, StoredRow
from exchange.rules.people import People, person_changes, post_changes
from exchange.rules.units import Units
from exchange.workbook import Problem, Workbook
from exchange.workbook.rows import BaseRow, CourseRow, SessionRow
from scheduling.enums import SessionState


def make_plan(book: Workbook, stored: Stored) -> Plan:
    """What confirming `book` would write beside what is `stored`; nothing when nothing differs.

    Rows that only the database has are left alone and counted.
    """
    units = Units(book, stored)
    people = People(book, stored)
    catalogue = frozenset(stored.courses) | stored.borrowed | {row.name for row in book.courses}
    sites = frozenset(stored.bases) | {row.name for row in book.bases}
    problems: list[Problem] = []
    changes = [
        *(_course(row, stored) for row in book.courses),
        *person_changes(book, people, units, catalogue),
        *(_base(row, stored, units) for row in book.bases),
        *_classes(book, stored, units, sites),
        *_sessions(book, stored, people, sites, problems),
        *post_changes(book.leaders, book.year or 0, people, units),
    ]
    return Plan(units.changes, tuple(changes), tuple(problems), _left_alone(changes, stored))


def _course(row: CourseRow, stored: Stored) -> Change:
    wanted: dict[str, object] = {
        "category": row.category,
        "method": row.method,
        "class_hours": Decimal(str(row.hours)) if row.hours else None,
        "is_party_lesson": row.is_party_lesson,
        "audiences": tuple(sorted(row.audiences)),
    }
    return compare(
        (SheetKind.COURSES, row.sheet, row.row), (row.name,), row.name, wanted, stored.courses.get(row.name)
    )


def _base(row: BaseRow, stored: Stored, units: Units) -> Change:
    known = stored.bases.get(row.name)
    lead = row.lead_time
    wanted: dict[str, object] = {
        "kind": row.kind,
        "theme": row.theme,
        "supervising_unit": row.unit,
        "town": units.town(row.town),
        "address": row.address,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "contact_name": row.contact,
        "phone": stored.phone_digest(row.phone) if row.phone else None,
        "state": _filing(row.filing, known),
        "designation_level": row.level,
        "document_number": row.document,
        "designated_on": row.designated_on,
        "expires_on": row.valid_until,
        "guides": row.guides,
        "visit_minutes": row.visit_minutes,
        "lead_time": lead.days if lead else None,
        "lead_unit": (LeadUnit.WORKDAYS if lead.workdays else LeadUnit.DAYS) if lead else None,
        "opening_text": row.openings_text,
        "openings": tuple((o.weekday, o.opens, o.closes) for o in row.openings),
        "capacity": row.capacity,
        "groups": row.groups,
        "max_per_day": row.daily_limit,
    }
    return compare((SheetKind.BASES, row.sheet, row.row), (row.name,), row.name, wanted, known)


def _filing(said: BaseState | None, known: StoredRow | None) -> BaseState | None:
    """What the sheet says of a base's filing, where the base can come to it: one that has gone on is left alone."""
    now = known.values.get("state") if known else None
    if said is None or not isinstance(now, BaseState):
        return said
    return said if (now, said) in FILED_ON_PAPER else None


def _classes(book: Workbook, stored: Stored, units: Units, sites: frozenset[str]) -> list[Change]:
    found = []
    for row in book.classes:
        key = (row.number, row.starts.year)
        wanted: dict[str, object] = {
            "name": row.name,
            "is_main": row.is_main,
            "tier": row.tier,
            "host_name": row.host,
            "town": units.town(row.town),
            "starts_on": row.starts,
            "ends_on": row.ends,
            "size": row.size,
            "audience": row.audience,
            "order_kind": row.origin,
            "main_base": row.venue if row.venue in sites else None,
        }
        place = (SheetKind.CLASSES, row.sheet, row.row)
        found.append(compare(place, key, f"{row.number} {row.name}", wanted, stored.classes.get(key)))
    return found


def _sessions(
    book: Workbook, stored: Stored, people: People, sites: frozenset[str], problems: list[Problem]
) -> list[Change]:
    years = {row.number: row.starts.year for row in book.classes}
    found = []
    for row in book.sessions:
        key = (row.class_number, years.get(row.class_number, row.day.year), row.sequence)
        wanted: dict[str, object] = {
            "day": row.day,
            "half_day": row.half,
            "course_name": row.course,
            "method": row.method,
            "class_hours": Decimal(str(row.hours)) if row.hours else None,
            "leader_required": row.needs_leader,
            "wanted_base": row.base if row.base in sites else None,
            "wanted_instructor": people.named(row.instructor) if row.instructor else None,
        }
        place = (SheetKind.SESSIONS, row.sheet, row.row)
        change = compare(
            place, key, f"{row.class_number}-{row.sequence} {row.course}", wanted, stored.sessions.get(key)
        )
        found.append(_settled(change, row, stored.sessions.get(key), problems))
    return found


def _settled(change: Change, row: SessionRow, known: StoredRow | None, problems: list[Problem]) -> Change:
    """A session people were told of is not changed behind their backs, nor part of a package alone: it is left, and listed."""
    is_open = known is None or known.state in (None, SessionState.PLANNED)
    if change.action is not Action.UPDATE or known is None or (is_open and not known.is_tied):
        return change
    problems.append(
        Problem(
            SheetKind.SESSIONS,
            row.sheet,
            row.row,
            "",
            SheetKind.SESSIONS.word,
            Severity.WARNING,
            ProblemCode.SESSION_TIED if is_open else ProblemCode.SESSION_SETTLED,
            {} if is_open else {"state": known.state.word if known.state else ""},
        )
    )
    return Change(
        change.kind, change.sheet, change.row, change.key, change.title, Action.SAME, change.stored_id
    )


def _left_alone(changes: list[Change], stored: Stored) -> Mapping[SheetKind, int]:
    """How many rows of each kind only the database has."""
    held = {
        SheetKind.INSTRUCTORS: len(stored.people),
        SheetKind.BASES: len(stored.bases),
        SheetKind.COURSES: len(stored.courses),
        SheetKind.CLASSES: len(stored.classes),
        SheetKind.SESSIONS: len(stored.sessions),
        SheetKind.LEADERS: sum(map(len, stored.posts.values())),
    }
    met = {kind: {c.stored_id for c in changes if c.kind is kind and c.stored_id} for kind in held}
    return {kind: count - len(met[kind]) for kind, count in held.items()}
