"""A proposal as people read it: what changes and why, what stays open and what stands in the way, whom it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.models import OrgUnit
from core.db import session
from core.when import moment_text, span_text
from instructor_pool.models import Instructor
from party_lessons.models import Obligation, Post
from scheduling.engine.freeing import VENUE_LIMITS
from scheduling.enums import Lack
from scheduling.models import MatchRun, ProposalItem, Session, TrainingClass
from scheduling.proposals import ONE_MORE
from scheduling.queries import gaps, names
from scheduling.wording import help_text, part_text, reason_text, wish_name


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a session: what it is today and what it would be."""

    label: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        """Whether the part differs."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Amount:
    """A cost part in words with its amount."""

    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """A next best choice and how much it would add to the cost."""

    who: str
    when: str
    where: str
    delta: int
    parts: Sequence[Amount]


@dataclass(frozen=True, slots=True)
class Block:
    """A rule that stands in the way, of how many, and what would help."""

    text: str
    count: int
    help: str


@dataclass(frozen=True, slots=True)
class Way:
    """A change that would let somebody else teach, as a sentence, and how much it would add to the cost."""

    text: str
    delta: int
    parts: Sequence[Amount]
    moves_others: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One session of a proposal."""

    item: ProposalItem
    row: Session
    changes: Sequence[Change]
    lacks: Sequence[Lack]
    parts: Sequence[Amount]
    alternatives: Sequence[Alternative]
    people_blocked: Sequence[Block]
    venues_blocked: Sequence[Block]
    times_blocked: Sequence[Block]
    frees: Sequence[Way]
    gap: gaps.GapLine | None
    """Why it stays open."""
    serves: Sequence[str]
    """Leaders whose yearly duty this session fulfils."""

    @property
    def chains(self) -> Sequence[Way]:
        """What else could be had when others make way, where nothing is lacking."""
        return () if self.lacks else [way for way in self.frees if way.moves_others]

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from today."""
        return any(change.is_changed for change in self.changes)


@dataclass(frozen=True, slots=True)
class ClassPart:
    """The lines of one class."""

    klass: TrainingClass
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """An outstanding duty and what the proposal does for it."""

    who: str
    post: str
    need: int
    before: int
    after: int
    eligible: int
    lessons: Sequence[str]

    @property
    def is_met(self) -> bool:
        """Whether the proposal serves it."""
        return self.after >= self.need


def parts_of(run: MatchRun, shortages: Sequence[gaps.ShortageLine] = ()) -> list[ClassPart]:
    """The proposal by class in order of time; about ten statements whatever its size."""
    stmt = select(ProposalItem).where(ProposalItem.run_id == run.id).join(ProposalItem.session)
    loaded = (
        joinedload(ProposalItem.session).joinedload(Session.training_class),
        joinedload(ProposalItem.session).joinedload(Session.instructor),
        joinedload(ProposalItem.session).joinedload(Session.venue),
    )
    items = list(session().scalars(stmt.options(*loaded).order_by(Session.class_id, Session.position)))
    known = names.of_problem(set(_mentioned(items)))
    serving = _serving(run)
    by_class: dict[TrainingClass, list[Line]] = {}
    for item in items:
        row = item.session
        by_class.setdefault(row.training_class, []).append(
            _line(item, (shortages, known), serving.get(row.id, []))
        )
    found = [ClassPart(klass, lines) for klass, lines in by_class.items()]
    return sorted(found, key=lambda part: (part.klass.starts_on, part.klass.id))


def sessions_of_class(run: MatchRun, class_id: int) -> set[int]:
    """The sessions of one class that a proposal speaks of."""
    stmt = select(ProposalItem.session_id).join(ProposalItem.session)
    return set(session().scalars(stmt.where(ProposalItem.run_id == run.id, Session.class_id == class_id)))


def _mentioned(items: Iterable[ProposalItem]) -> Iterator[str]:
    """Problem ids that the page shows by name."""
    for item in items:
        row = item.session
        for kind, row_id in (
            ("i", row.instructor_id),
            ("i", item.instructor_id),
            ("v", row.venue_id),
            ("v", item.venue_id),
        ):
            if row_id is not None:
                yield f"{kind}{row_id}"
        for other in (x for name in ("alternatives", "wishes") for x in item.reasons.get(name, ())):
            yield from (other[part] for part in ("instructor", "venue") if other.get(part))
        yield from named_in(item.reasons)


def named_in(reasons: Mapping[str, Any]) -> Iterator[str]:
    """Problem ids that the ways out of a gap speak of."""
    for free in _frees(reasons):
        details = free["details"]
        yield from (details[part] for part in ("instructor", "venue") if details[part])
        for move in details["moves"]:
            yield from (move[part] for part in ("session", "instructor", "venue") if move[part])
    for wish in reasons.get("wishes", ()):
        yield from (wish[part] for part in ("instructor", "venue") if wish[part])
    yield from gaps.mentioned(reasons)


def _frees(reasons: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [free for free in reasons.get("frees", ()) if "details" in free]


def ways_of(reasons: Mapping[str, Any], known: Mapping[str, str]) -> list[Way]:
    """Single changes that would let somebody teach, or be had, as they are kept with the reasons, in words."""
    given_up = [Way(wish_text(w, known), w["delta"], (), False) for w in reasons.get("wishes", ())]
    return [*given_up, *(_way(free, known) for free in _frees(reasons))]


def _line(
    item: ProposalItem, words: tuple[Sequence[gaps.ShortageLine], Mapping[str, str]], serves: list[str]
) -> Line:
    row, reasons, (shortages, known) = item.session, item.reasons, words
    lacks = _lacks(item, row)
    # Who could not teach is no answer to a missing room.
    people = reasons.get("blocked", {}) if set(lacks) & {Lack.START, Lack.INSTRUCTOR} else {}
    return Line(
        item=item,
        row=row,
        changes=_changes(item, row, known),
        lacks=lacks,
        parts=amounts(reasons.get("parts", {})),
        alternatives=[alternative(a, row.minutes, known) for a in reasons.get("alternatives", ())],
        people_blocked=blocks(people),
        venues_blocked=blocks(reasons.get("venues_blocked", {})),
        times_blocked=blocks(reasons.get("times_blocked", {})),
        frees=ways_of(reasons, known),
        gap=gaps.gap_of(reasons, shortages, known),
        serves=serves,
    )


def _changes(item: ProposalItem, row: Session, known: Mapping[str, str]) -> list[Change]:
    found = [Change(gettext("时间"), _when(row.start, row.minutes), _when(item.start, row.minutes))]
    if row.needs_instructor:
        found.append(
            Change(
                gettext("讲师"), _name(known, "i", row.instructor_id), _name(known, "i", item.instructor_id)
            )
        )
    return [
        *found,
        Change(gettext("地点"), _name(known, "v", row.venue_id), _name(known, "v", item.venue_id)),
    ]


def _when(start: datetime | None, minutes: int) -> str:
    return "" if start is None else span_text(start, start + timedelta(minutes=minutes))


def _name(known: Mapping[str, str], kind: str, row_id: int | None) -> str:
    return "" if row_id is None else known.get(f"{kind}{row_id}", "")


def _lacks(item: ProposalItem, row: Session) -> list[Lack]:
    missing = {
        Lack.START: item.start is None,
        Lack.INSTRUCTOR: row.needs_instructor and item.instructor_id is None,
        Lack.VENUE: item.venue_id is None,
    }
    return [lack for lack, is_missing in missing.items() if is_missing]


def amounts(parts: Mapping[str, int]) -> list[Amount]:
    """Cost parts in words, the heaviest first."""
    return [Amount(part_text(name), n) for name, n in sorted(parts.items(), key=lambda p: -abs(p[1])) if n]


def alternative(found: Mapping[str, Any], minutes: int, known: Mapping[str, str]) -> Alternative:
    """A candidate as it is kept with the reasons, in words."""
    return Alternative(
        who=known.get(found["instructor"] or "", ""),
        when=_when(datetime.fromisoformat(found["start"]), minutes),
        where=known.get(found["venue"] or "", ""),
        delta=found["delta"],
        parts=amounts(found["parts"]),
    )


def blocks(counts: Mapping[str, int]) -> list[Block]:
    """Rules in the way, those that stop most first."""
    return [
        Block(reason_text(code), n, help_text(code))
        for code, n in sorted(counts.items(), key=lambda c: -c[1])
    ]


def wish_text(wish: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """A wish that could be given up, or somebody who is missing, as a sentence."""
    if wish["relax"] == ONE_MORE:
        return gettext(
            "若再有一位能讲这门课、当时有空的讲师，可在 %(when)s 在 %(where)s 排上。",
            when=moment_text(datetime.fromisoformat(wish["start"])),
            where=known.get(wish["venue"] or "", gettext("地点未定")),
        )
    return gettext(
        "若不坚持“%(what)s”，可在 %(when)s 由 %(who)s 在 %(where)s 授课。",
        what=wish_name(wish["relax"]),
        when=moment_text(datetime.fromisoformat(wish["start"])),
        who=known.get(wish["instructor"] or "", gettext("基地讲解员")),
        where=known.get(wish["venue"] or "", gettext("地点未定")),
    )


def _way(free: Mapping[str, Any], known: Mapping[str, str]) -> Way:
    details = free["details"]
    return Way(free_text(details, known), free["delta"], amounts(free["parts"]), bool(details["moves"]))


def free_text(free: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """A single change that would free a session, as a sentence."""
    who = known.get(free["instructor"] or "", "")
    when = moment_text(datetime.fromisoformat(free["start"]))
    if free["relax"] in VENUE_LIMITS:
        where, what = known.get(free["venue"] or "", ""), reason_text(free["relax"])
        return gettext("若放宽“%(what)s”，可在 %(when)s 用 %(where)s。", what=what, when=when, where=where)
    if not free["moves"]:
        what = reason_text(free["relax"])
        return gettext("若放宽“%(what)s”，%(who)s 可在 %(when)s 授课。", what=what, who=who, when=when)
    moves = gettext(";").join(_given_away(move, known) for move in free["moves"])
    return gettext("若%(moves)s，%(who)s 可在 %(when)s 授课。", moves=moves, who=who, when=when)


def _given_away(move: Mapping[str, Any], known: Mapping[str, str]) -> str:
    other = known.get(move["session"], "")
    if move["start"] is None:
        return gettext("让出 %(other)s", other=other)
    instead = known.get(move["instructor"] or "", gettext("暂缺讲师"))
    return gettext("把 %(other)s 改派给 %(instead)s", other=other, instead=instead)


def _serving(run: MatchRun) -> dict[int, list[str]]:
    """Session id to the duty holders it newly serves."""
    found: dict[int, list[str]] = {}
    duties = run.log.get("duties", [])
    people = names.people(d["instructor"] for d in duties)
    for duty in duties:
        for session_id in duty["after"]:
            found.setdefault(session_id, []).append(people.get(duty["instructor"], ""))
    return found


def duties_of(run: MatchRun) -> list[DutyLine]:
    """What the proposal does for outstanding duties: those it leaves open first."""
    duties = run.log.get("duties", [])
    stmt = select(Obligation.id, Instructor.name, OrgUnit.name, Post.title).join(
        Post, Obligation.post_id == Post.id
    )
    stmt = stmt.join(Instructor, Post.holder_id == Instructor.id).join(OrgUnit, Post.unit_id == OrgUnit.id)
    held = {
        row_id: (name, f"{unit} {title}")
        for row_id, name, unit, title in session().execute(
            stmt.where(Obligation.id.in_([d["obligation"] for d in duties]))
        )
    }
    lessons = names.lessons(s for d in duties for s in d["after"])
    found = []
    for duty in duties:
        who, post = held.get(duty["obligation"], ("", ""))
        taught = [lessons.get(s, "") for s in duty["after"]]
        found.append(
            DutyLine(
                who, post, duty["need"], len(duty["before"]), len(duty["after"]), duty["eligible"], taught
            )
        )
    return sorted(found, key=lambda line: (line.is_met, not line.eligible, line.post))


def cost_bars(run: MatchRun) -> list[tuple[str, int, int]]:
    """Cost parts before and after, in words, the heaviest before first."""
    before, after = run.log.get("before_parts", {}), run.cost_parts or {}
    rows = [
        (part_text(name), before.get(name, 0), after.get(name, 0)) for name in before.keys() | after.keys()
    ]
    return sorted((row for row in rows if row[1] or row[2]), key=lambda row: (-max(row[1], row[2]), row[0]))
