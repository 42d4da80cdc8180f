"""Writes a plan through the services of the features, in the order in which rows need one another. Flush only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from accounts.services import create_unit
from bases.models import TeachingBase
from bases.services import hours_changed
from bases.services import register as base_register
from core.db import session
from courses import services as catalogue
from courses.enums import Audience, Method, Ratio
from courses.models import Course
from courses.rules import default_ratio
from exchange.enums import Action, SheetKind
from exchange.rules import Change, PersonRef, Plan
from exchange.rules.units import COMMITTEE
from exchange.workbook import Workbook
from exchange.workbook.rows import BaseRow, InstructorRow
from instructor_pool.enums import EngagementMode, PoolState, SourceCategory
from instructor_pool.models import AvailabilityHint, Instructor
from instructor_pool.services import register as pool_register
from party_lessons.models import Post
from party_lessons.services import posts
from scheduling.models import Session, TrainingClass
from scheduling.services import intake

M = TypeVar("M")
REASON = "导入师资信息表"
"""Kept with the row it explains, so in the language of the records."""


class Writer:
    """One import going in; keeps what later rows refer to."""

    def __init__(self, owner: OrgUnit, book: Workbook, plan: Plan, *, actor: Actor) -> None:
        self.owner = owner
        self.plan = plan
        self.actor = actor
        self.person_rows: dict[tuple[str, int], InstructorRow] = {
            (r.sheet, r.row): r for r in book.instructors
        }
        self.base_rows: dict[tuple[str, int], BaseRow] = {(r.sheet, r.row): r for r in book.bases}
        self.units: dict[str, OrgUnit] = {}
        self.courses: dict[str, Course] = {}
        self.bases: dict[str, TeachingBase] = {}
        self.classes: dict[tuple[Any, Any], TrainingClass] = {}
        self.people: dict[tuple[str, int], Instructor] = {}
        self.named: dict[tuple[str, str], Instructor] = {}

    def write(self) -> None:
        """Everything the plan says; one flush a kind of row."""
        for step in (
            self._units,
            self._courses,
            self._people,
            self._bases,
            self._classes,
            self._sessions,
            self._posts,
        ):
            step()
            session().flush()

    def _changed(self, kind: SheetKind) -> list[Change]:
        return [change for change in self.plan.of(kind) if change.action is not Action.SAME]

    def _stored(self, model: type[M], changes: list[Change]) -> Mapping[int, M]:
        """The rows to be updated, read in a few statements instead of one each."""
        ids = [change.stored_id for change in changes if change.stored_id]
        found: dict[int, M] = {}
        for at in range(0, len(ids), 500):
            for row in session().scalars(select(model).where(model.id.in_(ids[at : at + 500]))):  # type: ignore[attr-defined]
                found[row.id] = row  # type: ignore[attr-defined]
        return found

    def _units(self) -> None:
        below = select(OrgUnit).where(OrgUnit.path >= self.owner.path, OrgUnit.path < self.owner.path + "~")
        for unit in session().scalars(below.order_by(OrgUnit.path.desc())):
            self._know(unit)
        for change in self.plan.units:
            if change.stored_id is not None:
                unit = self.units[change.name]
                unit.committee = change.committee or unit.committee
            else:
                parent = self.units[change.parent] if change.parent else self.owner
                unit = create_unit(parent, change.level, change.name, committee=change.committee)
            if change.place:
                unit.latitude, unit.longitude = change.place
            self._know(unit)

    def _know(self, unit: OrgUnit) -> None:
        self.units[unit.name] = unit
        if unit.committee:
            self.units[unit.committee] = unit

    def _unit(self, name: object) -> OrgUnit | None:
        """The unit a name means: its own, its committee's, or the town whose committee it names."""
        text = str(name or "")
        match = COMMITTEE.match(text)
        return self.units.get(text) or (self.units.get(match[1]) if match else None)

    def _courses(self) -> None:
        above = [int(part) for part in self.owner.path.strip("/").split("/")]
        for course in session().scalars(select(Course).where(Course.owner_id.in_(above))):
            if course.owner_id == self.owner.id or course.name not in self.courses:
                self.courses[course.name] = course
        for change in self._changed(SheetKind.COURSES):
            name, said = str(change.key[0]), change.values
            if change.action is Action.CREATE:
                self.courses[name] = catalogue.register_course(
                    self.owner, _course(name, None, said), actor=self.actor
                )
            else:
                course = self.courses[name]
                catalogue.update_course(course, _course(name, course, said), actor=self.actor)

    def _people(self) -> None:
        changes = self._changed(SheetKind.INSTRUCTORS)
        stored = self._stored(Instructor, changes)
        hinted: dict[int, set[str]] = {}
        for person_id, text in session().execute(
            select(AvailabilityHint.instructor_id, AvailabilityHint.text)
            .join(Instructor)
            .where(Instructor.owner_id == self.owner.id)
        ):
            hinted.setdefault(person_id, set()).add(text)
        for change in changes:
            fields = self._person_fields(change)
            if change.stored_id is None:
                person = pool_register.enter(self.owner, actor=self.actor, reason=REASON, **fields)
                self.people[change.sheet, change.row] = person
            else:
                known = hinted.get(change.stored_id, set())
                pool_register.amend(stored[change.stored_id], actor=self.actor, hinted=known, **fields)

    def _person_fields(self, change: Change) -> pool_register.InstructorFields:
        row = self.person_rows[change.sheet, change.row]
        said = change.values
        if "phone" in said:
            said["phone"] = row.phone
        if "id_number" in said:
            said["id_number"] = row.id_number
        if "town" in said:
            said["town"] = self._unit(said["town"])
        if "work_unit" in said:
            said["unit"] = self._unit(said["work_unit"])
        if "courses" in said:
            said["courses"] = [self.courses[name] for name in cast(tuple[str, ...], said["courses"])]
        return cast(pool_register.InstructorFields, said)

    def _bases(self) -> None:
        for base in session().scalars(select(TeachingBase).where(TeachingBase.owner_id == self.owner.id)):
            self.bases[base.name] = base
        reopened: list[TeachingBase] = []
        for change in self._changed(SheetKind.BASES):
            name, said = str(change.key[0]), change.values
            if "phone" in said:
                said["phone"] = self.base_rows[change.sheet, change.row].phone
            if "town" in said:
                said["town"] = self._unit(said["town"])
            if change.action is Action.CREATE:
                fields = cast(base_register.BaseFields, {"name": name, **said})
                self.bases[name] = base_register.enter(self.owner, actor=self.actor, **fields)
            else:
                base_register.amend(
                    self.bases[name], actor=self.actor, **cast(base_register.BaseFields, said)
                )
                if "openings" in said:
                    reopened.append(self.bases[name])
        if reopened:
            session().flush()
            hours_changed.tell([base.id for base in reopened])

    def _classes(self) -> None:
        for klass in session().scalars(select(TrainingClass).where(TrainingClass.owner_id == self.owner.id)):
            self.classes[klass.number, klass.year] = klass
        for change in self._changed(SheetKind.CLASSES):
            number, year = change.key
            said = change.values
            if "host_name" in said:
                said["host"] = self._unit(said["host_name"])
            if "town" in said:
                said["town"] = self._unit(said["town"])
            if "main_base" in said:
                said["main_base"] = self.bases[str(said["main_base"])]
            fields = cast(intake.ClassFields, said)
            if change.action is Action.CREATE:
                klass = intake.take_class(
                    self.owner, cast(int, year), str(number), actor=self.actor, **fields
                )
                self.classes[number, year] = klass
            else:
                intake.amend_class(self.classes[number, year], actor=self.actor, **fields)

    def _sessions(self) -> None:
        changes = self._changed(SheetKind.SESSIONS)
        stored = self._stored(Session, changes)
        for change in changes:
            number, year, position = change.key
            said = change.values
            if "course_name" in said:
                said["course"] = self.courses.get(str(said["course_name"]))
            if "wanted_base" in said:
                said["wanted_base"] = self.bases[str(said["wanted_base"])]
            if "wanted_instructor" in said:
                said["wanted_instructor"] = self._person(cast(PersonRef, said["wanted_instructor"]))
            fields = cast(intake.SessionFields, said)
            if change.stored_id is None:
                klass = self.classes[number, year]
                intake.take_session(klass, cast(int, position), actor=self.actor, **fields)
            else:
                intake.amend_session(stored[change.stored_id], actor=self.actor, **fields)

    def _person(self, ref: PersonRef) -> Instructor:
        """Somebody of the pool, of the file, or only named by a post, who is registered as a reserve."""
        if ref.row is not None:
            return self.people[ref.row]
        if ref.stored_id is not None:
            return session().get_one(Instructor, ref.stored_id)
        if (ref.name, ref.unit) not in self.named:
            self.named[ref.name, ref.unit] = pool_register.enter(
                self.owner,
                actor=self.actor,
                reason=REASON,
                state=PoolState.RESERVE,
                name=ref.name,
                work_unit=ref.unit,
                unit=self._unit(ref.unit),
                post_title=ref.post,
                source_category=SourceCategory.LEADER,
                engagement_mode=EngagementMode.SECONDED,
            )
            session().flush()
        return self.named[ref.name, ref.unit]

    def _posts(self) -> None:
        changes = self._changed(SheetKind.LEADERS)
        stored = self._stored(Post, changes)
        for change in changes:
            holder, unit_name, title = change.key
            fields = cast(posts.PostFields, change.values)
            if change.stored_id is None:
                unit = self._unit(unit_name) or self.owner
                posts.take_up(
                    self._person(cast(PersonRef, holder)), unit, str(title), actor=self.actor, **fields
                )
            else:
                posts.amend(stored[change.stored_id], actor=self.actor, **fields)


def _course(name: str, course: Course | None, said: Mapping[str, Any]) -> catalogue.CourseDetails:
    """All details of a course: what the file says, else what is stored, else what is usual."""
    category = said.get("category") or (course.category if course else None)
    usual = {
        "category": category,
        "method": course.method if course else Method.LECTURE,
        "class_hours": course.class_hours if course else 3,
        "is_party_lesson": course.is_party_lesson
        if course
        else default_ratio(cast(Any, category)) is not Ratio.OTHER,
        "audiences": tuple(Audience(a) for a in course.audiences or ()) if course else (),
        "counts_as": course.counts_as if course else None,
    }
    return catalogue.CourseDetails(name=name, **{**usual, **said})
