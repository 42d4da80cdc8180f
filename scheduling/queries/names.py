"""What problem ids and rows are called: people, rooms, sessions, classes in the words of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext
from sqlalchemy import select

from bases.models import TeachingBase, Venue
from core.db import session
from core.when import moment_text
from instructor_pool.models import Instructor
from scheduling.models import PackageOrder, Session, TrainingClass


def of_problem(ids: Iterable[str]) -> dict[str, str]:
    """Problem ids (i5, v7, s12, c3, p4) to names; at most one statement a kind; what is no id is left out."""
    wanted: dict[str, set[int]] = {}
    for name in ids:
        if name[:1] in "ivscp" and name[1:].isdigit():
            wanted.setdefault(name[0], set()).add(int(name[1:]))
    found: dict[str, str] = {}
    for kind, read in (("i", people), ("v", rooms), ("s", lessons), ("c", classes), ("p", packages)):
        if kind in wanted:
            found |= {f"{kind}{row_id}": text for row_id, text in read(wanted[kind]).items()}
    return found


def people(ids: Iterable[int]) -> dict[int, str]:
    """Instructors' names."""
    stmt = select(Instructor.id, Instructor.name).where(Instructor.id.in_(sorted(set(ids))))
    return dict(session().execute(stmt).all())


def rooms(ids: Iterable[int]) -> dict[int, str]:
    """Venues with their base, once where both have the same name."""
    stmt = select(Venue.id, Venue.name, TeachingBase.name).join(
        TeachingBase, Venue.base_id == TeachingBase.id
    )
    rows = session().execute(stmt.where(Venue.id.in_(sorted(set(ids)))))
    return {row_id: base if room == base else f"{base} {room}" for row_id, room, base in rows}


def classes(ids: Iterable[int]) -> dict[int, str]:
    """Classes' names."""
    stmt = select(TrainingClass.id, TrainingClass.name).where(TrainingClass.id.in_(sorted(set(ids))))
    return dict(session().execute(stmt).all())


def packages(ids: Iterable[int]) -> dict[int, str]:
    """Ordered packages by name."""
    stmt = select(PackageOrder.id, PackageOrder.name).where(PackageOrder.id.in_(sorted(set(ids))))
    return {row_id: gettext("套餐“%(name)s”", name=name) for row_id, name in session().execute(stmt)}


def lessons(ids: Iterable[int]) -> dict[int, str]:
    """Sessions as 「班次 第 2 课 嘉祥党史(3月1日 周一 8:30)」."""
    stmt = select(Session.id, TrainingClass.name, Session.position, Session.course_name, Session.start)
    rows = session().execute(stmt.join(TrainingClass).where(Session.id.in_(sorted(set(ids)))))
    return {
        row_id: gettext("%(klass)s 第 %(n)s 课“%(course)s”", klass=klass, n=position, course=course)
        + (f"({moment_text(start)})" if start else "")
        for row_id, klass, position, course, start in rows
    }


READERS = {"instructor": people, "venue": rooms, "class": classes, "session": lessons}
SHOWN = 3


def changed(changes: Mapping[str, Sequence[int]]) -> list[str]:
    """What has changed, at most three rows of a kind by name."""
    found = []
    for kind, ids in changes.items():
        if kind in READERS:
            known = [text for _, text in sorted(READERS[kind](ids[:SHOWN]).items())]
            more = gettext("等 %(count)s 处", count=len(ids)) if len(ids) > SHOWN else ""
            found.append(gettext("、").join(known) + more)
    if "duty" in changes:
        found.append(gettext("党课任务"))
    if "settings" in changes:
        found.append(gettext("排课设置"))
    return [text for text in found if text]
