"""Publish, answer, decline, substitute, hold: what each step leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM, Scope
from core import clock
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from instructor_pool.enums import AnswerSource
from notifications.models import OutboxMessage
from party_lessons.models import Credit
from scheduling.enums import BookingState, HalfDay, ResourceKind, SessionState
from scheduling.models import Booking, Claim, ScheduleVersion, Session, TrainingClass
from scheduling.queries import bookings, sessions
from scheduling.services import answering, holding, publishing, withdrawing
from tests.factories.county import County, make_class, make_session
from tests.factories.scheduling import place

EVERYTHING = Scope(everything=True)


def klass_of(county: County) -> TrainingClass:
    found = session().get(TrainingClass, county.classes["B001"])
    assert found is not None
    return found


def plan_all(county: County) -> list[Session]:
    """A whole plan that breaks no rule."""
    first, second, third, fourth = (session().get_one(Session, i) for i in county.sessions)
    place(first, datetime(2027, 6, 7, 8, 30), county, "赵书记", "东镇党校")
    place(second, datetime(2027, 6, 7, 14, 0), county, "王芳", "东镇党校")
    place(third, datetime(2027, 6, 8, 8, 30), county, "单雄", "东镇党校")
    place(fourth, datetime(2027, 6, 8, 14, 0), county, None, "红色纪念馆")
    session().flush()
    return [first, second, third, fourth]


def booked(row: Session, kind: ResourceKind) -> Booking:
    stmt = (
        select(Booking).where(Booking.session_id == row.id, Booking.kind == kind).order_by(Booking.id.desc())
    )
    found = session().scalars(stmt).first()
    assert found is not None
    return found


def states(rows: Sequence[Session], kind: ResourceKind) -> list[str]:
    return [booked(row, kind).state.value for row in rows]


def titles(county: County, login: str) -> list[str]:
    stmt = (
        select(OutboxMessage.title)
        .where(OutboxMessage.user_id == county.users[login])
        .order_by(OutboxMessage.id)
    )
    return list(session().scalars(stmt))


@pytest.fixture
def published(county: County) -> list[Session]:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    return [session().get_one(Session, i) for i in county.sessions]


def test_publish_books_everything_and_tells_those_with_accounts(
    county: County, published: list[Session]
) -> None:
    assert [row.state for row in published] == [SessionState.PUBLISHED] * 4
    assert all(row.is_told for row in published)
    assert states(published, ResourceKind.CLASS) == ["confirmed"] * 4
    assert states(published[:3], ResourceKind.INSTRUCTOR) == ["held"] * 3
    assert (
        session()
        .scalars(
            select(Booking).where(
                Booking.session_id == published[3].id, Booking.kind == ResourceKind.INSTRUCTOR
            )
        )
        .all()
        == []
    )
    # 3 class hours are 135 minutes: nine quarter hours each of class, person and room; the visit has 90 minutes, no person.
    assert session().query(Claim).count() == 3 * 9 * 3 + 6 * 2
    assert titles(county, "instructor") == ["请答复授课：6月7日 周一 下午 14:00–16:15《嘉祥党史》"]
    assert titles(county, "manager") == ["请确认接待：6月8日 周二 下午 14:00–15:30 第B001班"]
    version = session().scalars(select(ScheduleVersion)).one()
    assert (version.number, len(version.rows), version.rows[0]["instructor"]) == (1, 4, "赵书记")


def test_publish_twice_says_that_nothing_changed(county: County, published: list[Session]) -> None:
    with pytest.raises(RuleBroken, match="没有改动"), transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)


def test_incomplete_sessions_are_left_out_and_said(county: County) -> None:
    with transaction():
        rows = plan_all(county)
        rows[2].venue_id = None
    with transaction():
        done = publishing.publish(klass_of(county), actor=SYSTEM)
        assert [row.position for row in done.told] == [1, 2, 4]
        assert [row.position for row in done.left_out] == [3]
    assert session().get_one(Session, county.sessions[2]).state is SessionState.PLANNED


def test_nothing_complete_is_refused(county: County) -> None:
    with pytest.raises(RuleBroken, match="还没排齐"), transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)


def test_broken_rules_are_named_and_nothing_is_saved(county: County) -> None:
    with transaction():
        rows = plan_all(county)
        rows[1].instructor_id = county.instructors["李强"]
    with pytest.raises(RuleBroken) as refused, transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    assert [v.code for v in refused.value.violations] == ["topic"]
    assert refused.value.violations[0].sentence == "6月7日 周一 下午《嘉祥党史》：李强 没有这门课的授课资格。"
    assert session().query(Booking).count() == 0


def test_a_missed_ratio_needs_a_written_reason_that_is_kept(county: County) -> None:
    with transaction():
        rows = plan_all(county)
        rows[1].course_id, rows[1].course_name = county.courses["公文写作"], "公文写作"
        rows[1].instructor_id = county.instructors["单雄"]
        rows[2].instructor_id = None
    with pytest.raises(RuleBroken) as refused, transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    assert [v.code for v in refused.value.violations] == ["ratio_theory_and_party", "ratio_party_spirit"]
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM, note="业务培训为主，经部务会同意")
    assert session().scalars(select(ScheduleVersion.note)).one() == "业务培训为主，经部务会同意"


def test_a_taken_time_is_a_conflict_that_names_what_clashes(county: County, published: list[Session]) -> None:
    with transaction():
        owner = county.unit("嘉祥县")
        other = make_class(owner, "B002", [datetime(2027, 6, 7).date()], host_id=county.units["西镇"])
        course = published[0].course
        assert course is not None
        row = make_session(other, 1, datetime(2027, 6, 7).date(), HalfDay.MORNING, course)
        place(row, datetime(2027, 6, 7, 9, 0), county, "赵书记", "西镇分教点")
    from scheduling.services import claiming

    with (
        pytest.raises(
            Conflict, match=r"赵书记在 6月7日 周一 上午 8:30–10:45 已有安排：第B001班《党的创新理论专题》"
        ),
        transaction(),
    ):
        claiming.settle([session().get_one(Session, row.id)])


def test_two_groups_share_a_venue_and_a_third_does_not_fit(county: County) -> None:
    from scheduling.services import claiming

    with transaction():
        visit = session().get_one(Session, county.sessions[3]).course
        assert visit is not None
        day = datetime(2027, 6, 9).date()
        made = []
        for number in ("C1", "C2", "C3"):
            klass = make_class(county.unit("嘉祥县"), number, [day])
            row = make_session(klass, 1, day, HalfDay.MORNING, visit)
            place(row, datetime(2027, 6, 9, 8, 30), county, None, "红色纪念馆")
            made.append(row.id)
    with transaction():
        claiming.settle([session().get_one(Session, i) for i in made[:2]])
    seats = (
        session()
        .scalars(select(Booking.seat).where(Booking.kind == ResourceKind.VENUE).order_by(Booking.id))
        .all()
    )
    assert seats == [0, 1]
    with pytest.raises(Conflict, match="红色纪念馆"), transaction():
        claiming.settle([session().get_one(Session, made[2])])


def test_decline_frees_the_time_and_puts_the_lesson_back(county: County, published: list[Session]) -> None:
    lesson = published[1]
    with transaction():
        asked = booked(lesson, ResourceKind.INSTRUCTOR)
        answering.answer(asked, accept=False, reason="当天参加市里会议", actor=county.actor("instructor"))
    lesson = session().get_one(Session, lesson.id)
    declined = booked(lesson, ResourceKind.INSTRUCTOR)
    assert (declined.state, declined.answer_source) == (BookingState.DECLINED, AnswerSource.SELF)
    assert (
        session().query(Claim).filter_by(kind="instructor", resource_id=county.instructors["王芳"]).count()
        == 0
    )
    assert (lesson.instructor_id, lesson.told_instructor_id, lesson.state) == (
        None,
        None,
        SessionState.PUBLISHED,
    )
    assert bookings.declined_instructors(lesson.id) == {county.instructors["王芳"]}
    assert [b.id for b in bookings.list_declined(EVERYTHING)] == [declined.id]
    assert titles(county, "organiser") == ["王芳 谢绝了 6月7日 周一 下午 14:00–16:15《嘉祥党史》"]
    [shown] = [x for x in sessions.lessons_of([lesson])]
    assert [x.value for x in shown.lacks] == ["instructor_declined", "venue_answer"]


def test_a_substitute_is_published_and_the_decline_is_settled(
    county: County, published: list[Session]
) -> None:
    with transaction():
        answering.answer(
            booked(published[1], ResourceKind.INSTRUCTOR), accept=False, reason="出差", actor=SYSTEM
        )
    with transaction():
        session().get_one(Session, county.sessions[1]).instructor_id = county.instructors["钱局长"]
    with transaction():
        done = publishing.publish(klass_of(county), actor=SYSTEM)
        assert [row.position for row in done.told] == [2]
    assert bookings.list_declined(EVERYTHING) == []
    row = session().get_one(Session, county.sessions[1])
    assert booked(row, ResourceKind.INSTRUCTOR).resource_id == county.instructors["钱局长"]
    assert states(published, ResourceKind.CLASS) == ["confirmed"] * 4
    assert session().query(Booking).filter_by(session_id=row.id, kind=ResourceKind.CLASS).count() == 1


def test_answers_of_unchanged_bookings_survive_a_new_version(
    county: County, published: list[Session]
) -> None:
    with transaction():
        answering.answer(
            booked(published[0], ResourceKind.INSTRUCTOR),
            accept=True,
            source=AnswerSource.PHONE,
            actor=SYSTEM,
        )
    with transaction():
        session().get_one(Session, county.sessions[2]).venue_id = county.venues["西镇分教点"]
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    assert states(published[:3], ResourceKind.INSTRUCTOR) == ["confirmed", "held", "held"]
    assert session().query(Booking).filter_by(state=BookingState.RELEASED).count() == 1
    assert klass_of(county).published_version == 2


def test_a_decline_needs_a_reason_and_happens_once(county: County, published: list[Session]) -> None:
    with pytest.raises(RuleBroken, match="原因"), transaction():
        answering.answer(booked(published[1], ResourceKind.INSTRUCTOR), accept=False, actor=SYSTEM)
    with transaction():
        answering.answer(
            booked(published[1], ResourceKind.INSTRUCTOR), accept=False, reason="病假", actor=SYSTEM
        )
    with pytest.raises(Conflict, match="已谢绝"), transaction():
        answering.answer(booked(published[1], ResourceKind.INSTRUCTOR), accept=True, actor=SYSTEM)


def test_cancelling_releases_tells_and_keeps_the_reason(county: County, published: list[Session]) -> None:
    with transaction():
        withdrawing.cancel(session().get_one(Session, county.sessions[1]), reason="防汛", actor=SYSTEM)
    row = session().get_one(Session, county.sessions[1])
    assert (row.state, row.cancel_reason, row.told_start) == (SessionState.CANCELLED, "防汛", None)
    assert (
        session().query(Claim).filter_by(resource_id=county.instructors["王芳"], kind="instructor").count()
        == 0
    )
    assert titles(county, "instructor")[-1] == "已取消：6月7日 周一 下午 14:00–16:15《嘉祥党史》"


def test_held_only_after_the_end_and_with_what_was_told(county: County, published: list[Session]) -> None:
    with pytest.raises(RuleBroken, match="还没有上完"), transaction():
        holding.hold(session().get_one(Session, county.sessions[0]), attendance=38, actor=SYSTEM)
    clock.set_offset(clock._offset + (datetime(2027, 6, 7, 12, 0) - clock.now()))
    with transaction():
        holding.hold(session().get_one(Session, county.sessions[0]), attendance=38, actor=SYSTEM)
    row = session().get_one(Session, county.sessions[0])
    assert (row.state, row.attendance) == (SessionState.HELD, 38)
    assert states([row], ResourceKind.INSTRUCTOR) == ["confirmed"]


def test_publishing_plans_and_holding_fulfils_the_duty(county: County) -> None:
    from party_lessons.enums import PostKind
    from party_lessons.services import posts

    with transaction():
        person = session().get_one(TrainingClass, county.classes["B001"])
        person.host_id = county.units["东镇"]
        from instructor_pool.models import Instructor

        holder = session().get_one(Instructor, county.instructors["赵书记"])
        posts.take_up(
            holder,
            county.unit("东镇"),
            "党委书记",
            actor=SYSTEM,
            starts=datetime(2024, 1, 1).date(),
            kind=PostKind.AREA_SECRETARY,
        )
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    assert [(c.session_ref, c.is_held) for c in session().scalars(select(Credit))] == [
        (county.sessions[0], False)
    ]
    clock.set_offset(clock._offset + (datetime(2027, 6, 7, 12, 0) - clock.now()))
    with transaction():
        holding.hold(session().get_one(Session, county.sessions[0]), attendance=40, actor=SYSTEM)
    assert [c.is_held for c in session().scalars(select(Credit))] == [True]


def test_everything_is_decimal_hours(published: list[Session]) -> None:
    assert published[0].told_hours == Decimal(3)


def test_the_last_lesson_for_a_duty_is_not_given_away_without_a_reason(county: County) -> None:
    from instructor_pool.models import Instructor
    from party_lessons.enums import PostKind
    from party_lessons.models import Obligation
    from party_lessons.services import posts

    with transaction():
        klass = klass_of(county)
        klass.host_id = county.units["东镇"]
        holder = session().get_one(Instructor, county.instructors["赵书记"])
        first = datetime(2024, 1, 1).date()
        posts.take_up(
            holder,
            county.unit("东镇"),
            "党委书记",
            actor=SYSTEM,
            starts=first,
            kind=PostKind.AREA_SECRETARY,
        )
        plan_all(county)
        session().get_one(Session, county.sessions[0]).instructor_id = county.instructors["李强"]
    assert session().query(Obligation).count() >= 1
    with pytest.raises(RuleBroken, match="讲党课任务") as refused, transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)
    assert [v.code for v in refused.value.violations] == ["duty_lost"]
    assert refused.value.violations[0].sentence == "赵书记(东镇党委党委书记)今年的讲党课任务将没有可用课次。"
    assert session().query(Booking).count() == 0
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM, note="本人外派学习，已报备")
    assert session().scalars(select(ScheduleVersion.note)).one() == "本人外派学习，已报备"
