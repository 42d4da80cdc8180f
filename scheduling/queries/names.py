"""What problem ids and rows are called: people, rooms, sessions, classes in the words of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext
from sqlalchemy import select

from bases.models import BaseResource, TeachingBase, Venue
from core.db import among, session
from core.when import moment_text
from instructor_pool.models import Instructor
from scheduling.models import Booking, PackageOrder, Session, TrainingClass


def of_problem(ids: Iterable[str]) -> dict[str, str]:
    """Problem ids (i5, v7, s12, c3, p4, r2, b4, k9, o2-0608) to names; at most one statement a kind; what is no id is left out."""
    wanted: dict[str, set[int]] = {}
    found: dict[str, str] = {}
    for name in ids:
        if name.startswith("o") and name[1:2].isdigit():
            found[name] = gettext("停用")
        if name[:1] in _READERS and name[1:].isdigit():
            wanted.setdefault(name[0], set()).add(int(name[1:]))
    for kind, read in _READERS.items():
        if kind in wanted:
            found |= {f"{kind}{row_id}": text for row_id, text in read(wanted[kind]).items()}
    return found


def people(ids: Iterable[int]) -> dict[int, str]:
    """Instructors' names."""
    stmt = select(Instructor.id, Instructor.name).where(among(Instructor.id, ids))
    return dict(session().execute(stmt).all())


def rooms(ids: Iterable[int]) -> dict[int, str]:
    """Venues with their base, once where both have the same name."""
    stmt = select(Venue.id, Venue.name, TeachingBase.name).join(
        TeachingBase, Venue.base_id == TeachingBase.id
    )
    rows = session().execute(stmt.where(among(Venue.id, ids)))
    return {row_id: base if room == base else f"{base} {room}" for row_id, room, base in rows}


def pieces(ids: Iterable[int]) -> dict[int, str]:
    """What a base lends, with the base."""
    stmt = select(BaseResource, TeachingBase.name).join(TeachingBase)
    rows = session().execute(stmt.where(BaseResource.id.in_(sorted(set(ids)))))
    return {row.id: f"{base} {row.title}" for row, base in rows}


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


def bases(ids: Iterable[int]) -> dict[int, str]:
    """How many parties bases take."""
    stmt = select(TeachingBase.id, TeachingBase.name).where(TeachingBase.id.in_(sorted(set(ids))))
    return {
        row_id: gettext("%(base)s全部教学点的接待批数", base=base)
        for row_id, base in session().execute(stmt).all()
    }


def elsewhere(ids: Iterable[int]) -> dict[int, str]:
    """Bookings of other plans and of visits, by whom they are for."""
    found = session().scalars(select(Booking).where(Booking.id.in_(sorted(set(ids)))))
    return {b.id: f"{b.party.name}《{b.party.title}》" for b in found}


READERS = {
    "resource": pieces,
    "base": bases,
    "instructor": people,
    "venue": rooms,
    "class": classes,
    "session": lessons,
}
_READERS = {"i": people, "v": rooms, "s": lessons, "c": classes, "p": packages} | {
    "r": pieces,
    "b": bases,
    "k": elsewhere,
}
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
    if "elsewhere" in changes:
        found.append(gettext("别处的预约"))
    if "settings" in changes:
        found.append(gettext("排课设置"))
    return [text for text in found if text]
