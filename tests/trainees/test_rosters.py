"""Rosters, double call-ups, attendance and hours through the services."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.access import EVERYTHING, SYSTEM
from accounts.enums import P
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from scheduling.enums import SessionState
from scheduling.models import TrainingClass
from scheduling.services import holding
from tests.factories.county import County, make_class
from tests.factories.trainees import IDENTITIES, MORNING, at, enrol, person, taught
from trainees.enums import Came, TraineeKind
from trainees.models import Attendance, CreditedHours, Enrolment, Trainee
from trainees.queries.attending import tally_of
from trainees.queries.call_ups import call_up_table, warned_in_class, warned_of
from trainees.rules import Line
from trainees.services import attending, call_ups, rosters


@pytest.fixture(autouse=True)
def _morning(app: Flask) -> None:
    at(MORNING)


def the(number: str) -> TrainingClass:
    return session().scalars(select(TrainingClass).where(TrainingClass.number == number)).one()


def test_one_person_is_found_again_in_other_classes(county: County) -> None:
    with transaction():
        owner = county.unit("嘉祥县")
        first, second = (make_class(owner, n, [date(2027, 5, d)]) for n, d in (("A", 3), ("B", 4)))
        enrol(
            first, Line("张三", "东镇", identity=IDENTITIES[0]), Line("李四", "东镇"), Line("李四", "某企业")
        )
        enrol(
            second,
            Line("张 三", "西镇", identity=IDENTITIES[0].lower()),
            Line("李四", "东镇"),
            Line("李四", "别的企业"),
        )
    people = session().scalars(select(Trainee).order_by(Trainee.id)).all()
    assert [(t.name, t.unit_name, t.unit.name) for t in people] == [
        ("张三", "西镇", "西镇"),  # moved, known by the number
        ("李四", "东镇", "东镇"),
        ("李四", "某企业", "嘉祥县"),  # a unit the tree does not have
        ("李四", "别的企业", "嘉祥县"),
    ]
    assert session().scalars(
        select(Enrolment.class_id).where(Enrolment.trainee_id == people[0].id)
    ).all() == [
        first.id,
        second.id,
    ]
    assert people[0].identity_tail == "8515" and IDENTITIES[0] not in str(vars(people[0]))


def test_a_number_joins_the_one_who_had_none_and_parts_namesakes(county: County) -> None:
    with transaction():
        klass = make_class(county.unit("嘉祥县"), "A", [date(2027, 5, 3)])
        enrol(klass, Line("张三", "东镇"))
        done = rosters.enter(
            klass,
            [
                Line("张三", "东镇", identity=IDENTITIES[0], kind=TraineeKind.COMMITTEE),
                Line("张三", "东镇", identity=IDENTITIES[1]),
                Line("张三", "东镇", identity=IDENTITIES[1]),
            ],
            actor=SYSTEM,
        )
    assert (done.added, done.changed, done.same) == (1, 1, 1)
    assert [(t.identity_tail, t.kind) for t in session().scalars(select(Trainee).order_by(Trainee.id))] == [
        ("8515", TraineeKind.COMMITTEE),
        ("299X", TraineeKind.MEMBER),
    ]


def test_a_wrong_line_leaves_nothing(county: County) -> None:
    with pytest.raises(RuleBroken) as refused, transaction():
        klass = make_class(county.unit("嘉祥县"), "A", [date(2027, 5, 3)])
        rosters.enter(klass, [Line("张三"), Line("李四", identity="123")], actor=SYSTEM)
    assert [v.subject for v in refused.value.violations] == ["identity"]
    assert session().scalars(select(Trainee)).all() == []


@pytest.mark.databases
def test_a_clash_is_warned_of_seen_off_and_opened_again(county: County) -> None:
    day = date(2027, 5, 20)
    with transaction():
        ours, theirs = county.unit("嘉祥县"), county.unit("邻县")
        klass, other = make_class(ours, "A", [day]), make_class(theirs, "B", [day])
        for k in (klass, other):
            enrol(k, Line("张三", "东镇", identity=IDENTITIES[0]), Line(f"{k.number}某"))
    scope = county.actor("organiser").scope(P.TRAINEE_VIEW)
    [found] = warned_in_class(scope, the("A"), 2)
    assert found.trainee.name == "张三" and found.review is None
    assert (
        "「第A班」" in found.sentence and "其他单位的班次" in found.sentence and "第B班" not in found.sentence
    )
    with transaction():
        call_ups.review(person("张三"), found.warning.mark, reason="上下午错开", actor=SYSTEM)
    [seen] = warned_of(EVERYTHING, person("张三").id, 2027, 2)
    stranger = county.actor("outsider").scope(P.TRAINEE_VIEW)
    assert [len(call_up_table(s, 2027, 2).rows) for s in (scope, EVERYTHING, stranger)] == [1, 1, 1]
    assert call_up_table(scope, 2026, 2).rows == []
    assert seen.review is not None and seen.review.reason == "上下午错开" and "第B班" in seen.sentence
    with pytest.raises(RuleBroken), transaction():
        call_ups.review(person("张三"), found.warning.mark, reason=" ", actor=SYSTEM)
    with transaction():
        call_ups.take_back(person("张三"), found.warning.mark, actor=SYSTEM)
    assert warned_of(EVERYTHING, person("张三").id, 2027, 2)[0].review is None


def test_whoever_scans_is_there_once_and_nobody_else_is_told_of(county: County) -> None:
    with transaction():
        row = taught(county)
        enrol(
            row.training_class,
            Line("张三", phone="13800001234", identity=IDENTITIES[1]),
            Line("李四", phone="13900005678"),
        )
    for name, tail in (("张三", "299x"), ("张 三", "1234")):
        with transaction():
            attending.check_in(row, name, tail)
    assert tally_of(row).present == 1
    said = set()
    for name, tail in (("张三", "0000"), ("王五", "1234"), ("", ""), ("李四", "678")):
        with pytest.raises(RuleBroken) as refused, transaction():
            attending.check_in(row, name, tail)
        said.add(refused.value.sentence)
    assert len(said) == 1
    for _ in range(attending.WRONG_TRIES):
        with transaction():
            attending.count_wrong(row, "李四")
    with pytest.raises(RuleBroken, match="太多"), transaction():
        attending.check_in(row, "李四", "5678")
    at(MORNING + timedelta(hours=5))
    with pytest.raises(RuleBroken, match="已经结束"), transaction():
        attending.check_in(row, "张三", "1234")


def test_attendance_by_list_and_leave_beforehand(county: County) -> None:
    with transaction():
        row = taught(county, start=MORNING + timedelta(days=1))
        lines = enrol(row.training_class, *(Line(n) for n in ("甲", "乙", "丙", "丁")))
    with transaction():
        attending.mark(row, lines[:1], Came.LEAVE, reason="出差", actor=SYSTEM)
    for came, reason in ((Came.PRESENT, ""), (Came.LEAVE, " ")):
        with pytest.raises(RuleBroken), transaction():
            attending.mark(row, lines[1:2], came, reason=reason, actor=SYSTEM)
    at(MORNING + timedelta(days=1))
    with transaction():
        attending.mark(row, lines[1:2], Came.ABSENT, actor=SYSTEM)
        assert attending.mark_rest(row, Came.PRESENT, actor=SYSTEM) == 2
        assert attending.mark_rest(row, Came.ABSENT, actor=SYSTEM) == 0
    tally = tally_of(row)
    assert (tally.enrolled, tally.present, tally.leave, tally.absent, tally.unknown) == (4, 2, 1, 1, 0)
    with transaction():
        attending.mark(row, lines[1:2], None, actor=SYSTEM)
    assert tally_of(row).unknown == 1
    with pytest.raises(RuleBroken, match="甲已有考勤"), transaction():
        rosters.remove(row.training_class, lines[:1], actor=SYSTEM)
    with transaction():
        rosters.remove(row.training_class, lines[1:2], actor=SYSTEM)
    assert session().scalar(select(Trainee).where(Trainee.name == "乙")) is None


def test_hours_follow_holding_and_attendance(county: County) -> None:
    def hours() -> list[tuple[str, Decimal, int]]:
        stmt = select(Trainee.name, CreditedHours.hours, CreditedHours.sessions).join(
            CreditedHours, CreditedHours.trainee_id == Trainee.id
        )
        return [tuple(x) for x in session().execute(stmt.order_by(Trainee.id))]  # type: ignore[misc]

    with transaction():
        row = taught(county)
        lines = enrol(row.training_class, Line("甲"), Line("乙"))
        attending.mark(row, lines[:1], Came.PRESENT, actor=SYSTEM)
    assert hours() == []
    at(MORNING + timedelta(hours=4))
    with transaction():
        holding.hold(row, attendance=2, actor=SYSTEM)
    assert hours() == [("甲", Decimal(3), 1)]
    with transaction():
        attending.mark(row, lines[1:], Came.PRESENT, actor=SYSTEM)
        attending.mark(row, lines[:1], Came.ABSENT, actor=SYSTEM)
    assert hours() == [("乙", Decimal(3), 1)]
    with pytest.raises(RuleBroken), transaction():
        holding.take_back(row, reason="", actor=SYSTEM)
    with transaction():
        holding.take_back(row, reason="登记错了", actor=SYSTEM)
    assert hours() == [] and row.state is SessionState.PUBLISHED and row.attendance is None
    with transaction():
        holding.hold(row, attendance=2, actor=SYSTEM)
    assert hours() == [("乙", Decimal(3), 1)]


def test_the_database_keeps_attendance_within_the_class(county: County) -> None:
    with transaction():
        row, other = taught(county, "A"), taught(county, "B")
        [line] = enrol(other.training_class, Line("甲"))
    values = {
        "session_id": row.id,
        "enrolment_id": line.id,
        "came": Came.PRESENT,
        "source": "list",
        "at": MORNING,
    }
    for class_id in (row.class_id, other.class_id):
        with pytest.raises((Conflict, IntegrityError)), transaction():
            session().add(Attendance(class_id=class_id, **values))
            session().flush()
