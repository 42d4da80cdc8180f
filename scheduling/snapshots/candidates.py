"""The candidates of one session as people read them: who, where and when, what each would change, why others cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import select

from accounts.models import OrgUnit
from core.db import among, session
from core.when import span_text
from core.words import N_
from instructor_pool.enums import ClearanceProblem
from instructor_pool.models import Instructor
from instructor_pool.queries import clearance_problems
from scheduling import engine
from scheduling.engine import Reason
from scheduling.models import Session
from scheduling.queries import names
from scheduling.queries.borrowing import Lent
from scheduling.queries.loans import is_other_unit
from scheduling.queries.proposals import Amount, Block, amounts, blocks
from scheduling.snapshots.desk import Desk, Loads, Option
from scheduling.snapshots.kept_desks import desk
from scheduling.snapshots.keys import number
from scheduling.wording import reason_text

MOST_PEOPLE = 20
MOST_EXCLUDED = 20
MOST_ROOMS = 20
_NOT_LENT = N_("借用不含这个班次或这一天")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could teach it, with the time and room that suit best."""

    id: int
    name: str
    note: str
    rating: int
    is_leader: bool
    month: int
    km: int | None
    delta: int
    parts: Sequence[Amount]
    start: datetime
    when: str
    venue_id: int | None
    where: str
    is_chosen: bool
    moves: bool
    """Choosing this person moves time or room, too."""


@dataclass(frozen=True, slots=True)
class Barred:
    """Somebody who cannot, and why."""

    id: int
    name: str
    note: str
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Spot:
    """A room or a time, the rest as shown."""

    start: datetime
    when: str
    instructor_id: int | None
    who: str
    venue_id: int | None
    where: str
    delta: int
    parts: Sequence[Amount]
    reasons: Sequence[str]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel shows."""

    row: Session
    is_free: bool
    now: Sequence[Amount]
    people: Sequence[Person]
    """The first of those who can; found among all of them when somebody is looked for."""
    barred: Sequence[Barred]
    barred_count: int
    blocks: Sequence[Block]
    """The reasons of everyone who cannot, counted."""
    rooms: Sequence[Spot]
    times: Sequence[Spot]
    is_stuck: bool = False
    """Nobody, or nowhere, can be had: then it is worth asking for a `ways_out.way_out`."""
    people_count: int = 0


def panel_of(row: Session, search: str = "") -> Panel:
    """The panel of a session; `search` picks from those who cannot, by name, pinyin or unit."""
    klass = row.training_class
    at = desk(klass.owner_id, klass.year, row.id, is_brief=True)
    if not at.is_free:
        return Panel(row, False, (), (), (), 0, (), (), ())
    words = search.lower().split()
    ranking = at.ranking(None if words else MOST_PEOPLE) if row.needs_instructor else engine.Ranking((), ())
    best = ranking.candidates[0] if ranking.candidates else _best_unstaffed(at)
    spots = at.times()
    rooms = at.rooms(best, MOST_ROOMS)
    found, excluded, facts = _picked(ranking, klass.owner.path, words)
    shown = found[:MOST_PEOPLE]
    who = [c.instructor or "" for c in shown]
    known = names.of_problem(_named(shown, [*rooms, *spots]))
    month = (
        row.start or (best.start if best else datetime.combine(row.day, datetime.min.time()))
    ).timetuple()[:2]
    loads, half_km = (
        at.loads((month[0], month[1]), who),
        at.half_km(at.session.current.venue or (best.venue if best else None), who),
    )
    is_stuck = (row.needs_instructor and not ranking.candidates) or not any(o.is_possible for o in rooms)
    return Panel(
        row=row,
        is_free=True,
        now=amounts(at.now()),
        people=[_person(at, c, facts, known, loads[c.instructor or ""], half_km) for c in shown],
        people_count=len(found) if words else ranking.count,
        barred=_barred_people(row, excluded[:MOST_EXCLUDED], facts),
        barred_count=len(excluded),
        blocks=blocks(Counter(str(reason) for x in ranking.excluded for reason in x.reasons)),
        rooms=[_spot(at, o, known) for o in rooms],
        times=[_spot(at, o, known) for o in spots],
        is_stuck=is_stuck,
    )


def _best_unstaffed(at: Desk) -> engine.Candidate | None:
    """Where a session without a lecturer would go."""
    option = next((o for o in sorted(at.times(), key=lambda o: o.delta) if o.is_possible), None)
    return (
        None
        if option is None
        else engine.Candidate(option.instructor, option.start, option.venue, option.delta, option.parts)
    )


def _picked(
    ranking: engine.Ranking, plan_path: str, words: Sequence[str]
) -> tuple[list[engine.Candidate], list[engine.Excluded], Mapping[int, _Facts]]:
    """Who can and who cannot, those few first whom the fewest rules are in the way of; with `words` only who has them all.

    And what is shown of them: of those who are shown, or where somebody is looked for, of everybody.
    """
    found = [c for c in ranking.candidates if c.instructor]
    barred = sorted(ranking.excluded, key=lambda x: (Reason.TOPIC in x.reasons, len(x.reasons)))
    if not words:
        few = [number(c.instructor or "") for c in found]
        return (
            found,
            barred,
            _facts([*few, *(number(x.instructor) for x in barred[:MOST_EXCLUDED])], plan_path),
        )
    ids = [*(number(c.instructor or "") for c in found), *(number(x.instructor) for x in barred)]
    facts = _facts(ids, plan_path)

    def has_all(who: str | None) -> bool:
        return all(word in facts[number(who or "")].search_text for word in words)

    return (
        [c for c in found if has_all(c.instructor)],
        [x for x in barred if has_all(x.instructor)],
        facts,
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    name: str
    note: str
    rating: int
    search_text: str


def _facts(ids: Sequence[int], plan_path: str) -> Mapping[int, _Facts]:
    """What is shown of people; of other units' from where they are borrowed."""
    columns = (
        Instructor.id,
        Instructor.name,
        Instructor.work_unit,
        Instructor.post_title,
        Instructor.rating,
        Instructor.search_text,
        OrgUnit.path,
        OrgUnit.name.label("unit"),
    )
    stmt = select(*columns).join(OrgUnit, Instructor.owner_id == OrgUnit.id)
    rows = session().execute(stmt.where(among(Instructor.id, ids))) if ids else ()

    def lender(path: str, unit: str) -> str:
        return gettext("借自%(unit)s", unit=unit) if is_other_unit(path, plan_path) else ""

    return {
        row.id: _Facts(
            row.name,
            " ".join(filter(None, (row.work_unit, row.post_title, lender(row.path, row.unit)))),
            row.rating,
            f"{row.search_text} {row.work_unit}".lower(),
        )
        for row in rows
    }


def _named(shown: Sequence[engine.Candidate], options: Sequence[Option]) -> set[str]:
    found = {c.venue for c in shown} | {o.venue for o in options} | {o.instructor for o in options}
    return {name for name in found if name is not None}


def _person(
    at: Desk,
    found: engine.Candidate,
    facts: Mapping[int, _Facts],
    known: Mapping[str, str],
    load: Loads,
    half_km: Mapping[str, int | None],
) -> Person:
    name = found.instructor or ""
    who, current = facts[number(name)], at.session.current
    half = half_km.get(name)
    moves = current.start is not None and (
        found.start != current.start or (current.venue is not None and found.venue != current.venue)
    )
    return Person(
        id=number(name),
        name=who.name,
        note=who.note,
        rating=who.rating,
        is_leader=at.snapshot.problem.instructors[at.index.instructor[name]].leader,
        month=load.month,
        km=None if half is None else 2 * half,
        delta=found.delta,
        parts=amounts(found.parts),
        start=found.start,
        when=_when(at, found.start),
        venue_id=None if found.venue is None else number(found.venue),
        where=known.get(found.venue or "", ""),
        is_chosen=current.instructor == name,
        moves=moves,
    )


def _barred_people(
    row: Session, found: Sequence[engine.Excluded], facts: Mapping[int, _Facts]
) -> list[Barred]:
    """Whoever cannot, with reasons; for those who list the course, what is missing of their courseware."""
    listed = [number(x.instructor) for x in found if Reason.TOPIC in x.reasons]
    lacking = clearance_problems(row.course_id, row.day, listed) if row.course_id and listed else {}
    unlisted = [number(x.instructor) for x in found if Reason.INSTRUCTOR_LIST in x.reasons]
    lent = Lent(row.training_class, unlisted) if unlisted else None
    return [
        _barred(x, row, facts[number(x.instructor)], lacking.get(number(x.instructor)), lent) for x in found
    ]


def _barred(
    found: engine.Excluded, row: Session, who: _Facts, lacking: ClearanceProblem | None, lent: Lent | None
) -> Barred:
    not_lent = lent is not None and lent.problem(number(found.instructor), row.class_id, row.day)
    instead = {
        Reason.TOPIC: lacking.label if lacking else "",
        Reason.INSTRUCTOR_LIST: gettext(_NOT_LENT) if not_lent else "",
    }
    reasons = [instead.get(r) or reason_text(str(r)) for r in found.reasons]
    return Barred(number(found.instructor), who.name, who.note, reasons)


def _spot(at: Desk, found: Option, known: Mapping[str, str]) -> Spot:
    current = at.session.current
    return Spot(
        start=found.start,
        when=_when(at, found.start),
        instructor_id=None if found.instructor is None else number(found.instructor),
        who=known.get(found.instructor or "", ""),
        venue_id=None if found.venue is None else number(found.venue),
        where=known.get(found.venue or "", ""),
        delta=found.delta,
        parts=amounts(found.parts),
        reasons=[reason_text(str(r)) for r in found.reasons],
        is_chosen=(found.start, found.instructor, found.venue)
        == (current.start, current.instructor, current.venue),
    )


def _when(at: Desk, start: datetime) -> str:
    return span_text(start, start + timedelta(minutes=at.session.minutes))
