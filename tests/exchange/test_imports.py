"""An import from upload to written rows: exactly what the file says."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from accounts.enums import Level
from accounts.models import OrgUnit
from bases.enums import BaseState, LeadUnit
from bases.models import OpeningHours, TeachingBase, Venue
from core.audit import AuditRecord
from core.db import session, transaction
from core.excel import write_workbook
from core.sealed import blind
from courses.models import Course
from exchange import snapshots
from exchange.enums import ImportState
from exchange.notices import staff_sheets
from instructor_pool.enums import Gender, PoolState
from instructor_pool.models import AvailabilityHint, Instructor, Qualification, StateChange
from party_lessons.enums import PostKind
from party_lessons.models import Post
from scheduling.enums import HalfDay
from scheduling.models import Session, TrainingClass
from tests.exchange.books import PEOPLE, built, changed, person, shipped
from tests.exchange.runs import (
    confirmed,
    count,
    counts,
    imported,
    person_named,
    previewed,
    versions,
)


def test_the_preview_writes_nothing_and_counts_everything(owner):
    run = previewed(owner, shipped())
    assert (run.state, run.percent, run.year, run.summary["errors"]) == (ImportState.READY, 100, 2027, 0)
    assert counts(run) == {
        "instructors": (124, 0, 0),
        "bases": (84, 0, 0),
        "courses": (31, 0, 0),
        "classes": (40, 0, 0),
        "sessions": (158, 0, 0),
        "leaders": (25, 0, 0),
    }
    levels = Counter(level for _, level, _, _, _ in run.summary["units"])
    assert levels["township"] == 13
    assert run.summary["writes"] == 124 + 84 + 31 + 40 + 158 + 25 + sum(levels.values())
    assert (count(Instructor), count(TeachingBase), count(Course), count(Session), count(OrgUnit)) == (
        0,
        0,
        0,
        0,
        2,
    )


def test_confirming_writes_what_the_file_says(owner):
    run = imported(owner, shipped())
    assert (count(Instructor), count(TeachingBase), count(Course), count(TrainingClass), count(Session), count(Post)) == (
        124, 84, 31, 40, 158, 25,
    )  # fmt: skip
    assert (count(Venue), count(AvailabilityHint), count(StateChange)) == (84, 65, 124)
    assert run.content is None

    someone = person_named("尹春燕")
    assert someone.gender is Gender.MALE
    assert (someone.birth_month, someone.term_start, someone.term_end) == (
        date(1987, 8, 1),
        date(2026, 3, 1),
        date(2027, 6, 30),
    )
    assert (someone.phone, someone.id_number) == ("19900004109", "379900198708056817")
    assert someone.id_number_blind == blind("379900198708056817", "id_number")
    assert (someone.max_per_week, someone.max_per_month, someone.state) == (1, 8, PoolState.APPOINTED)
    assert someone.town is not None
    assert someone.unit is not None
    assert (someone.town.name, someone.unit.name, someone.unit.committee) == (
        "纸坊镇",
        "纸坊镇",
        "纸坊镇党(工)委",
    )
    assert {q.course.name for q in someone.qualifications} == {"嘉祥党史", "党章学习", "红旗精神"}
    assert "ycy" in someone.search_text

    base = session().scalars(select(TeachingBase).where(TeachingBase.name == "曾庙")).one()
    assert (base.state, base.lead_time, base.lead_unit, base.visit_minutes, base.guides) == (
        BaseState.FILED, 5, LeadUnit.WORKDAYS, 60, 4,
    )  # fmt: skip
    assert [(v.name, v.capacity, v.groups, v.max_per_day) for v in base.venues] == [("曾庙", 120, 3, 2)]
    hours = session().scalars(select(OpeningHours).where(OpeningHours.base_id == base.id)).all()
    assert sorted(h.weekday for h in hours) == [0, 1, 3, 4, 5, 6]
    assert (base.contact_name, len(base.phone or "")) == ("周艳", 12)

    klass = session().scalars(select(TrainingClass).where(TrainingClass.number == "B010")).one()
    assert klass.main_base is not None
    assert klass.host is not None
    assert (klass.year, klass.size, klass.main_base.name, klass.host.name) == (
        2027,
        60,
        "马集镇党校",
        "马集镇",
    )
    visit = klass.sessions[3]
    assert visit.wanted_base is not None
    assert (visit.day, visit.half_day, visit.wanted_base.name, visit.class_hours) == (
        date(2027, 1, 19), HalfDay.AFTERNOON, "“红旗精神”党史展学馆", Decimal(2),
    )  # fmt: skip
    led = session().scalar(select(func.count()).select_from(Session).where(Session.leader_required))
    assert led == 12

    post = session().scalars(select(Post).join(Instructor).where(Instructor.name == "尹春燕")).one()
    assert (post.starts, post.ends, post.kind, post.unit.name) == (
        date(2023, 5, 1), date(2027, 8, 31), PostKind.AREA_SECRETARY, "纸坊镇",
    )  # fmt: skip
    town = session().scalars(select(OrgUnit).where(OrgUnit.name == "纸坊镇")).one()
    assert (town.level, town.latitude, town.longitude, town.parent_id) == (
        Level.TOWNSHIP,
        35.4975,
        116.2913,
        owner,
    )
    village = session().scalars(select(OrgUnit).where(OrgUnit.name == "仲山镇南村党支部")).one()
    assert village.parent is not None
    assert village.parent.name == "仲山镇"
    # The county committee's own office is the county itself, not a unit below it.
    assert session().scalars(select(OrgUnit.id).where(OrgUnit.name == "县委组织部")).all() == []


def test_all_of_it_is_one_audit_record(owner):
    before = count(AuditRecord)
    run = previewed(owner, shipped())
    assert count(AuditRecord) == before
    confirmed(run)
    assert count(AuditRecord) == before + 1
    record = session().scalars(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).one()
    assert (record.action, record.subject) == ("exchange.apply", f"计划.xlsx · {run.summary['writes']}")


def test_the_same_file_again_changes_nothing(owner):
    imported(owner, shipped())
    rows, records = versions(), count(AuditRecord)
    run = previewed(owner, shipped())
    assert {k: (c["create"], c["update"]) for k, c in run.summary["counts"].items()} == dict.fromkeys(
        run.summary["counts"], (0, 0)
    )
    assert (run.summary["writes"], run.summary["units"], run.changes) == (0, [], [])
    confirmed(run)
    session().expire_all()
    assert (versions(), count(AuditRecord)) == (rows, records)
    assert (count(StateChange), count(AvailabilityHint), count(Qualification) > 0) == (124, 65, True)


def test_a_corrected_file_updates_only_what_differs(owner):
    imported(owner, shipped())
    rows = versions()

    def correct(book):
        book["师资信息表"]["O3"] = "19900002999"
        book["师资信息表"]["N4"] = "嘉祥党史、公文写作"
        book["现场教学基地备案表"]["N53"] = "周一闭馆，其余 8:30-17:00"
        book["现场教学基地备案表"]["R24"] = "已备案"
        book["课次需求"]["D5"] = "晚上"
        book["培训班"]["I3"] = 90
        book["应讲党课领导"]["F3"] = date(2027, 9, 30)

    run = previewed(owner, changed(correct))
    assert {k: c["update"] for k, c in run.summary["counts"].items()} == {
        "instructors": 2, "bases": 2, "courses": 0, "classes": 1, "sessions": 1, "leaders": 1,
    }  # fmt: skip
    told = {(c["kind"], c["row"]): c["fields"] for c in run.changes}
    assert told["instructors", 3] == [["phone", "••••", "199****2999"]]
    assert told["instructors", 4] == [["courses", "信访化解模拟、嘉祥党史、红旗精神", "公文写作、嘉祥党史"]]
    assert told["sessions", 5] == [["half_day", "上午", "晚上"]]
    confirmed(run)
    assert person_named("贾淑").phone == "19900002999"
    assert {q.course.name for q in person_named("曾芳艳").qualifications} == {"公文写作", "嘉祥党史"}
    base = session().scalars(select(TeachingBase).where(TeachingBase.name == "曾庙")).one()
    assert [(h.weekday, str(h.closes)) for h in base.opening_hours] == [(d, "17:00:00") for d in range(1, 7)]
    changed_ids = {k: [a for a, b in zip(rows[k], v, strict=True) if a != b] for k, v in versions().items()}
    assert {k: len(v) for k, v in changed_ids.items()} == {
        "Instructor": 1, "TeachingBase": 2, "Venue": 0, "Course": 0, "TrainingClass": 1, "Session": 1, "Post": 1, "OrgUnit": 0,
    }  # fmt: skip


def test_a_leader_outside_the_pool_is_registered_as_a_reserve(owner):
    leaders = [
        ["姓名", "单位", "职务", "任职起", "职责类别"],
        ["贾叔", "县水务局", "党组书记", date(2024, 1, 1), "单位书记"],
    ]
    imported(owner, built(责任清单=leaders))
    leader = person_named("贾叔")
    assert leader.unit is not None
    assert (leader.state, leader.work_unit, leader.post_title, leader.unit.name) == (
        PoolState.RESERVE,
        "县水务局",
        "党组书记",
        "县水务局",
    )
    assert previewed(owner, built(责任清单=leaders)).summary["writes"] == 0


def test_sessions_people_were_told_of_are_left_alone(owner):
    from scheduling.enums import SessionState

    imported(owner, shipped())
    with transaction() as db:
        klass = db.scalars(select(TrainingClass).where(TrainingClass.number == "B001")).one()
        klass.sessions[0].state = SessionState.PUBLISHED

    def move(book):
        book["课次需求"]["D3"] = "晚上"
        book["课次需求"]["D4"] = "晚上"

    run = previewed(owner, changed(move))
    assert run.summary["counts"]["sessions"]["update"] == 1
    assert [p["row"] for p in run.problems if p["code"] == "session_settled"] == [3]


def test_what_is_exported_in_the_staffs_columns_comes_in_again(owner):
    imported(owner, shipped())
    out = io.BytesIO()
    write_workbook(out, staff_sheets(snapshots.load_stored(session().get_one(OrgUnit, owner)), 2027))
    assert b"19900002407" not in out.getvalue()
    run = previewed(owner, out.getvalue())
    assert (run.summary["errors"], run.summary["writes"], run.changes) == (0, 0, [])
    assert counts(run)["instructors"] == (0, 0, 124)
    assert counts(run)["sessions"] == (0, 0, 158)


def test_a_leader_known_by_post_alone_is_completed_by_the_information_sheet(owner):
    leaders = [
        ["姓名", "单位", "职务", "任职起", "职责类别"],
        ["贾淑", "县水务局", "党组书记", date(2024, 1, 1), "单位书记"],
    ]
    imported(owner, built(责任清单=leaders))
    headings = [*PEOPLE, "工作单位"]
    imported(owner, built(师资信息表=[headings, [*person(), "县水务局"]]))
    assert person_named("贾淑").phone == "19900002407"
