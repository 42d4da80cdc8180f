"""After an exit or the end of a term nothing new is booked, by anybody; what was booked is listed and matched anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from accounts.access import SYSTEM
from core.db import session, transaction
from core.errors import Conflict, RuleBroken
from instructor_pool.enums import AnswerSource, ExitReason, PoolState
from instructor_pool.models import Instructor
from instructor_pool.services import life
from scheduling.enums import BookingState, ResourceKind, RunState
from scheduling.models import Booking, MatchRun, Session
from scheduling.queries.clashes import clashes_of
from scheduling.services import answering
from scheduling.services.placing import Choice, place
from scheduling.services.rematching import rematch
from scheduling.snapshots import build_problem, key
from scheduling.snapshots.keys import Key
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
DAY = date(2027, 6, 7)


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


def her(county: County) -> Instructor:
    return session().get_one(Instructor, county.instructors["王芳"])


@pytest.fixture
def published(sign_in: SignIn, county: County) -> int:
    """王芳 is told of one lesson and has accepted it: the session's id."""
    with transaction():
        row = session().get_one(Session, county.sessions[0])
        choice = Choice(datetime(2027, 6, 7, 8, 30), county.instructors["王芳"], county.venues["东镇党校"])
        place(row, choice, actor=county.actor("organiser"))
    url = f"/scheduling/classes/{county.classes['B001']}/publish"
    assert sign_in("organiser").post(url, data={"note": "比例不足已报告"}).status_code == 302
    with transaction():
        booking = session().scalars(select(Booking).where(Booking.kind == ResourceKind.INSTRUCTOR)).one()
        answering.answer(booking, accept=True, source=AnswerSource.PHONE, actor=county.actor("organiser"))
    return county.sessions[0]


def leave(county: County) -> None:
    with transaction():
        life.leave(
            her(county), why=ExitReason.OWN_REQUEST, day=date(2027, 5, 10), actor=county.actor("approver")
        )


def booking(county: County, **fields: object) -> Booking:
    usual = {"session_id": county.sessions[0], "kind": ResourceKind.INSTRUCTOR, "resource_id": county.instructors["王芳"], "day": DAY, "from_unit": 34, "to_unit": 43, "seat": 0, "state": BookingState.HELD, "asked_at": datetime(2027, 5, 10)}  # fmt: skip
    return Booking(**(usual | fields))


@pytest.mark.parametrize(
    ("person", "goes_in"),
    [
        ({}, True),
        ({"state": PoolState.RENEWAL_DUE}, True),
        ({"term_end": DAY, "term_start": DAY}, True),
        ({"term_start": None, "term_end": None}, True),
        ({"term_end": date(2027, 6, 6)}, False),
        ({"term_start": date(2027, 6, 8)}, False),
        *(
            ({"state": state}, False)
            for state in PoolState
            if state not in (PoolState.APPOINTED, PoolState.RENEWAL_DUE)
        ),
    ],
)
def test_the_database_itself_takes_no_booking_outside_state_and_term(
    county: County, person: dict[str, object], goes_in: bool
) -> None:
    with transaction():
        for name, value in person.items():
            setattr(her(county), name, value)
        if her(county).state is PoolState.MERGED:
            her(county).merged_into_id = county.instructors["李强"]
    if goes_in:
        with transaction():
            session().add(booking(county))
        return
    with pytest.raises(Conflict), transaction():
        session().add(booking(county))
    with transaction():
        session().add(booking(county, state=BookingState.DECLINED))
    for change in ({"state": BookingState.CONFIRMED}, {"state": BookingState.HELD}):
        with pytest.raises(Conflict), transaction():
            session().execute(update(Booking).values(**change))
    with transaction():
        session().add(booking(county, resource_id=county.instructors["李强"]))
    with pytest.raises(Conflict), transaction():
        session().execute(
            update(Booking)
            .where(Booking.state == BookingState.HELD)
            .values(resource_id=county.instructors["王芳"])
        )


def test_what_stands_when_somebody_leaves_can_still_be_answered_and_held(
    county: County, published: int
) -> None:
    leave(county)
    with transaction():
        row = session().scalars(select(Booking).where(Booking.kind == ResourceKind.INSTRUCTOR)).one()
        row.state = BookingState.HELD
        session().flush()
        row.state = BookingState.CONFIRMED
        session().flush()
        row.state = BookingState.RELEASED


def test_nobody_who_left_is_placed_by_hand_or_offered_to_matching(county: County, published: int) -> None:
    leave(county)
    snapshot = build_problem(county.units["嘉祥县"], 2027)
    gone = {i.id: i for i in snapshot.problem.instructors}.get(
        key(Key.INSTRUCTOR, county.instructors["王芳"])
    )
    assert gone is None or gone.busy[0][0] == datetime(2027, 1, 1)
    with transaction(), pytest.raises(RuleBroken):
        choice = Choice(datetime(2027, 6, 7, 14, 0), county.instructors["王芳"], county.venues["东镇党校"])
        place(session().get_one(Session, county.sessions[1]), choice, actor=SYSTEM)


def test_matching_anew_lets_go_of_the_person_and_asks_for_a_run(county: County, published: int) -> None:
    organiser = county.actor("organiser")
    with transaction(), pytest.raises(RuleBroken, match="没有需要改派"):
        rematch([], actor=organiser)
    leave(county)
    scope = SYSTEM.scope("schedule_edit")  # type: ignore[arg-type]
    with transaction():
        clashes = clashes_of(scope, county.instructors["王芳"])
        [run] = rematch(clashes, actor=organiser)
        assert (run.state, run.class_ids, run.title) == (
            RunState.QUEUED,
            [county.classes["B001"]],
            "改派 1 节课",
        )
    row = session().get_one(Session, published)
    assert (row.instructor_id, row.pinned_instructor) == (None, False)
    assert (row.told_instructor_id, row.venue_id) == (county.instructors["王芳"], county.venues["东镇党校"])
    with pytest.raises(Conflict, match="已有一次自动排课在进行"), transaction():
        rematch(clashes_of(scope, county.instructors["王芳"]), actor=organiser)


def test_the_button_on_the_file_and_on_the_list(sign_in: SignIn, county: County, published: int) -> None:
    leave(county)
    organiser = sign_in("organiser")
    person = county.instructors["王芳"]
    for url in (f"/scheduling/instructors/{person}/clashes", "/scheduling/clashes"):
        assert "重新配讲师" in body(organiser.get(url))
    assert "重新配讲师" not in body(sign_in("approver").get(f"/scheduling/instructors/{person}/clashes"))
    assert sign_in("approver").post("/scheduling/clashes/rematch").status_code == 403
    outsider = sign_in("outsider").post("/scheduling/clashes/rematch", data={"instructor_id": person})
    assert outsider.status_code == 422
    done = organiser.post("/scheduling/clashes/rematch", data={"instructor_id": person})
    run = session().scalars(select(MatchRun)).one()
    assert (done.status_code, done.location) == (302, f"/scheduling/runs/{run.id}")
