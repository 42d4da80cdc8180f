"""Of a large plan only what is near a session is read: it must say the same as the whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from bases.enums import BaseKind
from bases.models import TeachingBase
from core.db import session, transaction
from core.errors import RuleBroken
from courses.models import Course
from instructor_pool.models import Instructor
from party_lessons.enums import PostKind
from party_lessons.models import Obligation, Post
from party_lessons.rules import SCHEME_A
from party_lessons.services.obligations import new_scheme
from scheduling import engine
from scheduling.enums import HalfDay
from scheduling.models import Session
from scheduling.services import placing
from scheduling.snapshots import Desk, desk, near_sites, nearby, number
from scheduling.snapshots.desk import Option
from scheduling.snapshots.kept_desks import forget
from scheduling.snapshots.rooms_in_use import RoomsInUse
from tests.factories.county import County, make_class, make_session
from tests.factories.scheduling import place

MONDAY = date(2027, 6, 7)
AT = datetime(2027, 6, 7, 8, 30)


def busy(county: County) -> None:
    """A session on the desk's day, some in its month, many in the year, and a leader who owes a lesson."""
    with transaction():
        owner = county.unit("嘉祥县")
        theory = session().get_one(Course, county.courses["党的创新理论专题"])
        place(session().get_one(Session, county.sessions[0]), AT, county, "李强", "东镇党校")
        days = [
            MONDAY,
            MONDAY + timedelta(days=3),
            date(2027, 6, 21),
            *(date(2027, 9, n) for n in range(1, 25)),
        ]
        for n, day in enumerate(day for day in days if day.weekday() < 5):
            klass = make_class(owner, f"C{n:03d}", [day])
            row = make_session(klass, 1, day, HalfDay.AFTERNOON, theory)
            who = "王芳" if n % 3 else "李强"
            place(row, datetime.combine(day, datetime.min.time().replace(hour=14)), county, who, "西镇分教点")
        # Somebody who does not teach theory has the other room when the desk's session is held.
        skills = session().get_one(Course, county.courses["公文写作"])
        stranger = make_session(make_class(owner, "D001", [MONDAY]), 1, MONDAY, HalfDay.MORNING, skills)
        place(stranger, AT, county, "单雄", "西镇分教点")
        post = Post(
            holder_id=county.instructors["赵书记"],
            unit_id=owner.id,
            kind=PostKind.AREA_SECRETARY,
            title="党委书记",
            starts=date(2026, 1, 1),
        )
        session().add(post)
        scheme = new_scheme("区域书记", SCHEME_A)
        session().add(scheme)
        session().flush()
        session().add(
            Obligation(post_id=post.id, scheme_id=scheme.id, year=2027, need=1, deadline=date(2027, 12, 31))
        )


def both(
    county: County, monkeypatch: pytest.MonkeyPatch, n: int, *, is_brief: bool = False
) -> tuple[Desk, Desk]:
    """The desk of a session of the whole plan, and of what is near."""
    found = []
    for large in (10**9, 0):
        forget()
        monkeypatch.setattr(nearby, "LARGE", large)
        nearby._sizes.clear()
        found.append(desk(county.units["嘉祥县"], 2027, county.sessions[n], is_brief=is_brief))
    return found[0], found[1]


def facts(options: list[Option]) -> list[object]:
    return [(o.start, o.instructor, o.venue, o.delta, o.parts, o.reasons) for o in options]


@pytest.mark.parametrize(("n", "is_brief"), [(0, False), (1, False), (2, False), (0, True), (1, True)])
def test_near_says_the_same_as_the_whole(
    county: County, monkeypatch: pytest.MonkeyPatch, n: int, is_brief: bool
) -> None:
    busy(county)
    whole, near = both(county, monkeypatch, n, is_brief=is_brief)
    assert len(near.snapshot.problem.sessions) < len(whole.snapshot.problem.sessions)
    one, other = whole.ranking(), near.ranking()
    assert {c.instructor: (c.start, c.venue, c.parts) for c in one.candidates} == {
        c.instructor: (c.start, c.venue, c.parts) for c in other.candidates
    }
    assert [c.delta for c in one.candidates] == [c.delta for c in other.candidates]
    assert whole.now() == near.now()
    if n == 0:
        # Of a session without a place, times propose whoever is best but for the load of the year.
        assert facts(whole.times()) == facts(near.times())
    assert facts(whole.rooms(one.candidates[0])) == facts(near.rooms(one.candidates[0]))
    teaching = {c.instructor for c in one.candidates}
    loads = [
        {who: load for who, load in at.loads((2027, 6), sorted(teaching)).items()} for at in (whole, near)
    ]
    assert loads[0] == loads[1]


def test_a_room_that_a_stranger_has_is_full_and_not_closed(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(county)
    venue = f"v{county.venues['西镇分教点']}"
    for is_brief in (False, True):
        _whole, near = both(county, monkeypatch, 0, is_brief=is_brief)
        spot = next(o for o in near.rooms(None) if o.venue == venue)
        assert spot.reasons == (engine.Reason.VENUE_BUSY,)
        assert bool(near.snapshot.taken) == is_brief
        assert near.stand_ins() == _whole.stand_ins()


def test_of_many_bases_the_nearest_are_read_and_those_asked_about(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(county)
    whole, _near = both(county, monkeypatch, 0, is_brief=True)
    monkeypatch.setattr(near_sites, "MOST_BASES", 0)
    # Lessons of the day and of its class have the first two rooms: these are there in any case.
    hall = county.venues["红色纪念馆"]
    asked = {(): False, (hall,): True, None: True}
    options = {o.venue: facts([o]) for o in whole.rooms(None)}
    for venues, is_there in asked.items():
        forget()
        at = desk(county.units["嘉祥县"], 2027, county.sessions[0], is_brief=True, venues=venues)
        rooms = {number(venue.id) for venue in at.snapshot.problem.venues}
        assert rooms == {*county.venues.values()} - (set() if is_there else {hall})
        assert all(facts([o]) == options[o.venue] for o in at.rooms(None))


def test_the_nearest_bases_of_the_right_kind_come_first(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = session().get_one(Session, county.sessions[0])
    found = session().scalars(near_sites._nearest(TeachingBase.id.is_not(None), row)).all()
    kinds = [session().get_one(TeachingBase, base).kind is BaseKind.PRACTICE_POINT for base in found]
    assert kinds == sorted(kinds) and len(set(kinds)) == 2


def test_without_any_room_people_are_told_that_rooms_are_full(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(county)
    with transaction():
        skills = session().get_one(Course, county.courses["公文写作"])
        klass = make_class(county.unit("嘉祥县"), "D002", [MONDAY])
        stranger = make_session(klass, 1, MONDAY, HalfDay.MORNING, skills)
        place(stranger, AT, county, None, "东镇党校")
        row = session().get_one(Session, county.sessions[0])
        row.start = row.instructor_id = row.venue_id = None
    whole, near = both(county, monkeypatch, 0, is_brief=True)
    one, other = whole.ranking(), near.ranking()
    assert {c.instructor: c.venue for c in one.candidates} == {
        c.instructor: c.venue for c in other.candidates
    }
    teaching = {x.instructor for x in other.excluded}
    reasons = {x.instructor: x.reasons for x in one.excluded if x.instructor in teaching}
    assert reasons == {x.instructor: x.reasons for x in other.excluded}
    closed = engine.Excluded("i1", (engine.Reason.CAPACITY, engine.Reason.VENUE_CLOSED))
    [told] = RoomsInUse(near.snapshot, near.session).told_of_all([closed])
    assert set(told.reasons) == {engine.Reason.CAPACITY, engine.Reason.VENUE_BUSY}


def test_a_limit_of_the_year_counts_what_was_not_read(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(county)
    with transaction():
        session().get_one(Instructor, county.instructors["王芳"]).max_per_year = 12
    monkeypatch.setattr(nearby, "LARGE", 0)
    nearby._sizes.clear()
    forget()
    row = session().get_one(Session, county.sessions[0])
    choice = placing.Choice(AT, county.instructors["王芳"], county.venues["东镇党校"])
    with pytest.raises(RuleBroken) as refused, transaction():
        placing.place(row, choice, actor=county.actor("organiser"))
    assert [v.code for v in refused.value.violations] == ["max_total"]


def test_a_desk_of_what_may_be_rolled_back_is_not_kept(county: County) -> None:
    forget()
    seat = session().get_one(Session, county.sessions[0])
    wanted = (seat.training_class.owner_id, seat.training_class.year, seat.id)
    with pytest.raises(ZeroDivisionError), transaction():
        session().get_one(Session, county.sessions[0]).day = date(2027, 6, 11)
        session().flush()
        written = desk(*wanted)
        raise ZeroDivisionError
    kept = desk(*wanted)
    assert kept is not written and kept is desk(*wanted)
