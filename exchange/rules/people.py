"""Who is who: people by ID number, else by name and phone; posts by person, unit and title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from exchange.enums import SheetKind
from exchange.rules.changes import Change, PersonRef, compare
from exchange.rules.facts import Stored, StoredRow
from exchange.rules.units import Units
from exchange.workbook import Workbook
from exchange.workbook.rows import InstructorRow, LeaderRow

Place = tuple[str, int]
"""Sheet and row of the file."""


class People:
    """Rows of the file matched with the pool, and look-ups by name for the other sheets."""

    def __init__(self, book: Workbook, stored: Stored) -> None:
        self.stored = stored
        self.by_id = {row.id: row for row in stored.people}
        self.by_number = {
            row.values["id_number"]: row for row in stored.people if row.values.get("id_number")
        }
        self.by_phone: dict[tuple[object, object], StoredRow] = {}
        self.by_unit: dict[tuple[object, object], list[StoredRow]] = {}
        for row in stored.people:
            self.by_phone.setdefault((row.values["name"], row.values.get("phone") or None), row)
            self.by_unit.setdefault((row.values["name"], row.values.get("work_unit")), []).append(row)
        self.matched: dict[Place, StoredRow | None] = {
            (r.sheet, r.row): self._match(r) for r in book.instructors
        }
        self.refs = self._refs(book.instructors)

    def _match(self, row: InstructorRow) -> StoredRow | None:
        number = self.stored.number_digest(row.id_number) if row.id_number else None
        if number in self.by_number:
            return self.by_number[number]
        if not row.phone and not number:
            among = self.by_unit.get((row.name, row.unit or ""), [])
            return among[0] if len(among) == 1 else None
        found = self.by_phone.get((row.name, self.stored.phone_digest(row.phone))) if row.phone else None
        if found is not None and not (number and found.values.get("id_number")):
            return found
        bare = [p for p in self.by_unit.get((row.name, row.unit or ""), []) if _is_bare(p)]
        return bare[0] if len(bare) == 1 else None

    def _refs(self, rows: Iterable[InstructorRow]) -> dict[str, list[tuple[str, PersonRef]]]:
        """Name → (unit, person), people of the file before people only the pool knows."""
        found: dict[str, list[tuple[str, PersonRef]]] = {}
        taken: set[int] = set()
        for row in rows:
            match = self.matched[row.sheet, row.row]
            place = None if match else (row.sheet, row.row)
            unit = row.unit or str(match.values.get("work_unit", "") if match else "")
            found.setdefault(row.name, []).append(
                (unit, PersonRef(match.id if match else None, place, row.name))
            )
            taken |= {match.id} if match else set()
        for person in self.stored.people:
            if person.id not in taken:
                ref = PersonRef(person.id, None, str(person.values["name"]))
                found.setdefault(ref.name, []).append((str(person.values.get("work_unit", "")), ref))
        return found

    def named(self, name: str | None, unit: str | None = None) -> PersonRef | None:
        """The one person of that name (at that unit); None when there is none or more than one."""
        among = self.refs.get(name or "", [])
        exact = [ref for at, ref in among if unit is not None and at == unit]
        chosen = exact or [ref for _, ref in among]
        return chosen[0] if len(chosen) == 1 else None


def _is_bare(person: StoredRow) -> bool:
    """Somebody of whom neither phone nor ID number is known yet: a leader whom only a post has named."""
    return not person.values.get("phone") and not person.values.get("id_number")


def person_changes(book: Workbook, people: People, units: Units, catalogue: frozenset[str]) -> list[Change]:
    """Every row of the information sheet."""
    stored = people.stored
    found = []
    for row in book.instructors:
        wanted: dict[str, object] = {
            "name": row.name,
            "gender": row.gender,
            "birth_month": date(row.birth.year, row.birth.month, 1) if row.birth else None,
            "ethnicity": row.ethnicity,
            "political_status": row.political_status,
            "education": row.education,
            "major": row.major,
            "work_unit": row.unit,
            "post_title": row.post,
            "professional_title": row.professional_title,
            "source_category": row.source,
            "engagement_mode": row.engagement,
            "research": row.research,
            "recommended_by": row.nominated_by,
            "phone": stored.phone_digest(row.phone) if row.phone else None,
            "id_number": stored.number_digest(row.id_number) if row.id_number else None,
            "town": units.town(row.town),
            "certificate_number": row.certificate,
            "term_start": row.term_from,
            "term_end": row.term_to,
            "max_per_week": row.weekly_limit,
            "max_per_month": row.monthly_limit,
            "remark": row.remark,
            "courses": tuple(sorted(catalogue.intersection(row.courses))),
        }
        place = (SheetKind.INSTRUCTORS, row.sheet, row.row)
        match = people.matched[row.sheet, row.row]
        found.append(
            compare(
                place, (row.name, wanted["id_number"] or wanted["phone"] or row.row), row.name, wanted, match
            )
        )
    return found


def post_changes(rows: Sequence[LeaderRow], year: int, people: People, units: Units) -> list[Change]:
    """Every post with a duty; its holder may be new to the pool."""
    found = []
    for row in rows:
        holder = people.named(row.name, row.unit) or PersonRef(None, None, row.name, row.unit, row.post)
        unit_id = units.stored_id(row.unit)
        known = people.stored.posts.get((holder.stored_id or 0, unit_id or 0, row.post), ())
        same = [post for post in known if post.values["starts"] == row.starts]
        wanted: dict[str, object] = {
            "starts": row.starts or (None if known else date(year, 1, 1)),
            "ends": row.ends,
            "kind": row.duty,
        }
        stored = next(iter(same or known), None)
        key = (holder, row.unit, row.post)
        place = (SheetKind.LEADERS, row.sheet, row.row)
        found.append(compare(place, key, f"{row.name} · {row.unit}{row.post}", wanted, stored))
    return found
