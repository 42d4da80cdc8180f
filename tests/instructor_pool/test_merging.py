"""Doubles: found by keys, told apart for good, merged with nothing lost."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from werkzeug.datastructures import MultiDict

from accounts.access import SYSTEM, Scope
from accounts.enums import P
from core.audit import AuditRecord
from core.db import db, session, transaction
from core.errors import Conflict, RuleBroken
from core.pinyin import plain_pinyin, search_text, sound
from instructor_pool import queries
from instructor_pool.enums import AnswerSource, EngagementMode, Grade, PoolState, SourceCategory
from instructor_pool.models import Instructor, Qualification, Unavailability
from instructor_pool.rules.merging import POLICY
from instructor_pool.services import activation, certificates, merging, register
from party_lessons.enums import PostKind
from party_lessons.models import Credit, Obligation, Post, Scheme
from party_lessons.services.obligations import ensure_schemes
from scheduling.enums import BookingState, ResourceKind
from scheduling.models import Booking, Claim, Session
from tests.factories.county import County
from tests.factories.statements import counted
from tests.instructor_pool.test_pages import SignIn, text_of

PEOPLE = 20_000


def double(county: County, **fields: object) -> Instructor:
    """A second file of 王芳, inside the running transaction."""
    said = {"name": "王芳", "work_unit": "县委党校", "source_category": SourceCategory.SCHOLAR} | fields
    person = register.enter(county.unit("嘉祥县"), actor=SYSTEM, reason="导入", **said)  # type: ignore[arg-type]
    session().flush()
    return person


def original(county: County) -> Instructor:
    return session().get_one(Instructor, county.instructors["王芳"])


def pairs(county: County) -> set[tuple[str, str]]:
    stmt = queries.duplicates_table(SYSTEM.scope(P.POOL_EDIT)).stmt
    return {(a.name, b.name) for a, b, _rank in session().execute(stmt)}


def test_every_column_that_refers_to_a_person_says_what_a_merge_does() -> None:
    """A new table cannot be forgotten: it fails here until its column says `moves` or `stays`."""
    silent = [
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "instructor" for key in column.foreign_keys)
        and POLICY not in column.info
    ]
    assert silent == []


def test_columns_without_a_foreign_key_are_known_followers() -> None:
    """What points at people without a key: bookings and their claims, which the scheduling follower moves."""
    loose = {
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if not column.foreign_keys
        and column.name in ("resource_id", "person_id", "instructor_id", "holder_id")
    }
    assert loose == {"booking.resource_id", "claim.resource_id"}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ({"name": "王芳"}, {"name": "王芳"}, True),
        ({"name": "王芳"}, {"name": "汪方"}, True),
        ({"name": "张胜"}, {"name": "臧森"}, True),
        ({"name": "王芳", "work_unit": "甲"}, {"name": "王芳", "work_unit": "乙"}, False),
        ({"name": "王芳", "work_unit": "甲", "phone": "13800000001"}, {"name": "汪芳", "work_unit": "乙", "phone": "13800000001"}, True),
        ({"name": "王芳", "work_unit": "甲", "phone": "13800000001"}, {"name": "李强", "work_unit": "甲", "phone": "13800000001"}, False),
        ({"name": "王芳", "work_unit": "甲", "birth_month": date(1980, 3, 1)}, {"name": "王芳", "work_unit": "乙", "birth_month": date(1980, 3, 1)}, True),
        ({"name": "王芳", "id_number": "11010519491231002X"}, {"name": "王芳", "id_number": "440524188001010014"}, False),
    ],
)  # fmt: skip
def test_what_makes_two_files_look_alike(
    county: County, one: dict[str, object], other: dict[str, object], alike: bool
) -> None:
    with transaction():
        before = pairs(county)
        double(county, **({"work_unit": "新单位"} | one))
        double(county, **({"work_unit": "新单位"} | other))
        assert (len(pairs(county) - before) == 1) == alike


def test_the_same_number_in_two_pools_is_found_by_who_sees_both(county: County) -> None:
    with transaction():
        for unit in ("嘉祥县", "邻县"):
            person = register.enter(
                county.unit(unit), actor=SYSTEM, reason="导入", name=f"某{unit}", id_number="440524188001010014",
                source_category=SourceCategory.OTHER, engagement_mode=EngagementMode.INVITED,
            )  # fmt: skip
            assert person.name
        session().flush()
        assert ("某嘉祥县", "某邻县") in pairs(county) or ("某邻县", "某嘉祥县") in pairs(county)
        own = Scope(subtrees=frozenset({county.unit("嘉祥县").path}))
        assert session().scalar(queries.count_duplicates(own)) == 0


def test_nothing_is_lost_in_a_merge(county: County) -> None:
    actor = county.actor("organiser")
    with transaction():
        kept, closed = original(county), double(county, phone="13811112222", research="基层治理")
        kept_id, closed_id = kept.id, closed.id
        course = county.courses["公文写作"]
        shared = county.courses["嘉祥党史"]
        rows = [
            Qualification(instructor_id=closed_id, course_id=course, cleared_on=date(2027, 1, 1)),
            Qualification(instructor_id=closed_id, course_id=shared, cleared_on=date(2027, 1, 1)),
            Unavailability(
                instructor_id=closed_id, starts=datetime(2027, 7, 1), ends=datetime(2027, 7, 2),
                grade=Grade.CANNOT, source=AnswerSource.PHONE,
            ),
        ]  # fmt: skip
        session().add_all(rows)
        lesson = session().get_one(Session, county.sessions[0])
        lesson.told_instructor_id = closed_id
        booking = Booking(
            session_id=lesson.id, kind=ResourceKind.INSTRUCTOR, resource_id=closed_id, day=date(2027, 6, 7),
            from_unit=34, to_unit=43, state=BookingState.CONFIRMED, asked_at=datetime(2027, 5, 10),
        )  # fmt: skip
        unit = county.unit("嘉祥县")
        posts = [
            Post(
                holder_id=i,
                unit_id=unit.id,
                title="书记",
                kind=PostKind.AREA_SECRETARY,
                starts=date(2026, 1, 1),
            )
            for i in (kept_id, closed_id)
        ]
        session().add_all([booking, *posts])
        session().flush()
        ensure_schemes()
        scheme = session().query(Scheme.id).order_by(Scheme.id).first()
        owed = {"year": 2027, "scheme_id": scheme.id, "deadline": date(2027, 12, 31)}  # type: ignore[union-attr]
        duties = [Obligation(post_id=p.id, **owed) for p in posts]
        session().add_all(duties)
        session().flush()
        duties[1].credits.append(Credit(session_ref=lesson.id, day=date(2027, 3, 1), is_held=True))
        session().flush()
        before = totals()
        told = {line.label: (line.moving, line.staying) for line in merging.preview(kept, closed)}
        assert told == {
            "可授课程": (1, 1), "按日期登记的时间": (1, 0), "经历": (0, 1), "党课责任职务": (0, 1),
            "已发布的课次": (1, 0), "授课预约": (1, 0),
        }  # fmt: skip
        merging.merge(kept, closed, taken=["research", "phone"], actor=actor)
        steps = {"pool_state_change": 2, "duty_event": 1}
        assert {name: n - steps.get(name, 0) for name, n in totals().items()} == before
    kept, closed = session().get_one(Instructor, kept_id), session().get_one(Instructor, closed_id)
    assert (closed.state, closed.merged_into_id, closed.phone) == (PoolState.MERGED, kept_id, None)
    assert (kept.research, kept.phone, kept.state) == ("基层治理", "13811112222", PoolState.APPOINTED)
    assert course in {q.course_id for q in kept.qualifications}
    assert session().get_one(Session, county.sessions[0]).told_instructor_id == kept_id
    assert session().scalars(
        select(Booking.resource_id).where(Booking.kind == ResourceKind.INSTRUCTOR)
    ).all() == [kept_id]
    assert set(session().scalars(select(Claim.resource_id).where(Claim.kind == "instructor"))) == {kept_id}
    mine, other = (session().get_one(Obligation, d.id) for d in duties)
    assert (len(mine.credits), len(other.credits), "已并入" in other.exemption_reason) == (1, 0, True)
    assert {c.instructor_id for c in queries.list_history(kept_id)} == {kept_id, closed_id}
    record = session().scalars(select(AuditRecord).order_by(AuditRecord.id.desc())).first()
    assert record is not None and "授课预约 1" in record.subject


def totals() -> dict[str, int]:
    """Rows of every table but the trail and the claims, which triggers rewrite."""
    return {
        table.name: session().scalar(select(func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
        if table.name not in ("audit_record", "duty_change")
    }


def test_what_stands_in_the_way_is_said_and_nothing_moves(county: County) -> None:
    actor = county.actor("organiser")
    with transaction():
        kept, closed = original(county), double(county)
        for person in (kept, closed):
            session().add(
                Booking(
                    session_id=county.sessions[0],
                    kind=ResourceKind.INSTRUCTOR,
                    resource_id=person.id,
                    day=date(2027, 6, 7),
                    from_unit=34,
                    to_unit=43,
                    state=BookingState.HELD,
                    asked_at=datetime(2027, 5, 10),
                )
            )
        session().flush()
        with pytest.raises(RuleBroken) as refused:
            merging.merge(kept, closed, actor=actor)
        assert ["同一时间都有课" in v.sentence for v in refused.value.violations] == [True]
        gone = session().get_one(Instructor, county.instructors["孙退"])
        with pytest.raises(RuleBroken) as refused:
            merging.merge(gone, kept, actor=actor)
        assert "请换过来" in refused.value.violations[0].sentence


def test_bookings_outside_the_kept_term_are_named(county: County) -> None:
    """The database would refuse them; the sentence says what to do."""
    with transaction():
        kept, closed = original(county), double(county)
        session().add(
            Booking(
                session_id=county.sessions[0],
                kind=ResourceKind.INSTRUCTOR,
                resource_id=closed.id,
                day=date(2028, 6, 7),
                from_unit=34,
                to_unit=43,
                state=BookingState.HELD,
                asked_at=datetime(2027, 5, 10),
            )
        )
        session().flush()
        with pytest.raises(RuleBroken) as refused:
            merging.merge(kept, closed, actor=county.actor("organiser"))
        assert "请先续聘" in refused.value.violations[0].sentence
        merging.merge(closed, kept, actor=county.actor("organiser"))


def test_accounts_go_along_and_other_roles_stay(county: County) -> None:
    with transaction():
        kept, closed = original(county), double(county)
        activation.issue_codes([closed], actor=county.actor("organiser"))
        spare, mine = closed.user, kept.user
        assert spare is not None and mine is not None
        merging.merge(kept, closed, actor=county.actor("organiser"))
        assert (kept.user, closed.user, spare.disabled, mine.disabled) == (mine, None, True, False)


def test_told_apart_is_remembered_also_through_a_merge(county: County) -> None:
    actor = county.actor("organiser")
    with transaction():
        first, second, third = original(county), double(county), double(county)
        merging.tell_apart(second, third, reason="两位老师", actor=actor)
        merging.merge(first, second, actor=actor)
        assert queries.told_apart(first.id, third.id) is not None
        assert session().scalar(queries.count_duplicates(actor.scope(P.POOL_EDIT))) == 0
        with pytest.raises(RuleBroken, match="已经记为"):
            merging.tell_apart(first, third, actor=actor)


def test_the_pages_compare_merge_and_tell_apart(sign_in: SignIn, county: County) -> None:
    with transaction():
        other = double(county, phone="13811112222").id
    mine, browser = county.instructors["王芳"], sign_in("organiser")
    page = text_of(browser.get("/instructors/duplicates"))
    assert "姓名读音和单位相同" in page and f"/instructors/duplicates/{mine}/{other}" in page
    url = f"/instructors/duplicates/{mine}/{other}"
    page = text_of(browser.get(url))
    assert "138****2222" in page and "13811112222" not in page and "左右对换" in page
    assert browser.get("/instructors/duplicates?export=xlsx").status_code == 200
    assert sign_in("outsider").get(url).status_code == 404
    assert browser.get(f"/instructors/duplicates/{mine}/{mine}").status_code == 404
    assert browser.post(f"{url}/apart", data={"reason": "父子"}).status_code == 302
    # The message offers to undo it; the list has it no more.
    assert f"{url}/together" in text_of(browser.get("/instructors/duplicates"))
    assert url not in text_of(browser.get("/instructors/duplicates"))
    assert "父子" in text_of(browser.get(url))
    assert browser.post(f"{url}/together").status_code == 302
    versions = {"kept_version": "1", "closed_version": "99"}
    assert browser.post(f"{url}/merge", data=versions).status_code == 409
    assert browser.post(f"{url}/merge", data={"taken": ["phone", "nonsense"]}).status_code == 302
    assert browser.get(f"/instructors/{other}").headers["Location"].endswith(f"/instructors/{mine}")
    assert browser.post(f"{url}/merge").status_code == 422


def test_a_merged_file_takes_no_step_any_more(county: County) -> None:
    with transaction():
        kept, closed = original(county), double(county)
        merging.merge(kept, closed, actor=county.actor("organiser"))
        assert queries.pick_people(SYSTEM.scope(P.POOL_VIEW), "王芳") == [kept]
    with pytest.raises(Conflict), transaction():
        session().get_one(Instructor, closed.id).state = PoolState.APPOINTED


def test_twenty_thousand_people_are_searched_by_keys(app: Flask, county: County) -> None:
    owner = county.units["嘉祥县"]
    given = "伟芳娜敏静强磊军洋勇艳杰涛明超兰霞平刚桂"
    surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
    rows = []
    for n in range(PEOPLE):
        name = surnames[n % 20] + given[n // 20 % 20] + given[n // 400 % 20]
        rows.append(
            {
                "owner_id": owner, "name": name, "name_pinyin": plain_pinyin(name), "name_sound": sound(name),
                "search_text": search_text(name), "work_unit": f"单位{n % 1000}", "state": PoolState.APPOINTED,
                "source_category": SourceCategory.OTHER, "engagement_mode": EngagementMode.INVITED, "row_key": str(n),
                "birth_month": date(1960 + n % 37, 1 + n % 12, 1),
            }
        )  # fmt: skip
    with transaction():
        session().execute(insert(Instructor), rows)
    with app.test_request_context(), counted() as sent:
        page = queries.duplicates_table(SYSTEM.scope(P.POOL_EDIT)).page(MultiDict())
    # 8 000 names, each again in the same unit 8 000 people later; names that sound alike come on top.
    assert len(sent) == 2 and page.total >= PEOPLE - 8_000


@pytest.mark.parametrize("of_closed", [False, True])
def test_one_person_holds_one_certificate_afterwards(county: County, of_closed: bool) -> None:
    """Of two the one of the term that is kept holds; the other is withdrawn, and anybody who checks it is told."""
    with transaction():
        kept = original(county)
        closed = double(
            county,
            engagement_mode=EngagementMode.APPOINTED,
            term_start=date(2027, 1, 1),
            term_end=date(2029, 1, 1),
        )
        held = [certificates.issue(person, actor=SYSTEM) for person in (kept, closed)]
        merging.merge(kept, closed, taken=["term"] if of_closed else [], actor=county.actor("organiser"))
        assert {row.instructor_id for row in held} == {kept.id}
        assert [row.withdrawn_on is None for row in held] == [not of_closed, of_closed]
        assert kept.certificate_number == held[of_closed].number
