"""Why sessions stay open, in words: who and what there is too little of, what cannot go together, what would have to move."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext

from core.when import day_text, moment_text, part_of_day
from scheduling.engine import Part, Reason
from scheduling.models import MatchRun
from scheduling.queries import names
from scheduling.wording import capacity_text, help_text, requirement_text

MOST_SESSIONS = 12
MOST_CAPACITIES = 20
MOST_REQUIREMENTS = 8

Document = Mapping[str, Any]
Known = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Room:
    """What one person, room or class can still take."""

    who: str
    what: str
    room: int
    fixed: int
    """Pinned sessions that use some of it already."""


@dataclass(frozen=True, slots=True)
class ShortageLine:
    """Sessions that cannot all be served, and everything that could serve them."""

    number: int
    title: str
    need: int
    room: int
    holds: str
    """Under which condition this is proved."""
    sessions: Sequence[str]
    more_sessions: int
    rooms: Sequence[Room]
    more_rooms: int
    more_room: int

    @property
    def is_listed(self) -> bool:
        """Whether there is more to it than its title."""
        return self.need > 1 or bool(self.rooms)


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that cannot be kept together with the others of a conflict."""

    text: str
    help: str


@dataclass(frozen=True, slots=True)
class GapLine:
    """Why one session stays open."""

    shortages: Sequence[ShortageLine]
    conflict: Sequence[Requirement]
    more_conflict: int
    movable: int
    """How many sessions the conflict let move."""
    moves: Sequence[str]
    delta: int
    """What the moves would add to the cost."""
    is_partial: bool
    """Whether something was not looked at."""


def shortages_of(run: MatchRun) -> list[ShortageLine]:
    """The shortages that a run has proved, each once."""
    return shortage_lines(run.log.get("shortages", ()))


def shortage_lines(documents: Sequence[Document]) -> list[ShortageLine]:
    """Shortages of the engine in words, numbered from 1."""
    known = names.of_problem({name for d in documents for name in _shown_in(d)})
    return [_shortage(n, d, known) for n, d in enumerate(documents, 1)]


def _shown_in(document: Document) -> Iterator[str]:
    yield from _sessions(document)
    yield from (c["who"] for c in _capacities(document))


def _sessions(document: Document) -> list[str]:
    """The sessions to show, those that go without first."""
    lacking = set(document["lacking"])
    return sorted(document["sessions"], key=lambda name: name not in lacking)[:MOST_SESSIONS]


def _capacities(document: Document) -> list[Document]:
    found: list[Document] = sorted(document["capacities"], key=lambda c: -c["room"])
    return found[:MOST_CAPACITIES]


def _title(document: Document) -> str:
    need, room = len(document["sessions"]), document["room"]
    part, is_alone = Part(document["of"]), need == 1
    if is_alone and not document["capacities"]:
        return NOBODY[part]()
    if is_alone:
        return TAKEN[part]()
    titles = {
        Part.INSTRUCTOR: gettext(
            "%(need)s 个课次都要讲师，能授课的人合起来只能再上 %(room)s 课。", need=need, room=room
        ),
        Part.VENUE: gettext(
            "%(need)s 个课次都要地点，合适的地点合起来只能接 %(room)s 课。", need=need, room=room
        ),
        Part.CLASS_TIME: gettext("%(need)s 个课次只有 %(room)s 个时段。", need=need, room=room),
    }
    return titles[part]


NOBODY: Mapping[Part, Callable[[], str]] = {
    Part.INSTRUCTOR: lambda: gettext("要求的时段里没有人能授这一课。"),
    Part.VENUE: lambda: gettext("要求的时段里没有合适的地点。"),
    Part.CLASS_TIME: lambda: gettext("要求的时段已不能用。"),
}
TAKEN: Mapping[Part, Callable[[], str]] = {
    Part.INSTRUCTOR: lambda: gettext("能授这一课的人都被固定的课占满了。"),
    Part.VENUE: lambda: gettext("合适的地点都被固定的课占满了。"),
    Part.CLASS_TIME: lambda: gettext("要求的时段都被固定的课占满了。"),
}


def _shortage(number: int, document: Document, known: Known) -> ShortageLine:
    need, room, shown = len(document["sessions"]), document["room"], _capacities(document)
    return ShortageLine(
        number=number,
        title=_title(document),
        need=need,
        room=room,
        holds=gettext("其他课次的时间不变，就排不下。")
        if document["keeps_times"]
        else gettext("怎样排都排不下。"),
        sessions=[known.get(name, name) for name in _sessions(document)],
        more_sessions=need - len(_sessions(document)),
        rooms=[_room(c, known) for c in shown],
        more_rooms=len(document["capacities"]) - len(shown),
        more_room=room - sum(c["room"] for c in shown),
    )


def _room(c: Document, known: Known) -> Room:
    what = capacity_text(c["reason"], _period(c), c["limit"])
    return Room(known.get(c["who"], c["who"]), what, c["room"], len(c["fixed"]))


def _period(c: Document) -> str:
    """`3月1日 周一 上午`, `3月1日 周一`, `3月1日 周一 – 3月7日 周日`; months and weeks by their first and last day."""
    if c["from"] is None or c["to"] is None:
        return ""
    begin, last = datetime.fromisoformat(c["from"]), datetime.fromisoformat(c["to"]) - timedelta(minutes=1)
    if begin.date() != last.date():
        return f"{day_text(begin.date())} – {day_text(last.date())}"
    is_moment = c["reason"] in (Reason.INSTRUCTOR_BUSY, Reason.CLASS_BUSY, Reason.VENUE_BUSY)
    return day_text(begin.date()) + (f" {part_of_day(begin)}" if is_moment else "")


def mentioned(reasons: Document) -> Iterator[str]:
    """Problem ids that the conflict and the moves of a session name."""
    for r in (reasons.get("conflict") or {}).get("requirements", ())[:MOST_REQUIREMENTS]:
        yield from (str(value) for key, value in r.items() if key != "reason")
    for a in (reasons.get("rearrangement") or {}).get("moves", ()):
        yield from (a[part] for part in ("session", "instructor", "venue") if a[part])


def gap_of(reasons: Document, shortages: Sequence[ShortageLine], known: Known) -> GapLine | None:
    """Why a session stays open; None where nothing was found and nothing left out."""
    conflict, moved = reasons.get("conflict") or {}, reasons.get("rearrangement") or {}
    required = conflict.get("requirements", ())
    found = GapLine(
        shortages=[shortages[n] for n in reasons.get("shortage", ()) if n < len(shortages)],
        conflict=[_requirement(r, known) for r in required[:MOST_REQUIREMENTS]],
        more_conflict=max(0, len(required) - MOST_REQUIREMENTS),
        movable=len(conflict.get("movable", ())),
        moves=[move_text(a, known) for a in moved.get("moves", ())],
        delta=moved.get("delta", 0),
        is_partial=bool(reasons.get("unlooked")),
    )
    return found if found.shortages or found.conflict or found.moves or found.is_partial else None


def _requirement(r: Document, known: Known) -> Requirement:
    subject = next(str(value) for key, value in r.items() if key != "reason")
    return Requirement(requirement_text(r["reason"], known.get(subject, subject)), help_text(r["reason"]))


def move_text(move: Document, known: Known) -> str:
    """A session that would have to go elsewhere, as a phrase."""
    what = known.get(move["session"], move["session"])
    if move["start"] is None:
        return gettext("让出 %(what)s", what=what)
    parts = [
        moment_text(datetime.fromisoformat(move["start"])),
        known.get(move["instructor"] or "", ""),
        known.get(move["venue"] or "", ""),
    ]
    return gettext("%(what)s 改为 %(to)s", what=what, to=" · ".join(part for part in parts if part))
