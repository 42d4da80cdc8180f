"""The database in the staff's own sheets and columns: what goes out here can come in again.

Phones and ID numbers stay blank: who needs them reveals them one by one, with a reason. A row without
them is matched by name and unit when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from bases.enums import LeadUnit
from core.excel import CellValue, Sheet, SheetColumn
from courses.enums import Audience
from exchange.enums import SheetKind
from exchange.notices.preview import text_of
from exchange.rules import Stored, StoredRow
from exchange.workbook.layout import COLUMNS

_PEOPLE: Mapping[str, str] = {
    "name": "name",
    "gender": "gender",
    "birth": "birth_month",
    "ethnicity": "ethnicity",
    "political_status": "political_status",
    "education": "education",
    "major": "major",
    "unit": "work_unit",
    "post": "post_title",
    "professional_title": "professional_title",
    "source": "source_category",
    "engagement": "engagement_mode",
    "research": "research",
    "courses": "courses",
    "phone": "",
    "id_number": "",
    "nominated_by": "recommended_by",
    "term_from": "term_start",
    "term_to": "term_end",
    "certificate": "certificate_number",
    "town": "town",
    "weekly_limit": "max_per_week",
    "monthly_limit": "max_per_month",
    "remark": "remark",
}
_BASES: Mapping[str, str] = {
    "name": "name",
    "kind": "kind",
    "theme": "theme",
    "unit": "supervising_unit",
    "town": "town",
    "address": "address",
    "latitude": "latitude",
    "longitude": "longitude",
    "contact": "contact_name",
    "phone": "",
    "capacity": "capacity",
    "groups": "groups",
    "daily_limit": "max_per_day",
    "openings": "opening_text",
    "guides": "guides",
    "visit_minutes": "visit_minutes",
    "lead_time": "lead",
    "filing": "state",
    "level": "designation_level",
    "document": "document_number",
    "designated_on": "designated_on",
    "valid_until": "expires_on",
}
_COURSES: Mapping[str, str] = {
    "name": "name",
    "category": "category",
    "method": "method",
    "hours": "class_hours",
    "is_party_lesson": "is_party_lesson",
    "audiences": "audiences",
}
_CLASSES: Mapping[str, str] = {
    "number": "number",
    "name": "name",
    "is_main": "is_main",
    "tier": "tier",
    "host": "host_name",
    "town": "town",
    "starts": "starts_on",
    "ends": "ends_on",
    "size": "size",
    "audience": "audience",
    "origin": "order_kind",
    "venue": "main_base",
}
_SESSIONS: Mapping[str, str] = {
    "class_number": "number",
    "sequence": "position",
    "day": "day",
    "half": "half_day",
    "course": "course_name",
    "method": "method",
    "hours": "class_hours",
    "needs_leader": "leader_required",
    "base": "wanted_base",
    "instructor": "wanted_instructor",
}
_LEADERS: Mapping[str, str] = {
    "name": "holder",
    "unit": "unit",
    "post": "title",
    "starts": "starts",
    "ends": "ends",
    "duty": "kind",
}


def staff_sheets(stored: Stored, year: int) -> list[Sheet]:
    """All six sheets; classes and sessions of `year` only."""
    return [
        _sheet(SheetKind.INSTRUCTORS, _PEOPLE, (_person(row) for row in stored.people)),
        _sheet(SheetKind.BASES, _BASES, (_base(row) for row in stored.bases.values())),
        _sheet(SheetKind.COURSES, _COURSES, (_course(name, row) for name, row in stored.courses.items())),
        _sheet(
            SheetKind.CLASSES,
            _CLASSES,
            (
                {**row.values, "number": number}
                for (number, at), row in sorted(stored.classes.items())
                if at == year
            ),
        ),
        _sheet(
            SheetKind.SESSIONS,
            _SESSIONS,
            (
                {**row.values, "number": number, "position": position}
                for (number, at, position), row in sorted(stored.sessions.items())
                if at == year
            ),
        ),
        _sheet(SheetKind.LEADERS, _LEADERS, _posts(stored)),
    ]


def _sheet(kind: SheetKind, fields: Mapping[str, str], rows: Iterable[Mapping[str, object]]) -> Sheet:
    columns = [SheetColumn(COLUMNS[kind][column][0]) for column in fields]
    lines = ([_cell(row.get(field)) for field in fields.values()] for row in rows)
    return Sheet(kind.word, columns, lines, title=kind.word)


def _cell(value: object) -> CellValue:
    """Numbers and dates stay what they are, everything else is text; a plain no is a blank."""
    if value is False:
        return None
    if isinstance(value, int | float | Decimal | date) and not isinstance(value, bool):
        return value
    return text_of(value)


def _person(row: StoredRow) -> Mapping[str, object]:
    born = row.values["birth_month"]
    return {**row.values, "birth_month": f"{born:%Y.%m}" if isinstance(born, date) else None}


def _base(row: StoredRow) -> Mapping[str, object]:
    lead = row.values["lead_time"]
    unit = "个工作日" if row.values["lead_unit"] is LeadUnit.WORKDAYS else "天"
    return {**row.values, "lead": f"{lead}{unit}" if lead else None}


def _course(name: str, row: StoredRow) -> Mapping[str, object]:
    audiences = [Audience(value) for value in row.values["audiences"]]  # type: ignore[attr-defined]
    return {**row.values, "name": name, "audiences": audiences}


def _posts(stored: Stored) -> Iterator[Mapping[str, object]]:
    names = {row.id: row.values["name"] for row in stored.people}
    units = {unit.id: unit.committee or unit.name for unit in (stored.owner, *stored.units)}
    for (holder, unit, title), posts in stored.posts.items():
        for post in posts:
            yield {**post.values, "holder": names[holder], "unit": units.get(unit), "title": title}
