"""Search everything: people, classes, bases and courses by name, pinyin, initials or number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.access import Scope
from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.queries.bases import search as search_bases
from core.tables.parts import clean_arg
from courses.queries import search as search_courses
from instructor_pool.queries.people import pick_people
from scheduling.queries.classes import search as search_classes

blueprint = Blueprint("search", __name__)
MOST = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found."""

    title: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `more` leads to the list with the same words."""

    title: str
    hits: tuple[Hit, ...]
    more: str

    @property
    def is_full(self) -> bool:
        """Whether there may be more than shown."""
        return len(self.hits) == MOST


def _people(scope: Scope, words: str) -> Iterable[Hit]:
    for person in pick_people(scope, words, bookable=False):
        note = " · ".join(filter(None, (person.work_unit, person.post_title, person.state.label)))
        yield Hit(person.name, note, f"/instructors/{person.id}")


def _classes(scope: Scope, words: str) -> Iterable[Hit]:
    for klass in search_classes(scope, words, MOST):
        yield Hit(
            f"{klass.number} {klass.name}",
            f"{klass.starts_on} – {klass.ends_on} · {klass.host_name}",
            f"/scheduling/classes/{klass.id}",
        )


def _bases(scope: Scope, words: str) -> Iterable[Hit]:
    for base in search_bases(scope, words, MOST):
        note = " · ".join(
            filter(None, (base.kind.label, base.town.name if base.town else "", base.state.label))
        )
        yield Hit(base.name, note, f"/bases/{base.id}")


def _courses(scope: Scope, words: str) -> Iterable[Hit]:
    for course in search_courses(scope, words, MOST):
        yield Hit(course.name, f"{course.category.label} · {course.method.label}", f"/courses/{course.id}")


Finder = Callable[[Scope, str], Iterable[Hit]]
_KINDS: tuple[tuple[P, Finder, str], ...] = (
    (P.POOL_VIEW, _people, "/instructors/"),
    (P.SCHEDULE_VIEW, _classes, "/scheduling/classes"),
    (P.BASE_VIEW, _bases, "/bases/"),
    (P.COURSE_VIEW, _courses, "/courses/"),
)


def _title(permission: P) -> str:
    return {
        P.POOL_VIEW: gettext("讲师"),
        P.SCHEDULE_VIEW: gettext("班次"),
        P.BASE_VIEW: gettext("教学基地"),
        P.COURSE_VIEW: gettext("课程"),
    }[permission]


@blueprint.get("/search")
@requires(P.SEARCH)
def search() -> ResponseReturnValue:
    """What the actor may see of everything that holds all the words."""
    words = clean_arg(request.args.get("q", ""))
    actor, groups = current_actor(), []
    for permission, find, more in _KINDS if words else ():
        if actor.can(permission):
            hits = tuple(find(current_scope(permission), words))
            groups.append(Group(_title(permission), hits, more))
    return render_template(
        "pages/search.html", q=words, groups=groups, total=sum(len(g.hits) for g in groups)
    )
