"""Going back to a version that was published before: as a new version, as far as that can still be. Flush only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from accounts.access import Actor
from core import clock
from core.db import session
from core.errors import RuleBroken
from core.words import labelled
from scheduling.enums import SessionState
from scheduling.models import ScheduleVersion, Session, TrainingClass
from scheduling.queries import sessions as session_queries
from scheduling.services import checking, publishing, withdrawing
from scheduling.services.publishing import Published

Place = tuple[datetime | None, int | None, int | None]
"""Start, instructor and venue of a session."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What going back did. `left` are the sessions that stay as they are, each with the reason."""

    published: Published
    withdrawn: int
    left: tuple[str, ...]


def restore(
    klass: TrainingClass, version: ScheduleVersion, *, reason: str, actor: Actor, seen: int | None = None
) -> Restored:
    """Publish the class anew as `version` had it: times, people and places; sessions it did not have are taken back.

    What was held or is over, parts of packages, and what would break a rule today stay as they are and are named.
    Everybody concerned is told as with any version. RuleBroken when there is nothing to go back to, or no `reason`;
    Conflict when the class was changed since `seen` or time was taken meanwhile. All of it or nothing.
    """
    klass.expect_version(seen)
    if not reason.strip():
        raise RuleBroken(gettext("请写明为什么恢复以前的课表。"))
    rows = session_queries.list_sessions(klass.id)
    if not any(_differs(row, version) for row in rows if _is_free(row)):
        raise RuleBroken(gettext("能改回的都和这一版一样，不用恢复。"))
    left = [_stays(row) for row in rows if _differs(row, version) and _why_fixed(row)]
    wanted = {line["session"]: line for line in version.rows}
    moved = {row: _place(row) for row in rows if row.id in wanted and _is_free(row)}
    for row in moved:
        line = wanted[row.id]
        start = None if line["start"] is None else datetime.fromisoformat(line["start"])
        _put(row, (start, line["instructor_id"], line["venue_id"]))
    session().flush()
    left += _keep_rules(klass, moved)
    gone = [row for row in rows if row.id not in wanted and _is_free(row)]
    gone = [row for row in gone if row.state is SessionState.PUBLISHED]
    why = gettext("恢复第 %(number)s 版课表：%(reason)s", number=version.number, reason=reason.strip())[:300]
    for row in gone:
        withdrawing.withdraw(row, reason=why, actor=actor)
        # Nor does it come back by itself with the next version.
        _put(row, (None, None, None))
    session().flush()
    published = publishing.publish(klass, actor=actor, note=why, only=_ids(moved), is_changed=bool(gone))
    return Restored(published, len(gone), tuple(left))


def _ids(rows: Iterable[Session]) -> frozenset[int]:
    return frozenset(row.id for row in rows)


def _place(row: Session) -> Place:
    return row.start, row.instructor_id, row.venue_id


def _put(row: Session, place: Place) -> None:
    row.start, row.instructor_id, row.venue_id = place


def _why_fixed(row: Session) -> str:
    """Why a session cannot go back; empty where it can."""
    if not row.is_live:
        return gettext("课次%(state)s", state=row.state.label)
    if row.package_order_id is not None:
        return gettext("套餐的各部分要一起安排")
    if row.told_start is not None and row.told_start <= clock.now():
        return gettext("已经到了上课时间")
    return ""


def _is_free(row: Session) -> bool:
    return not _why_fixed(row)


def _differs(row: Session, version: ScheduleVersion) -> bool:
    """Whether what people are told of a session is not what the version said."""
    line: Mapping[str, Any] | None = next((x for x in version.rows if x["session"] == row.id), None)
    if line is None:
        return row.told_start is not None
    start = None if row.told_start is None else row.told_start.isoformat(timespec="minutes")
    told = (start, row.told_instructor_id, row.told_venue_id)
    return told != (line["start"], line["instructor_id"], line["venue_id"])


def _stays(row: Session, because: str = "") -> str:
    return labelled(checking.label(row), because or _why_fixed(row))


def _keep_rules(klass: TrainingClass, moved: dict[Session, Place]) -> list[str]:
    """Put back what would break a rule today, until the rest keeps them all; each with the rule."""
    left: list[str] = []
    while moved:
        broken = checking.violations_of(klass, _placed(moved))
        wrong = {int(v.subject): v.sentence for v in broken if v.subject.isdigit()}
        named = [row for row in moved if row.id in wrong]
        if not named:
            return left
        for row in named:
            left.append(wrong[row.id])
            _put(row, moved.pop(row))
        session().flush()
    return left


def _placed(rows: Iterable[Session]) -> Sequence[Session]:
    return [row for row in rows if row.start is not None]
