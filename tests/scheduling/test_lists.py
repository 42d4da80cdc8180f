"""Lists, states and to-dos: what the pages count is what the rules say, in a bounded number of statements."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from accounts.access import SYSTEM, Scope
from core import clock
from core.db import session, transaction
from courses.enums import Method, Ratio
from instructor_pool.enums import AnswerSource, Grade
from instructor_pool.models import Unavailability
from scheduling.enums import ClassState, HalfDay, RatioKind, SessionState
from scheduling.models import Session, TrainingClass
from scheduling.queries import bookings, clashes, figures, sessions, todos
from scheduling.queries import classes as class_queries
from scheduling.rules import LessonShare, class_state, gauges
from scheduling.services import answering, publishing
from tests.factories.county import County, make_class, make_session
from tests.factories.scheduling import place
from tests.factories.statements import counted
from tests.scheduling.test_chain import booked, klass_of, plan_all

ALL = Scope(everything=True)
DAY = date(2027, 6, 14)


def in_state(state: ClassState, county: County, number: str) -> int:
    """A class of two sessions in the given state, put there without publishing."""
    klass = make_class(county.unit("嘉祥县"), number, [DAY, DAY + timedelta(days=1)])
    course = session().get_one(Session, county.sessions[0]).course
    assert course is not None
    if state is ClassState.EMPTY:
        return klass.id
    rows = [make_session(klass, n, DAY + timedelta(days=n - 1), HalfDay.MORNING, course) for n in (1, 2)]
    if state is ClassState.UNPLANNED:
        return klass.id
    place(rows[0], datetime.combine(DAY, datetime.min.time()), county, "李强", "东镇党校")
    if state is ClassState.PARTLY:
        return klass.id
    place(rows[1], datetime.combine(DAY + timedelta(days=1), datetime.min.time()), county, "李强", "东镇党校")
    if state is not ClassState.COMPLETE:
        for row in rows:
            row.state = SessionState.HELD if state is ClassState.HELD else SessionState.PUBLISHED
            row.told_start, row.told_instructor_id, row.told_venue_id = (
                row.start,
                row.instructor_id,
                row.venue_id,
            )
            row.told_hours, row.told_course_name = row.class_hours, row.course_name
    if state is ClassState.CHANGED:
        rows[1].instructor_id = county.instructors["赵书记"]
    session().flush()
    return klass.id


def test_the_filter_of_each_state_finds_what_the_rule_says(county: County) -> None:
    with transaction():
        made = {in_state(state, county, f"S{n}"): state for n, state in enumerate(ClassState)}
    table = class_queries.classes_table(ALL)
    by_rule: dict[int, ClassState] = {}
    for row in table.page(MultiDict()).rows:
        if row.obj.TrainingClass.id in made:
            by_rule[row.obj.TrainingClass.id] = class_state(class_queries.progress_of(row.obj))
    by_filter = {
        row.obj.TrainingClass.id: state
        for state in ClassState
        for row in table.page(MultiDict({"state": state.value})).rows
        if row.obj.TrainingClass.id in made
    }
    assert by_rule == made
    assert by_filter == made


def test_the_list_searches_number_name_and_pinyin(county: County) -> None:
    with transaction():
        klass = klass_of(county)
        klass.search_text = "b001 第b001班 diyiban dyb"
    table = class_queries.classes_table(ALL)
    assert [page_of(table, q) for q in ("B001", "dyb", "没有")] == [1, 1, 0]


def page_of(table: class_queries.BoundTable[object], q: str) -> int:
    return table.page(MultiDict({"q": q})).total


def test_a_page_of_many_classes_takes_two_statements(app: Flask, county: County) -> None:
    with transaction():
        owner = county.unit("嘉祥县")
        course = session().get_one(Session, county.sessions[0]).course
        assert course is not None
        for n in range(60):
            klass = make_class(owner, f"M{n}", [DAY])
            for position in (1, 2, 3):
                make_session(klass, position, DAY, HalfDay.MORNING, course)
    with counted() as seen:
        page = class_queries.classes_table(ALL).page(MultiDict())
    assert (len(page.rows), page.total) == (50, 61)
    assert len(seen) == 2


def test_a_class_of_many_sessions_takes_as_many_statements_as_one_of_few(county: County) -> None:
    def reads(klass: TrainingClass) -> int:
        session().expire_all()
        with counted() as seen:
            lessons = sessions.lessons_of(sessions.list_sessions(klass.id))
            sessions.grid_of(lessons, klass, figures.day_times())
            [
                (
                    x.session.instructor and x.session.instructor.name,
                    x.session.venue and x.session.venue.base.name,
                )
                for x in lessons
            ]
        return len(seen)

    with transaction():
        plan_all(county)
    few = reads(klass_of(county))
    with transaction():
        klass = klass_of(county)
        course = session().get_one(Session, county.sessions[0]).course
        assert course is not None
        for n in range(5, 45):
            row = make_session(klass, n, date(2027, 6, 7), HalfDay.MORNING, course)
            place(row, datetime(2027, 6, 7, 8, 30), county, "李强", "西镇分教点")
    assert reads(klass_of(county)) == few


def test_todos_of_an_organiser_name_each_decline(app: Flask, county: County) -> None:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    with transaction():
        from scheduling.enums import ResourceKind

        row = session().get_one(Session, county.sessions[1])
        answering.answer(
            booked(row, ResourceKind.INSTRUCTOR),
            accept=False,
            reason="出差",
            source=AnswerSource.PHONE,
            actor=SYSTEM,
        )
    with app.test_request_context():
        lines = {t.kind: t for t in todos.todos(county.actor("organiser")) if t.count}
        own = [(t.kind, t.count) for t in todos.todos(county.actor("instructor")) if t.count]
        base = [(t.kind, t.count) for t in todos.todos(county.actor("manager")) if t.count]
        assert todos.todos(county.actor("outsider")) and not [
            t for t in todos.todos(county.actor("outsider")) if t.count
        ]
    [decline] = [t for kind, t in lines.items() if kind.startswith("declined_")]
    assert (decline.text, decline.url) == (
        "王芳 谢绝了《嘉祥党史》",
        f"/scheduling/sessions/{county.sessions[1]}",
    )
    assert lines["gaps"].count == 1
    assert own == []
    assert base == [("bookings_to_confirm", 1)]


def test_unanswered_and_unmarked_come_up_in_time(app: Flask, county: County) -> None:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    with app.test_request_context():
        assert {t.kind for t in todos.todos(county.actor("organiser")) if t.count} == set()
        clock.set_offset(clock._offset + timedelta(days=4))
        assert {t.kind: t.count for t in todos.todos(county.actor("organiser")) if t.count} == {"answers": 7}
        clock.set_offset(clock._offset + timedelta(days=30))
        assert {t.kind: t.count for t in todos.todos(county.actor("organiser")) if t.count} == {"unmarked": 4}
    assert [row.position for row in sessions.list_unmarked(ALL)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("away", "found"),
    [
        ((datetime(2027, 6, 7, 8), datetime(2027, 6, 7, 12)), ["赵书记"]),
        ((datetime(2027, 6, 7, 14), datetime(2027, 6, 7, 18)), []),
    ],
)
def test_an_absence_meets_only_the_lessons_it_overlaps(
    county: County, away: tuple[datetime, datetime], found: list[str]
) -> None:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    with transaction():
        person = county.instructors["赵书记"]
        session().add(
            Unavailability(
                instructor_id=person,
                starts=away[0],
                ends=away[1],
                grade=Grade.CANNOT,
                source=AnswerSource.SELF,
            )
        )
    assert [clash.name for clash in clashes.list_clashes(ALL)] == found


def test_closures_exits_and_revoked_bases_are_clashes(county: County) -> None:
    from bases.enums import BaseState
    from bases.models import Closure, TeachingBase
    from instructor_pool.enums import PoolState
    from instructor_pool.models import Instructor

    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    with transaction():
        session().add(
            Closure(
                base_id=county.bases["红色纪念馆"],
                first_day=date(2027, 6, 8),
                last_day=date(2027, 6, 9),
                reason="检修",
                recorded_at=clock.now(),
            )
        )
        session().get_one(TeachingBase, county.bases["东镇党校"]).state = BaseState.REVOKED
        session().get_one(Instructor, county.instructors["单雄"]).state = PoolState.EXITED
    assert sorted((c.name, c.reason) for c in clashes.list_clashes(ALL)) == [
        ("东镇党校", "已撤销"),
        ("东镇党校", "已撤销"),
        ("东镇党校", "已撤销"),
        ("单雄", "已退出"),
        ("红色纪念馆", "检修"),
    ]


def test_gauges_bind_main_classes_more(county: County) -> None:
    shares = [
        LessonShare(Decimal(3), Ratio.THEORY, Method.LECTURE, True),
        LessonShare(Decimal(3), Ratio.PARTY_SPIRIT, Method.SEMINAR, False),
        LessonShare(Decimal(4), Ratio.OTHER, Method.LECTURE, False),
    ]
    assert [(g.kind, int(g.percent), g.is_met) for g in gauges(shares, is_main=True)] == [
        (RatioKind.THEORY_AND_PARTY, 60, False),
        (RatioKind.PARTY_SPIRIT, 30, True),
        (RatioKind.LEADERS, 30, True),
        (RatioKind.INTERACTIVE, 30, True),
    ]
    assert [g.kind for g in gauges(shares, is_main=False)] == [
        RatioKind.THEORY_AND_PARTY,
        RatioKind.PARTY_SPIRIT,
    ]
    assert gauges([], is_main=True) == []


def test_leaders_are_cadres_and_holders_of_listed_posts(county: County) -> None:
    from party_lessons.enums import PostKind
    from party_lessons.models import Post

    with transaction():
        session().add(
            Post(
                holder_id=county.instructors["李强"],
                unit_id=county.units["东镇"],
                title="书记",
                kind=PostKind.AREA_SECRETARY,
                starts=date(2026, 1, 1),
                ends=date(2027, 3, 1),
            )
        )
    ids = [county.instructors[name] for name in ("赵书记", "李强", "单雄")]
    assert figures.leaders_among(ids, date(2027, 2, 1), date(2027, 2, 2)) == set(ids[:2])
    assert figures.leaders_among(ids, date(2027, 6, 1), date(2027, 6, 2)) == {ids[0]}


def test_load_counts_week_month_and_year(county: County) -> None:
    with transaction():
        rows = plan_all(county)
        place(rows[0], datetime(2027, 5, 12, 8, 30), county, "王芳", "东镇党校")
    load = figures.load_of(ALL, county.instructors["王芳"])
    assert (load.week, load.month, load.year, load.held) == (1, 1, 2, 0)
    assert [row.position for row in load.upcoming] == [1, 2]


def test_own_lists_show_only_what_is_in_force(county: County) -> None:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    assert [b.session.position for b in bookings.list_own(county.users["instructor"])] == [2]
    assert [b.session.position for b in bookings.list_for_bases(county.users["manager"])] == [4]
    assert bookings.list_own(county.users["manager"]) == []
