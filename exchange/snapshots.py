"""What the database holds of one owner, read once into plain facts for comparing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from accounts.access import Scope
from accounts.enums import Level
from accounts.models import OrgUnit
from bases.enums import BaseResourceKind, BaseState
from bases.models import BaseResource, OpeningHours, TeachingBase, Venue
from core.db import session
from core.sealed import blind, unseal
from courses.models import Course
from exchange.rules import PersonRef, Stored, StoredRow
from exchange.rules.facts import StoredUnit
from exchange.workbook import Known, Workbook
from instructor_pool.models import Instructor, Qualification
from party_lessons.models import Post
from scheduling.models import Session, TrainingClass

_PERSON = (
    "name",
    "gender",
    "birth_month",
    "ethnicity",
    "political_status",
    "education",
    "major",
    "work_unit",
    "post_title",
    "professional_title",
    "source_category",
    "engagement_mode",
    "research",
    "recommended_by",
    "certificate_number",
    "term_start",
    "term_end",
    "max_per_week",
    "max_per_month",
    "remark",
)
_BASE = (
    "name",
    "kind",
    "theme",
    "supervising_unit",
    "address",
    "latitude",
    "longitude",
    "contact_name",
    "state",
    "designation_level",
    "document_number",
    "designated_on",
    "expires_on",
    "visit_minutes",
    "lead_time",
    "lead_unit",
    "opening_text",
)
_CLASS = ("name", "is_main", "tier", "host_name", "starts_on", "ends_on", "size", "audience", "order_kind")
_SESSION = ("day", "half_day", "course_name", "method", "class_hours", "leader_required")


def phone_digest(phone: str) -> str:
    """The blind index of a phone, as the pool keeps it."""
    return blind(phone, "phone")


def number_digest(number: str) -> str:
    """The blind index of an ID number, as the pool keeps it."""
    return blind(number, "id_number")


def load_stored(owner: OrgUnit) -> Stored:
    """Everything an import into `owner` is compared with: a fixed number of statements."""
    units = {u.id: u for u in _units(owner)}
    names = {u.id: u.name for u in units.values()}
    return Stored(
        owner=units[owner.id],
        units=tuple(u for u in units.values() if u.id != owner.id),
        people=_people(owner, names),
        bases=_bases(owner, names),
        courses=_courses(owner),
        borrowed=_borrowed(owner),
        classes=_classes(owner, names),
        sessions=_sessions(owner),
        posts=_posts(owner),
        phone_digest=phone_digest,
        number_digest=number_digest,
    )


def known_of(stored: Stored, book: Workbook) -> Known:
    """What the reader's checks need to know; people whom the file itself describes are left to the file."""
    numbers = {number_digest(row.id_number) for row in book.instructors if row.id_number}
    phones = {(row.name, phone_digest(row.phone)) for row in book.instructors if row.phone}
    people = frozenset(
        (str(p.values["name"]), str(p.values["work_unit"]))
        for p in stored.people
        if p.values["id_number"] not in numbers and (p.values["name"], p.values["phone"]) not in phones
    )
    states = {name: row.values["state"] for name, row in stored.bases.items()}
    return Known(
        courses=frozenset(stored.courses) | stored.borrowed,
        class_numbers=frozenset(stored.classes),
        bases={name: state for name, state in states.items() if isinstance(state, BaseState)},
        towns=frozenset(u.name for u in stored.units if u.level is Level.TOWNSHIP),
        people=people,
    )


def _rows(stmt: Any) -> list[Mapping[str, Any]]:
    return [dict(row) for row in session().execute(stmt).mappings()]


def _units(owner: OrgUnit) -> list[StoredUnit]:
    below = Scope(subtrees=frozenset({owner.path}))
    stmt = select(OrgUnit).where(below.clause(OrgUnit.path)).order_by(OrgUnit.path)
    return [
        StoredUnit(u.id, u.name, u.committee, u.level, u.latitude is not None and u.longitude is not None)
        for u in session().scalars(stmt)
    ]


def _people(owner: OrgUnit, names: dict[int, str]) -> tuple[StoredRow, ...]:
    taught: dict[int, list[str]] = {}
    pairs = (
        select(Qualification.instructor_id, Course.name)
        .join(Course)
        .join(Instructor)
        .where(Instructor.owner_id == owner.id)
    )
    for person_id, course in session().execute(pairs):
        taught.setdefault(person_id, []).append(course)
    columns = [getattr(Instructor, name) for name in _PERSON]
    hidden = (Instructor.id, Instructor.town_id, Instructor.phone_blind, Instructor.id_number_blind)
    found = []
    for row in _rows(
        select(*hidden, *columns).where(Instructor.owner_id == owner.id).order_by(Instructor.id)
    ):
        values = {name: row[name] for name in _PERSON}
        values |= {
            "phone": row["phone_blind"],
            "id_number": row["id_number_blind"],
            "town": names.get(row["town_id"]),
        }
        values["courses"] = tuple(sorted(taught.get(row["id"], ())))
        found.append(StoredRow(row["id"], values))
    return tuple(found)


def _bases(owner: OrgUnit, names: dict[int, str]) -> dict[str, StoredRow]:
    week: dict[int, list[tuple[object, ...]]] = {}
    mine = TeachingBase.owner_id == owner.id
    hours = select(OpeningHours).join(TeachingBase, TeachingBase.id == OpeningHours.base_id).where(mine)
    for open_ in session().scalars(hours):
        week.setdefault(open_.base_id, []).append((open_.weekday, open_.opens, open_.closes))
    venues: dict[int, Mapping[str, Any]] = {}
    room = select(
        Venue.base_id,
        Venue.name,
        Venue.capacity,
        Venue.groups,
        Venue.max_per_day,
        TeachingBase.name.label("base"),
    )
    for venue in _rows(room.join(TeachingBase).where(mine).order_by(Venue.id)):
        if venue["name"] == venue["base"]:
            venues[venue["base_id"]] = venue
        else:
            venues.setdefault(venue["base_id"], venue)
    guide = select(BaseResource.base_id, BaseResource.count).where(
        BaseResource.kind == BaseResourceKind.GUIDE
    )
    guides = {row["base_id"]: row["count"] for row in _rows(guide.join(TeachingBase).where(mine))}
    columns = [getattr(TeachingBase, name) for name in _BASE]
    hidden = (TeachingBase.id, TeachingBase.town_id, TeachingBase.phone_sealed, TeachingBase.row_key)
    found = {}
    for row in _rows(select(*hidden, *columns).where(mine)):
        values = {name: row[name] for name in _BASE}
        phone = unseal(row["phone_sealed"], f"phone:{row['row_key']}") if row["phone_sealed"] else None
        values |= {"phone": phone_digest(phone) if phone else None, "town": names.get(row["town_id"])}
        values |= {"openings": tuple(sorted(week.get(row["id"], ()))), "guides": guides.get(row["id"], 0)}
        values |= {key: venues.get(row["id"], {}).get(key) for key in ("capacity", "groups", "max_per_day")}
        found[str(row["name"])] = StoredRow(row["id"], values)
    return found


def _courses(owner: OrgUnit) -> dict[str, StoredRow]:
    found = {}
    for course in session().scalars(select(Course).where(Course.owner_id == owner.id)):
        values: dict[str, object] = {
            "category": course.category,
            "method": course.method,
            "class_hours": course.class_hours,
            "is_party_lesson": course.is_party_lesson,
            "audiences": tuple(sorted(course.audiences or ())),
        }
        found[course.name] = StoredRow(course.id, values)
    return found


def _borrowed(owner: OrgUnit) -> frozenset[str]:
    above = [int(part) for part in owner.path.strip("/").split("/")[:-1]]
    return (
        frozenset(session().scalars(select(Course.name).where(Course.owner_id.in_(above))))
        if above
        else frozenset()
    )


def _classes(owner: OrgUnit, names: dict[int, str]) -> dict[tuple[str, int], StoredRow]:
    columns = [getattr(TrainingClass, name) for name in _CLASS]
    hidden = (
        TrainingClass.id,
        TrainingClass.number,
        TrainingClass.year,
        TrainingClass.town_id,
        TeachingBase.name.label("main_base"),
    )
    stmt = select(*hidden, *columns).outerjoin(TeachingBase, TrainingClass.main_base_id == TeachingBase.id)
    found = {}
    for row in _rows(stmt.where(TrainingClass.owner_id == owner.id)):
        values = {name: row[name] for name in _CLASS}
        values |= {"town": names.get(row["town_id"]), "main_base": row["main_base"]}
        found[row["number"], row["year"]] = StoredRow(row["id"], values)
    return found


def _sessions(owner: OrgUnit) -> dict[tuple[str, int, int], StoredRow]:
    columns = [getattr(Session, name) for name in _SESSION]
    hidden = (
        Session.id,
        Session.position,
        Session.state,
        Session.package_order_id,
        Session.wanted_instructor_id,
        TrainingClass.number,
        TrainingClass.year,
    )
    stmt = (
        select(*hidden, TeachingBase.name.label("wanted_base"), Instructor.name.label("person"), *columns)
        .join(TrainingClass, Session.class_id == TrainingClass.id)
        .outerjoin(TeachingBase, Session.wanted_base_id == TeachingBase.id)
        .outerjoin(Instructor, Session.wanted_instructor_id == Instructor.id)
        .where(TrainingClass.owner_id == owner.id)
    )
    found = {}
    for row in _rows(stmt):
        values = {name: row[name] for name in _SESSION}
        person = row["wanted_instructor_id"]
        values |= {
            "wanted_base": row["wanted_base"],
            "wanted_instructor": PersonRef(person, None, row["person"]) if person else None,
        }
        found[row["number"], row["year"], row["position"]] = StoredRow(
            row["id"], values, row["state"], is_tied=row["package_order_id"] is not None
        )
    return found


def _posts(owner: OrgUnit) -> dict[tuple[int, int, str], tuple[StoredRow, ...]]:
    found: dict[tuple[int, int, str], tuple[StoredRow, ...]] = {}
    for post in session().scalars(
        select(Post).join(Instructor).where(Instructor.owner_id == owner.id).order_by(Post.starts)
    ):
        key = (post.holder_id, post.unit_id, post.title)
        row = StoredRow(post.id, {"starts": post.starts, "ends": post.ends, "kind": post.kind})
        found[key] = (*found.get(key, ()), row)
    return found
