"""Availability, remarks, nominations, accounts, masked data, and reads that stay cheap."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import insert, select, true
from werkzeug.datastructures import MultiDict

from accounts.access import SYSTEM
from accounts.enums import P, Role
from accounts.models import User
from core.audit import AuditRecord
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from core.pinyin import plain_pinyin, search_text
from core.todo import Urgency
from instructor_pool import queries
from instructor_pool.enums import AnswerSource, DayPart, EngagementMode, Grade, PoolState, SourceCategory
from instructor_pool.models import AvailabilityHint, Instructor, Qualification, Unavailability
from instructor_pool.rules.identity import is_id_number, is_phone
from instructor_pool.rules.parts import part_of, stretches
from instructor_pool.rules.remarks import days, suggested
from instructor_pool.rules.strip import year_strip
from instructor_pool.services import activation, availability, entering, privacy
from tests.factories.county import County, make_instructor
from tests.factories.statements import counted

YEAR_START = date(2027, 1, 1)


def wang(county: County) -> Instructor:
    return session().get_one(Instructor, county.instructors["王芳"])


@pytest.mark.parametrize(
    ("text", "n", "first", "last"),
    [
        ("7月休假", 1, (datetime(2027, 7, 1), datetime(2027, 8, 1)), None),
        (
            "每月下旬出差",
            12,
            (datetime(2027, 1, 21), datetime(2027, 2, 1)),
            (datetime(2027, 12, 21), datetime(2028, 1, 1)),
        ),
        (
            "周三下午教研活动",
            52,
            (datetime(2027, 1, 6, 12), datetime(2027, 1, 6, 18)),
            (datetime(2027, 12, 29, 12), datetime(2027, 12, 29, 18)),
        ),
        ("3月5日至4月2日挂职", 1, (datetime(2027, 3, 5), datetime(2027, 4, 3)), None),
        ("2月底学习", 1, (datetime(2027, 2, 21), datetime(2027, 3, 1)), None),
        ("13月休假", 0, None, None),
        ("2月30日至3月1日", 0, None, None),
        ("身体不好少排", 0, None, None),
        ("7月" * 30, 0, None, None),
    ],
)
def test_remarks_are_read_as_suggestions(text: str, n: int, first: object, last: object) -> None:
    found = [(s.starts, s.ends) for s in suggested(text, 2027, YEAR_START)]
    assert len(found) == n
    if first:
        assert found[0] == first
    if last:
        assert found[-1] == last
    assert all(a[1] <= b[0] for a, b in pairwise(found))


def test_what_has_passed_is_not_suggested() -> None:
    assert [s.starts.month for s in suggested("每月下旬出差", 2027, date(2027, 5, 10))] == list(range(5, 13))


def test_parts_of_days_go_there_and_back() -> None:
    three = stretches(date(2027, 6, 2), date(2027, 6, 4), DayPart.AFTERNOON)
    assert [s.starts.day for s in three] == [2, 3, 4]
    for part in DayPart:
        (one,) = stretches(date(2027, 6, 2), date(2027, 6, 2), part)
        assert part_of(one.starts, one.ends) is part
    assert part_of(datetime(2027, 6, 2, 9), datetime(2027, 6, 2, 11)) is None


def test_the_year_strip_marks_the_worst_of_each_day() -> None:
    whole, part = (
        days(date(2027, 6, 2), date(2027, 6, 3)),
        stretches(date(2027, 6, 2), date(2027, 6, 4), DayPart.MORNING),
    )
    away = [(whole.starts, whole.ends, Grade.RATHER_NOT), *((s.starts, s.ends, Grade.CANNOT) for s in part)]
    june = year_strip(2027, away, date(2027, 6, 1))[5]
    assert [d.mark for d in june.days[:5]] == ["", "cannot-part", "cannot-part", "cannot-part", ""]
    assert (june.days[0].is_today, june.away, len(june.days)) == (True, 3, 30)


def test_absences_are_recorded_once_and_taken_back_only_before_they_are_over(county: County) -> None:
    actor = county.actor("organiser")
    with transaction():
        person = wang(county)
        july = [days(date(2027, 7, 1), date(2027, 7, 31))]
        (row,) = availability.mark_unavailable(
            person, july, grade=Grade.CANNOT, reason="休假", source=AnswerSource.PHONE, actor=actor
        )
        assert (row.recorded_by_id, row.ends) == (actor.user_id, datetime(2027, 8, 1))
        for wrong, code in (
            (july, "known"),
            ([days(date(2027, 4, 1), date(2027, 4, 30))], "past"),
            ([days(date(2027, 7, 1), date(2030, 7, 1))], "span"),
            (stretches(date(2027, 6, 2), date(2027, 12, 2), DayPart.MORNING), "span"),
        ):
            with pytest.raises(RuleBroken) as refused:
                availability.mark_unavailable(
                    person, wrong, grade=Grade.CANNOT, source=AnswerSource.PHONE, actor=actor
                )
            assert [v.code for v in refused.value.violations] == [code]
        availability.remove_unavailability(row, actor=actor)
        over = Unavailability(
            instructor_id=person.id,
            starts=datetime(2027, 4, 1),
            ends=datetime(2027, 4, 2),
            grade=Grade.CANNOT,
            source=AnswerSource.SELF,
        )
        session().add(over)
        session().flush()
        with pytest.raises(RuleBroken, match="已经过去"):
            availability.remove_unavailability(over, actor=actor)


def test_a_remark_becomes_an_absence_only_when_confirmed(county: County) -> None:
    actor = county.actor("organiser")
    with transaction():
        person = wang(county)
        hint = availability.add_hint(person, "7月休假", actor=SYSTEM)
        assert hint is not None and availability.add_hint(person, "7月休假", actor=SYSTEM) is None
        vague = availability.add_hint(person, "身体不好少排", actor=SYSTEM)
        assert vague is not None
    assert queries.list_unavailability(person.id) == []
    with transaction():
        rows = availability.accept_hint(hint, grade=Grade.RATHER_NOT, actor=actor)
        assert [(r.starts, r.ends, r.grade, r.reason, r.source) for r in rows] == [
            (datetime(2027, 7, 1), datetime(2027, 8, 1), Grade.RATHER_NOT, "7月休假", AnswerSource.IMPORT)
        ]
        with pytest.raises(RuleBroken, match="已经处理过"):
            availability.dismiss_hint(hint, actor=actor)
        with pytest.raises(RuleBroken, match="读不出"):
            availability.accept_hint(vague, actor=actor)
        availability.dismiss_hint(vague, actor=actor)
    assert queries.list_hints(SYSTEM.scope(P.POOL_EDIT)) == []


def test_unavailable_tells_who_is_away_when_in_two_statements(county: County) -> None:
    with transaction():
        for name in ("王芳", "李强"):
            person = session().get_one(Instructor, county.instructors[name])
            availability.mark_unavailable(
                person,
                [days(date(2027, 6, 7), date(2027, 6, 8))],
                grade=Grade.CANNOT,
                source=AnswerSource.SELF,
                actor=SYSTEM,
            )
    one, two = county.instructors["王芳"], county.instructors["李强"]
    with counted() as sent:
        found = queries.unavailable(Instructor.id == one, datetime(2027, 6, 8, 14), datetime(2027, 6, 8, 16))
    assert (list(found), len(sent)) == ([one], 2)
    assert found[one][0].grade is Grade.CANNOT
    assert queries.unavailable(Instructor.id == one, datetime(2027, 6, 9), datetime(2027, 6, 10)) == {}
    assert queries.unavailable(Instructor.id == one, datetime(2027, 6, 6), datetime(2027, 6, 7)) == {}
    assert set(queries.unavailable(true(), datetime(2027, 6, 1), datetime(2027, 7, 1))) == {one, two}


def test_identity_numbers_and_telephones_are_checked() -> None:
    assert (
        is_id_number("11010519491231002X")
        and not is_id_number("110105194912310021")
        and not is_id_number("11010519491331002X")
    )
    assert is_phone("13812345678") and is_phone("0537-6825123") and is_phone("6825123")
    assert not is_phone("12345") and not is_phone("138123456789")


def test_the_same_identity_number_is_one_person_of_a_pool(county: County) -> None:
    given = {
        "name": "甲", "source_category": SourceCategory.OTHER, "engagement_mode": EngagementMode.INVITED,
        "id_number": "11010519491231002X", "work_unit": "县委党校",
    }  # fmt: skip
    with transaction():
        person = entering.nominate(county.unit("嘉祥县"), given, actor=SYSTEM)  # type: ignore[arg-type]
        with pytest.raises(RuleBroken, match=r"甲\(县委党校\)") as refused:
            entering.nominate(county.unit("嘉祥县"), given | {"name": "乙"}, actor=SYSTEM)  # type: ignore[arg-type]
        assert [v.subject for v in refused.value.violations] == ["id_number"]
        entering.nominate(county.unit("邻县"), given, actor=SYSTEM)  # type: ignore[arg-type]
    assert person.id_number == "11010519491231002X"
    assert "19491231" not in (person.id_number_sealed or "")


def test_updating_keeps_what_is_not_given_and_refuses_a_stale_edit(county: County) -> None:
    with transaction():
        person = wang(county)
        person.phone = "13812345678"
    seen = person.version
    with transaction():
        assert (
            entering.update_instructor(person, {"name": "王芳"}, actor=SYSTEM, seen=seen) is True
        )  # the search text
    seen = person.version
    with transaction():
        assert entering.update_instructor(person, {"name": "王芳"}, actor=SYSTEM, seen=seen) is False
        assert (
            entering.update_instructor(person, {"name": "王方", "courses": []}, actor=SYSTEM, seen=seen)
            is True
        )
    assert (person.phone, person.qualifications) == ("13812345678", [])
    with pytest.raises(Conflict), transaction():
        entering.update_instructor(person, {"name": "王方方"}, actor=SYSTEM, seen=seen)


def test_names_are_found_by_the_surnames_own_reading() -> None:
    assert search_text("单雄") == "单雄 danxiong dx shanxiong sx"
    assert (plain_pinyin("单雄"), plain_pinyin("曾芳艳"), plain_pinyin("王 O'Hara")) == (
        "shanxiong",
        "zengfangyan",
        "wangohara",
    )


def test_codes_make_accounts_whose_names_give_no_telephone_away(county: County) -> None:
    actor = county.actor("organiser")
    with transaction():
        twin = make_instructor(county.unit("嘉祥县"), "单雄", [], phone=None)
        people = [session().get_one(Instructor, county.instructors["单雄"]), twin]
        people[0].phone = "13900001111"
        slips = activation.issue_codes(people, actor=actor)
    assert [(s.name, s.login) for s in slips] == [("单雄", "shanxiong"), ("单雄", "shanxiong2")]
    assert len({s.code for s in slips}) == 2
    user = session().scalars(select(User).where(User.login == "shanxiong")).one()
    assert [(g.role, g.unit_id) for g in user.grants] == [(Role.INSTRUCTOR, county.units["嘉祥县"])]
    with transaction():
        again = activation.issue_codes(people[:1], actor=actor)
    assert (again[0].login, again[0].code != slips[0].code) == ("shanxiong", True)
    with pytest.raises(RuleBroken, match="已经激活"), transaction():
        activation.issue_codes([wang(county)], actor=actor)
    assert wang(county).id not in {
        p.id for p in queries.list_without_account(SYSTEM.scope(P.ACTIVATION_ISSUE))
    }


def test_revealing_needs_a_reason_and_is_on_the_audit_trail(county: County) -> None:
    with transaction():
        person = wang(county)
        person.phone, person.id_number = "13812345678", "11010519491231002X"
    with pytest.raises(RuleBroken), transaction():
        privacy.reveal(person, "看", actor=county.actor("organiser"))
    with transaction():
        shown = privacy.reveal(person, "核对课酬发放", actor=county.actor("organiser"))
    assert (shown.phone, shown.id_number) == ("13812345678", "11010519491231002X")
    last = session().scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert last is not None and "核对课酬发放" in last.subject and "王芳" in last.subject


def two_thousand(county: County) -> None:
    """Two thousand people, each with two courses, an absence and a remark."""
    with transaction():
        people = [
            {
                "owner_id": county.units["嘉祥县"], "name": f"人{n}", "source_category": SourceCategory.SCHOLAR,
                "engagement_mode": EngagementMode.INVITED, "state": PoolState.APPOINTED, "search_text": f"人{n}",
                "town_id": county.units["东镇"], "row_key": f"{n:032}", "version": 1, "rating": 80, "rating_count": 0,
            }
            for n in range(2000)
        ]  # fmt: skip
        session().execute(insert(Instructor), people)
        ids = session().scalars(select(Instructor.id).where(Instructor.name.like("人%"))).all()
        courses = list(county.courses.values())[:2]
        session().execute(
            insert(Qualification), [{"instructor_id": i, "course_id": c} for i in ids for c in courses]
        )
        session().execute(
            insert(Unavailability),
            [
                {
                    "instructor_id": i,
                    "starts": datetime(2027, 7, 1),
                    "ends": datetime(2027, 8, 1),
                    "grade": Grade.CANNOT,
                    "source": AnswerSource.SELF,
                    "reason": "",
                }
                for i in ids
            ],
        )
        session().execute(insert(AvailabilityHint), [{"instructor_id": i, "text": "7月休假"} for i in ids])


def test_reads_over_two_thousand_people_take_a_handful_of_statements(app: Flask, county: County) -> None:
    two_thousand(county)
    organiser = county.actor("organiser")
    scope = organiser.scope(P.POOL_VIEW)
    with app.test_request_context():
        for query in (
            {},
            {"course": str(county.courses["嘉祥党史"])},
            {"q": "人19", "sort": "-rating"},
            {"account": "waiting"},
        ):
            session().expire_all()
            with counted() as sent:
                page = queries.instructors_table(scope).page(MultiDict(query))
            # count, rows, qualifications with courses, the choices of courses, the owner's row at most
            assert (len(page.rows), len(sent) <= 5) == (50, True), sent
        with counted() as sent:
            queries.candidates_table(scope).page(MultiDict())
        assert len(sent) == 2
        with counted() as sent:
            lines = queries.todos(organiser)
        # every count in one statement, reviews and what the year proposes in one each
        assert len(sent) <= 3
        assert {line.kind: line.count for line in lines} == {"hints": 2000, "activation": 2004}
        assert {line.urgency for line in lines} == {Urgency.SOON, Urgency.LATER}
    session().expire_all()
    with counted() as sent:
        people = queries.list_bookable(scope, 2027)
        assert sum(len(p.qualifications) and len(p.qualifications[0].course.name) for p in people) > 0
    # qualifications come in batches of five hundred people
    assert (len(people), len(sent) <= 8) == (2005, True)
    with counted() as sent:
        away = queries.unavailable(true(), datetime.combine(YEAR_START, time()), datetime(2028, 1, 1))
    assert (len(away), len(sent)) == (2000, 2)
    with counted() as sent:
        assert len(queries.list_hints(scope)) == 500
    assert len(sent) == 1
