"""Registering, changing and retiring courses of the catalogue. Flush only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from core.db import session
from core.errors import RuleBroken, Violation
from core.pinyin import search_text
from courses.enums import Audience, Category, Method, Ratio
from courses.models import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDetails:
    """All that is said of a course; `class_hours` in units of 45 minutes."""

    name: str
    category: Category
    method: Method
    class_hours: Decimal
    is_party_lesson: bool = False
    audiences: tuple[Audience, ...] = ()
    counts_as: Ratio | None = None


def register_course(owner: OrgUnit, details: CourseDetails, *, actor: Actor) -> Course:
    """A new course of `owner`'s catalogue; RuleBroken when the name is taken there."""
    course = Course(owner_id=owner.id, retired=False)
    _set(course, details)
    session().add(course)
    session().flush()
    return course


def update_course(course: Course, details: CourseDetails, *, actor: Actor, seen: int | None = None) -> None:
    """Change a course; Conflict when it is no longer the version `seen`, RuleBroken when the name is taken."""
    course.expect_version(seen)
    _set(course, details)
    session().flush()


def retire_course(course: Course, *, actor: Actor) -> None:
    """Take a course off the menu; what is planned with it stays."""
    course.retired = True
    session().flush()


def restore_course(course: Course, *, actor: Actor) -> None:
    """Put a course back on the menu."""
    course.retired = False
    session().flush()


def _set(course: Course, details: CourseDetails) -> None:
    taken = select(Course.id).where(
        Course.owner_id == course.owner_id, Course.name == details.name, Course.id != (course.id or 0)
    )
    with session().no_autoflush:
        if session().scalar(taken) is not None:
            sentence = gettext("课程「%(name)s」已经在目录里。", name=details.name)
            raise RuleBroken(sentence, [Violation("taken", sentence, "name")])
    course.name = details.name
    course.category = details.category
    course.method = details.method
    course.class_hours = details.class_hours
    course.is_party_lesson = details.is_party_lesson
    course.audiences = [audience.value for audience in Audience if audience in details.audiences]
    course.counts_as = details.counts_as
    course.search_text = search_text(details.name)
