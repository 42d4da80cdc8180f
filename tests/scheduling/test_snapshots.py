"""What the engine is given: a small county, exactly, and what each fact in the database does to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from accounts.access import SYSTEM
from bases.enums import BaseKind, BaseState, LeadUnit
from bases.models import Closure, TeachingBase, Venue
from core import clock
from core.db import db, session, transaction
from core.workdays import Calendar
from instructor_pool.enums import AnswerSource, Grade, PoolState
from instructor_pool.models import Instructor, Unavailability
from party_lessons.enums import PostKind
from party_lessons.models import Post
from party_lessons.services import obligations
from scheduling import engine
from scheduling.enums import BookingState, HalfDay, ResourceKind, SessionState
from scheduling.models import Booking, Session, TrainingClass
from scheduling.services import answering, publishing
from scheduling.snapshots import Hand, Snapshot, build_problem, changes_between, plan_of
from tests.factories.county import County, make_base, make_class, make_course, make_instructor, make_session
from tests.factories.scheduling import place

MORNING = datetime(2027, 6, 7, 8, 30)


def built(county: County, *classes: int, **options: Any) -> Snapshot:
    return build_problem(county.units["嘉祥县"], 2027, classes, **options)


def lesson(snapshot: Snapshot, session_id: int) -> engine.Session:
    return next(s for s in snapshot.problem.sessions if s.id == f"s{session_id}")


def person(snapshot: Snapshot, instructor_id: int) -> engine.Instructor:
    return next(x for x in snapshot.problem.instructors if x.id == f"i{instructor_id}")


def room(snapshot: Snapshot, venue_id: int) -> engine.Venue:
    return next(v for v in snapshot.problem.venues if v.id == f"v{venue_id}")


@contextmanager
def counted(bind: Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(bind, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(bind, "before_cursor_execute", note)


def test_small_county_maps_exactly(county: County) -> None:
    snapshot = built(county)
    problem, people, rooms = snapshot.problem, county.instructors, county.venues
    first, second, third, fourth = county.sessions
    theory, history, skills, visit = (
        str(county.courses[n]) for n in ("党的创新理论专题", "嘉祥党史", "公文写作", "现场教学")
    )
    klass = f"c{county.classes['B001']}"
    monday, tuesday = date(2027, 6, 7), date(2027, 6, 8)

    def wanted(session_id: int, topic: str, hours: float, *starts: datetime, **more: Any) -> engine.Session:
        given = {"features": ("campus",), "heads": 40, "classes": (klass,)} | more
        return engine.Session(f"s{session_id}", topic, int(hours * 45), hours, starts, **given)

    morning, noon = time(8, 30), time(14)
    assert problem.sessions == (
        wanted(first, theory, 3.0, datetime.combine(monday, morning)),
        wanted(second, history, 3.0, datetime.combine(monday, noon)),
        wanted(third, skills, 3.0, datetime.combine(tuesday, morning), datetime.combine(tuesday, noon)),
        wanted(fourth, visit, 2.0, datetime.combine(tuesday, noon), instructors=(), features=("practice",)),
    )
    assert [x.id for x in problem.instructors] == [
        f"i{people[n]}" for n in ("王芳", "李强", "单雄", "赵书记", "钱局长")
    ]
    assert person(snapshot, people["王芳"]) == engine.Instructor(
        id=f"i{people['王芳']}",
        topics={theory: 90, history: 90},
        home=f"u{county.units['东镇']}",
        max_per_day=2,
        max_per_week=3,
        max_per_month=8,
        target=1,
    )
    assert [x.id for x in problem.instructors if x.leader] == [f"i{people['赵书记']}", f"i{people['钱局长']}"]
    assert [(v.id, v.capacity, v.groups, v.features, v.cost) for v in problem.venues] == [
        (f"v{rooms['东镇党校']}", 100, 1, ("campus",), 0),
        (f"v{rooms['西镇分教点']}", 60, 1, ("campus",), 2),
        (f"v{rooms['红色纪念馆']}", 80, 2, ("practice",), 0),
    ]
    assert problem.classes == (engine.TrainingClass(klass, 40, f"b{county.bases['东镇党校']}", 0),)
    assert problem.series == (
        engine.Series(f"{klass}-room", (f"s{first}", f"s{second}", f"s{third}"), min_days=0, same_venue=True),
    )
    assert snapshot.free == {f"s{i}" for i in county.sessions}
    assert plan_of(snapshot).assignments == ()
    # The document the engine reads back is the problem itself.
    assert engine.load_problem(engine.dump_problem(problem)) == problem


def test_statements_do_not_grow_with_the_plan(app: Flask, county: County) -> None:
    def statements() -> int:
        session().rollback()
        with counted(db.engine) as said:
            built(county)
        return len(said)

    few = statements()
    with transaction():
        owner = county.unit("嘉祥县")
        course = make_course(owner, "红旗精神")
        for n in range(6):
            make_instructor(owner, f"讲师{n}", [course])
            klass = make_class(owner, f"B1{n}", [date(2027, 9, 1 + n)])
            make_session(klass, 1, date(2027, 9, 1 + n), HalfDay.ANY, course)
    assert statements() == few <= 36


def test_terms_absences_and_exits_shape_people(county: County) -> None:
    with transaction():
        ending = session().get_one(Instructor, county.instructors["王芳"])
        ending.term_end = date(2027, 6, 7)
        session().add(
            Unavailability(
                instructor_id=ending.id,
                starts=datetime(2027, 3, 1),
                ends=datetime(2027, 3, 2),
                grade=Grade.CANNOT,
                source=AnswerSource.SELF,
            )
        )
        session().add(
            Unavailability(
                instructor_id=ending.id,
                starts=datetime(2027, 4, 1),
                ends=datetime(2027, 4, 2),
                grade=Grade.RATHER_NOT,
                source=AnswerSource.SELF,
            )
        )
        session().get_one(Instructor, county.instructors["李强"]).state = PoolState.SUSPENDED
    snapshot = built(county)
    found = person(snapshot, county.instructors["王芳"])
    assert found.busy == (
        (datetime(2027, 3, 1), datetime(2027, 3, 2)),
        (datetime(2027, 6, 8), datetime(2028, 1, 1)),
    )
    assert found.avoid == ((datetime(2027, 4, 1), datetime(2027, 4, 2)),)
    assert f"i{county.instructors['李强']}" not in {x.id for x in snapshot.problem.instructors}


def test_somebody_asked_for_by_name_stays_visible_after_leaving(county: County) -> None:
    with transaction():
        session().get_one(Session, county.sessions[2]).wanted_instructor_id = county.instructors["孙退"]
    snapshot = built(county)
    assert lesson(snapshot, county.sessions[2]).instructors == (f"i{county.instructors['孙退']}",)
    assert person(snapshot, county.instructors["孙退"]).busy == (
        (datetime(2027, 1, 1), datetime(2028, 1, 1)),
    )


def test_closures_opening_hours_and_leads_close_rooms(county: County) -> None:
    with transaction():
        campus = session().get_one(TeachingBase, county.bases["东镇党校"])
        session().add(
            Closure(
                base_id=campus.id,
                first_day=date(2027, 6, 8),
                last_day=date(2027, 6, 9),
                reason="",
                recorded_at=clock.now(),
            )
        )
        branch = session().get_one(TeachingBase, county.bases["西镇分教点"])
        branch.opening_hours = [h for h in branch.opening_hours if h.weekday != 0]
        site = session().get_one(TeachingBase, county.bases["红色纪念馆"])
        site.lead_time, site.lead_unit = 21, LeadUnit.WORKDAYS
    snapshot = built(county)
    assert room(snapshot, county.venues["东镇党校"]).busy == ((datetime(2027, 6, 8), datetime(2027, 6, 10)),)
    # Closed on Mondays: said only for the hours in which something could be placed.
    assert room(snapshot, county.venues["西镇分教点"]).busy == ((MORNING, datetime(2027, 6, 7, 16, 15)),)
    # 21 workdays after Monday 10 May 2027 is 8 June (the provisional calendar has no holiday between).
    assert Calendar().after(date(2027, 5, 10), 21) == date(2027, 6, 8)
    assert room(snapshot, county.venues["红色纪念馆"]).busy == ((MORNING, datetime(2027, 6, 7, 16, 15)),)


def test_only_bases_that_may_be_booked_have_rooms(county: County) -> None:
    with transaction():
        session().get_one(TeachingBase, county.bases["西镇分教点"]).state = BaseState.RECTIFYING
        session().get_one(Session, county.sessions[0]).wanted_base_id = county.bases["西镇分教点"]
        session().get_one(Session, county.sessions[1]).wanted_base_id = county.bases["东镇党校"]
    snapshot = built(county)
    assert f"v{county.venues['西镇分教点']}" not in {v.id for v in snapshot.problem.venues}
    # Nothing is left to allow: an empty list would say that no room is needed.
    refused = lesson(snapshot, county.sessions[0])
    assert (refused.venues, refused.features, refused.needs_venue) == (None, ("none",), True)
    assert lesson(snapshot, county.sessions[1]).venues == (f"v{county.venues['东镇党校']}",)


def planned(county: County) -> list[Session]:
    rows = [session().get_one(Session, i) for i in county.sessions]
    place(rows[0], MORNING, county, "赵书记", "东镇党校")
    place(rows[1], datetime(2027, 6, 7, 14), county, "王芳", "东镇党校")
    place(rows[2], datetime(2027, 6, 8, 8, 30), county, "单雄", "东镇党校")
    place(rows[3], datetime(2027, 6, 8, 14), county, None, "红色纪念馆")
    session().flush()
    return rows


def publish(county: County) -> None:
    with transaction():
        planned(county)
        klass = session().get_one(TrainingClass, county.classes["B001"])
        publishing.publish(klass, actor=SYSTEM, note="试")


def answer(session_id: int, kind: ResourceKind, *, accept: bool) -> None:
    with transaction():
        booking = (
            session()
            .query(Booking)
            .filter_by(session_id=session_id, kind=kind, state=BookingState.HELD)
            .one()
        )
        answering.answer(booking, accept=accept, reason="有事", source=AnswerSource.PHONE, actor=SYSTEM)


def test_what_people_agreed_to_is_pinned_and_survives_a_later_absence(county: County) -> None:
    publish(county)
    first, second = county.sessions[:2]
    answer(first, ResourceKind.INSTRUCTOR, accept=True)
    with transaction():
        session().add(
            Unavailability(
                instructor_id=county.instructors["赵书记"],
                starts=datetime(2027, 6, 7),
                ends=datetime(2027, 6, 8),
                grade=Grade.CANNOT,
                source=AnswerSource.SELF,
            )
        )
    snapshot = built(county)
    assert lesson(snapshot, first).pinned == ("start", "instructor")
    assert lesson(snapshot, second).pinned == ("start",)
    assert person(snapshot, county.instructors["赵书记"]).busy == (
        (datetime(2027, 6, 7), MORNING),
        (datetime(2027, 6, 7, 10, 45), datetime(2027, 6, 8)),
    )
    assert engine.check(snapshot.problem, plan_of(snapshot)).violations == ()
    loose = built(county, hand=Hand(first))
    assert lesson(loose, first).pinned == ()


def test_who_declined_is_not_asked_again(county: County) -> None:
    publish(county)
    first, fourth = county.sessions[0], county.sessions[3]
    answer(first, ResourceKind.INSTRUCTOR, accept=False)
    answer(fourth, ResourceKind.VENUE, accept=False)
    snapshot = built(county)
    assert lesson(snapshot, first).instructors == tuple(f"i{county.instructors[n]}" for n in ("王芳", "李强"))
    assert lesson(snapshot, fourth).features == ("none",)


def test_other_classes_and_the_past_stand_where_they_are(county: County) -> None:
    with transaction():
        owner = county.unit("嘉祥县")
        course = make_course(owner, "红旗精神")
        other = make_class(owner, "B002", [date(2027, 6, 7)], size=500)
        stands = make_session(other, 1, date(2027, 6, 7), HalfDay.MORNING, course)
        nowhere = make_session(other, 2, date(2027, 6, 7), HalfDay.AFTERNOON, course)
        place(stands, MORNING, county, "单雄", "西镇分教点")
        gone = make_class(owner, "B003", [date(2027, 3, 1)])
        missed = make_session(gone, 1, date(2027, 3, 1), HalfDay.MORNING, course)
        cancelled = make_session(
            gone, 2, date(2027, 3, 1), HalfDay.AFTERNOON, course, state=SessionState.CANCELLED
        )
        ids = [stands.id, nowhere.id, missed.id, cancelled.id]
    snapshot = built(county, county.classes["B001"])
    assert [i for i in ids if f"s{i}" in {s.id for s in snapshot.problem.sessions}] == [ids[0]]
    fixed = lesson(snapshot, ids[0])
    # Neither its size nor a missing qualification makes a fact impossible.
    assert (fixed.heads, fixed.instructors, fixed.pinned) == (
        60,
        (f"i{county.instructors['单雄']}",),
        ("start", "instructor", "venue"),
    )
    assert snapshot.free == {f"s{i}" for i in county.sessions}
    assert engine.check(snapshot.problem, plan_of(snapshot)).violations == ()


def test_facts_that_clash_leave_the_problem_but_keep_their_time(county: County) -> None:
    with transaction():
        owner = county.unit("嘉祥县")
        course = make_course(owner, "红旗精神")
        ids = []
        for n in (2, 3):
            klass = make_class(owner, f"B00{n}", [date(2027, 6, 7)])
            row = make_session(klass, 1, date(2027, 6, 7), HalfDay.MORNING, course)
            place(row, MORNING, county, "单雄", "西镇分教点")
            ids.append(row.id)
    snapshot = built(county, county.classes["B001"])
    kept = [i for i in ids if f"s{i}" in {s.id for s in snapshot.problem.sessions}]
    assert len(kept) < 2
    assert (MORNING, datetime(2027, 6, 7, 10, 45)) in person(snapshot, county.instructors["单雄"]).busy
    assert engine.solve(snapshot.problem, engine.SolveOptions(iterations=5)).cost is not None


def test_duties_name_the_sessions_that_count(county: County) -> None:
    with transaction():
        obligations.ensure_schemes()
        for name, unit, kind in (
            ("赵书记", "东镇", PostKind.AREA_SECRETARY),
            ("钱局长", "县财政局", PostKind.UNIT_SECRETARY),
        ):
            session().add(
                Post(
                    holder_id=county.instructors[name],
                    unit_id=county.units[unit],
                    title="书记",
                    kind=kind,
                    starts=date(2024, 1, 1),
                )
            )
        session().flush()
        obligations.recompute(2027, actor=SYSTEM)
    snapshot = built(county)
    # The county's class is for the area's people; the finance bureau neither hosts nor attends it.
    assert [(d.instructor, d.sessions, d.need) for d in snapshot.problem.duties] == [
        (f"i{county.instructors['赵书记']}", (f"s{county.sessions[0]}",), 1)
    ]
    assert [(x.instructor, x.need) for x in snapshot.hopeless] == [(county.instructors["钱局长"], 1)]


def test_main_classes_want_a_fifth_by_leaders(county: County) -> None:
    with transaction():
        session().get_one(TrainingClass, county.classes["B001"]).is_main = True
    assert built(county).problem.classes[0].min_leader_percent == 20


def test_fingerprint_changes_with_what_matters_only(county: County) -> None:
    before = built(county)
    assert built(county).fingerprint == before.fingerprint
    with transaction():
        session().get_one(TrainingClass, county.classes["B001"]).contact_name = "李联络"
    assert built(county).fingerprint == before.fingerprint
    with transaction():
        session().get_one(Instructor, county.instructors["王芳"]).rating = 91
        session().get_one(Venue, county.venues["东镇党校"]).capacity = 90
    after = built(county)
    assert after.fingerprint != before.fingerprint
    assert changes_between(before.digests, after.digests) == {
        "instructor": [county.instructors["王芳"]],
        "venue": [county.venues["东镇党校"]],
    }


def test_other_plans_bookings_take_time(county: County) -> None:
    with transaction():
        theirs = make_class(county.unit("济宁市"), "X1", [date(2027, 6, 7)])
        course = make_course(county.unit("济宁市"), "红旗精神")
        row = make_session(theirs, 1, date(2027, 6, 7), HalfDay.MORNING, course, class_hours=Decimal(2))
        session().add(
            Booking(
                session_id=row.id,
                kind=ResourceKind.INSTRUCTOR,
                resource_id=county.instructors["王芳"],
                day=date(2027, 6, 7),
                from_unit=34,
                to_unit=40,
                state=BookingState.HELD,
                asked_at=clock.now(),
            )
        )
    assert person(built(county), county.instructors["王芳"]).busy == ((MORNING, datetime(2027, 6, 7, 10)),)


def test_practice_points_cost_nothing_and_home_comes_first(county: County) -> None:
    with transaction():
        make_base(county.unit("嘉祥县"), "东镇第2分教点", BaseKind.BRANCH_POINT, county.unit("东镇"))
    plan = engine.solve(built(county).problem, engine.SolveOptions(seconds=2, iterations=30))
    home = f"v{county.venues['东镇党校']}"
    assert [a.venue for a in plan.assignments][:3] == [home, home, home]
