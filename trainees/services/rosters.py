"""Keeping rosters: lines in, changed, out. People are found again before they are made anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from flask_babel import gettext
from sqlalchemy import delete, exists, select, tuple_

from accounts.access import Actor, Scope
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from core.pinyin import search_text
from core.sealed import blind
from scheduling.models import TrainingClass
from trainees.models import Attendance, CallUpReview, CreditedHours, Enrolment, Trainee
from trainees.rules import Line, broken_by_line, plain_line

MOST_ON_ROSTER = 10_000
_AT_ONCE = 400
T = TypeVar("T")


def identity_index(number: str) -> str | None:
    """What a number of identity is found by; the number itself is not kept."""
    return blind(number, "trainee-identity") if number else None


@dataclass(slots=True)
class Known:
    """People the lines of a roster may mean, and the units they may belong to: read once."""

    level: OrgUnit
    units: Mapping[str, int]
    by_identity: dict[str, Trainee] = field(default_factory=dict)
    by_name: dict[tuple[int, str, str], list[Trainee]] = field(default_factory=dict)

    def home(self, line: Line) -> tuple[int, str]:
        """The unit of the tree a line names, and what is written there; else the level itself."""
        found = self.units.get(line.unit)
        return (found, line.unit) if found is not None else (self.level.id, line.unit)

    def person(self, line: Line) -> Trainee | None:
        """Whom a line means: by number of identity, else by name and unit unless numbers tell them apart."""
        index = identity_index(line.identity)
        if index is not None and index in self.by_identity:
            return self.by_identity[index]
        alike = self.by_name.get((*self.home(line), line.name), [])
        if index is not None or any(t.identity_blind is None for t in alike):
            alike = [t for t in alike if t.identity_blind is None]
        return alike[0] if len(alike) == 1 else None

    def add(self, person: Trainee) -> None:
        """Let later lines find a person."""
        if person.identity_blind is not None:
            self.by_identity[person.identity_blind] = person
        alike = self.by_name.setdefault((person.unit_id, person.unit_name, person.name), [])
        if person not in alike:
            alike.append(person)


def look_up(klass: TrainingClass, lines: Sequence[Line]) -> Known:
    """Everybody the lines may mean, in a few statements whatever their number."""
    known = Known(klass.owner, _units(klass.owner))
    for part in _parts(sorted({i for line in lines if (i := identity_index(line.identity))})):
        for person in session().scalars(select(Trainee).where(Trainee.identity_blind.in_(part))):
            known.add(person)
    keys = tuple_(Trainee.unit_id, Trainee.unit_name, Trainee.name)
    for names in _parts(sorted({(*known.home(line), line.name) for line in lines})):
        for person in session().scalars(select(Trainee).where(keys.in_(names))):
            known.add(person)
    return known


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while part := list(islice(rest, _AT_ONCE)):
        yield part


def _units(level: OrgUnit) -> dict[str, int]:
    """Names of units at and below a level; a name borne twice says nothing."""
    scope = Scope(subtrees=frozenset({level.path}))
    found: dict[str, list[int]] = {}
    stmt = select(OrgUnit.id, OrgUnit.name, OrgUnit.committee).where(scope.clause(OrgUnit.path))
    for unit_id, *names in session().execute(stmt):
        for name in {n for n in names if n}:
            found.setdefault(name, []).append(unit_id)
    return {name: ids[0] for name, ids in found.items() if len(set(ids)) == 1}


def foresee(klass: TrainingClass, lines: Sequence[Line]) -> list[tuple[Trainee | None, bool]]:
    """Whom each line means as things are, and whether they stand on the roster already; nothing is written."""
    lines = [plain_line(line) for line in lines]
    known = look_up(klass, lines)
    standing = set(session().scalars(select(Enrolment.trainee_id).where(Enrolment.class_id == klass.id)))
    people = [known.person(line) for line in lines]
    return [(person, person is not None and person.id in standing) for person in people]


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of lines."""

    added: int = 0
    changed: int = 0
    same: int = 0


def enter(klass: TrainingClass, lines: Sequence[Line], *, actor: Actor) -> Entered:
    """Put lines on the roster; who stands on it already keeps the place and takes what the line says.

    RuleBroken for a line that cannot be, a closed class, and a roster that grows past all measure.
    """
    _refuse_closed(klass)
    lines = [plain_line(line) for line in lines]
    for line in lines:
        if broken := broken_by_line(line):
            raise RuleBroken(broken[0].sentence, broken)
    known = look_up(klass, lines)
    stmt = select(Enrolment).where(Enrolment.class_id == klass.id)
    standing = {e.trainee_id: e for e in session().scalars(stmt)}
    last = max((e.position for e in standing.values()), default=0)
    counts = {"added": 0, "changed": 0, "same": 0}
    for line in lines:
        person = known.person(line)
        is_changed = False
        if person is None:
            person = _new_person(known, line)
        else:
            is_changed = _update(person, known, line)
        found = standing.get(person.id)
        if found is None:
            last += 1
            standing[person.id] = _stand(klass, person, line, last, actor)
            counts["added"] += 1
            continue
        if line.post and found.post != line.post:
            found.post, is_changed = line.post, True
        counts["changed" if is_changed else "same"] += 1
    if len(standing) > MOST_ON_ROSTER:
        raise RuleBroken(gettext("一个班次的名册最多 %(most)s 人。", most=MOST_ON_ROSTER))
    session().flush()
    audit.note(session(), f"{klass.name} +{counts['added']}")
    return Entered(**counts)


def _stand(klass: TrainingClass, person: Trainee, line: Line, position: int, actor: Actor) -> Enrolment:
    row = Enrolment(
        class_id=klass.id,
        trainee_id=person.id,
        position=position,
        post=line.post,
        added_at=clock.now(),
        added_by=actor.name,
    )
    session().add(row)
    return row


def _new_person(known: Known, line: Line) -> Trainee:
    unit_id, unit_name = known.home(line)
    person = Trainee(name=line.name, unit_id=unit_id, unit_name=unit_name)
    _write(person, line)
    session().add(person)
    session().flush()
    known.add(person)
    return person


def _write(person: Trainee, line: Line) -> None:
    person.kind = line.kind
    if line.phone:
        person.phone = line.phone
    if line.identity:
        person.identity_blind, person.identity_tail = identity_index(line.identity), line.identity[-4:]
    person.search_text = search_text(person.name, person.unit_name)


def _update(person: Trainee, known: Known, line: Line) -> bool:
    """Take over what a line says of somebody known; a unit only where the tree has it."""
    before = (person.kind, person.phone, person.identity_blind, person.unit_id, person.name)
    unit_id, unit_name = known.home(line)
    if line.unit and unit_id != known.level.id:
        person.unit_id, person.unit_name = unit_id, unit_name
    person.name = line.name
    _write(person, line)
    return before != (person.kind, person.phone, person.identity_blind, person.unit_id, person.name)


def change(row: Enrolment, line: Line, *, actor: Actor, seen: int | None = None) -> None:
    """Correct one line; the person is corrected with it, on every roster. An empty number leaves the one kept."""
    line = plain_line(line)
    person = row.trainee
    person.expect_version(seen)
    if broken := broken_by_line(line):
        raise RuleBroken(broken[0].sentence, broken)
    index = identity_index(line.identity)
    if index is not None:
        other = session().scalar(select(Trainee.id).where(Trainee.identity_blind == index))
        if other is not None and other != person.id:
            sentence = gettext("这个身份证号已属于另一位学员，请核对；若是同一人，请删去这一行后重新添加。")
            raise RuleBroken(sentence, [Violation("identity", sentence, "identity")])
    known = Known(row.training_class.owner, _units(row.training_class.owner))
    if line.unit != person.unit_name:
        person.unit_id, person.unit_name = known.home(line)
    person.name, row.post = line.name, line.post
    _refuse_twin(person, line)
    _write(person, line)
    session().flush()
    audit.note(session(), f"{row.training_class.name} {person.name}")


def _refuse_twin(person: Trainee, line: Line) -> None:
    if person.identity_blind is not None or line.identity:
        return
    with session().no_autoflush:
        twin = session().scalar(
            select(Trainee.id).where(
                Trainee.unit_id == person.unit_id,
                Trainee.unit_name == person.unit_name,
                Trainee.name == person.name,
                Trainee.identity_blind.is_(None),
                Trainee.id != person.id,
            )
        )
    if twin is not None:
        sentence = gettext("这个单位已有同名的学员，请填写身份证号加以区分。")
        raise RuleBroken(sentence, [Violation("twin", sentence, "identity")])


def remove(klass: TrainingClass, rows: Sequence[Enrolment], *, actor: Actor) -> int:
    """Take lines off a roster; people who stand on no other are forgotten. RuleBroken once somebody attended."""
    _refuse_closed(klass)
    ids = [row.id for row in rows]
    if not ids:
        raise RuleBroken(gettext("请先选择学员。"))
    kept = (
        session()
        .scalars(
            select(Trainee.name)
            .join(Enrolment, Enrolment.trainee_id == Trainee.id)
            .where(
                Enrolment.id.in_(ids),
                exists().where(Attendance.enrolment_id == Enrolment.id).correlate(Enrolment),
            )
            .limit(3)
        )
        .all()
    )
    if kept:
        names = gettext("、").join(kept)
        raise RuleBroken(gettext("%(names)s已有考勤记录，不能从名册删去。", names=names))
    people = [row.trainee_id for row in rows]
    session().execute(delete(Enrolment).where(Enrolment.id.in_(ids)))
    _forget(people)
    session().expire_all()
    audit.note(session(), f"{klass.name} -{len(ids)}")
    return len(ids)


def _forget(people: Sequence[int]) -> None:
    alone = select(Trainee.id).where(
        Trainee.id.in_(people), ~exists().where(Enrolment.trainee_id == Trainee.id).correlate(Trainee)
    )
    gone = list(session().scalars(alone))
    for table in (CallUpReview, CreditedHours):
        session().execute(delete(table).where(table.trainee_id.in_(gone)))
    session().execute(delete(Trainee).where(Trainee.id.in_(gone)))


def _refuse_closed(klass: TrainingClass) -> None:
    if klass.closed_at is not None:
        raise RuleBroken(gettext("班次已经结班，名册不能再改。"))
