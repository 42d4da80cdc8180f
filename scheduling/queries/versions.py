"""Published versions of a class: one of them, and what changed from one to another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from core.db import session
from core.errors import NotFound
from core.when import moment_text
from scheduling.models import ScheduleVersion, Session, TrainingClass
from scheduling.queries import names

Told = Mapping[str, Any]
"""A line of a version, as people were told it."""


@dataclass(frozen=True, slots=True)
class VersionChange:
    """A session that one version has otherwise than another; an empty side does not have it."""

    session_id: int
    course: str
    before: str
    after: str


def get_version(klass: TrainingClass, number: int) -> ScheduleVersion:
    """A version of a class by its number."""
    stmt = select(ScheduleVersion).where(
        ScheduleVersion.class_id == klass.id, ScheduleVersion.number == number
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("这个班次没有第 %(number)s 版课表。", number=number))
    return found


def changelog(version: ScheduleVersion) -> list[VersionChange]:
    """What a version changed against the one before it."""
    before = session().scalar(
        select(ScheduleVersion.rows).where(
            ScheduleVersion.class_id == version.class_id, ScheduleVersion.number == version.number - 1
        )
    )
    return list(changes(before or (), version.rows))


def since(version: ScheduleVersion, rows: Sequence[Session]) -> list[VersionChange]:
    """How what people are told now differs from a version: what going back to it would change."""
    return list(changes(_as_told(rows), version.rows))


def changes(before: Sequence[Told], after: Sequence[Told]) -> Iterator[VersionChange]:
    """Sessions that differ in time, course, person or place, in the order of the class."""
    old, new = {x["session"]: x for x in before}, {x["session"]: x for x in after}
    order = {x["session"]: x["position"] for x in (*before, *after)}
    for session_id in sorted(order, key=lambda each: (order[each], each)):
        was, now = old.get(session_id), new.get(session_id)
        if was is None or now is None or any(was[part] != now[part] for part in COMPARED):
            course = (now or was or {}).get("course", "")
            yield VersionChange(session_id, course, _text(was, now), _text(now, was))


COMPARED = ("start", "course", "instructor_id", "venue_id")


def when_told(line: Told) -> str:
    """`6月7日 周一 8:30`; empty where no time was told."""
    return moment_text(datetime.fromisoformat(line["start"])) if line["start"] else ""


def _text(line: Told | None, other: Told | None) -> str:
    """`6月7日 周一 8:30 · 王芳 · 东镇党校`; the course only where it is another one."""
    if line is None:
        return ""
    is_renamed = other is not None and other["course"] != line["course"]
    course = f"《{line['course']}》" if is_renamed else ""
    return " · ".join(filter(None, (when_told(line), course, line["instructor"], line["venue"])))


def _as_told(rows: Sequence[Session]) -> list[Told]:
    told = [row for row in rows if row.told_start is not None]
    people = names.people(row.told_instructor_id for row in told if row.told_instructor_id)
    return [
        {
            "session": row.id,
            "position": row.position,
            "start": row.told_start.isoformat(timespec="minutes") if row.told_start else None,
            "course": row.told_course_name,
            "instructor_id": row.told_instructor_id,
            "instructor": people.get(row.told_instructor_id or 0, ""),
            "venue_id": row.told_venue_id,
            "venue": row.told_venue.base.name if row.told_venue else "",
        }
        for row in told
    ]
