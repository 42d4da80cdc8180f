"""Visits without a class: held at once, answered or released, waiting, coming again, checked in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from accounts.access import SYSTEM
from bases.enums import BaseState
from bases.models import Closure, TeachingBase, Venue
from core import clock
from core.db import db, session, transaction
from core.errors import Conflict, RuleBroken
from courses.enums import Method
from notifications.models import OutboxMessage
from scheduling.enums import BookingState, CheckInSource, Offer, Rhythm, SessionState, VisitState
from scheduling.models import BaseMonth, Booking, CheckIn, Claim, Session, VisitSeries
from scheduling.models.base_months import count_all
from scheduling.queries.visit_figures import by_month, total
from scheduling.queries.visits import record_of
from scheduling.rules.visits import TRANSITIONS, Wish, days_of, may_become, shares
from scheduling.services import receiving, recurring, site_codes, visiting
from scheduling.services.places import become
from scheduling.snapshots.alternatives import find_alternatives, read_value
from tests.conftest import NOW
from tests.factories.county import County
from tests.factories.visits import ABOUT, MUSEUM, TUESDAY, asked, part, the

S = VisitState


def claims(visit_id: int) -> int:
    stmt = select(Claim).join(Booking, Claim.booking_id == Booking.id).where(Booking.visit_id == visit_id)
    return len(session().scalars(stmt).all())


def told(county: County, login: str) -> list[str]:
    stmt = select(OutboxMessage.title).where(OutboxMessage.user_id == county.users[login])
    return list(session().scalars(stmt.order_by(OutboxMessage.id)))


def do(
    act: Callable[..., object], visit_id: int, *args: object, county: County, login: str = "manager"
) -> None:
    with transaction():
        act(the(visit_id), *args, actor=county.actor(login))


def at(moment: datetime) -> None:
    """Move domain time."""
    clock.set_offset(clock._offset + (moment - clock.now()))


def test_a_visit_is_held_at_once_and_the_base_is_asked(county: County) -> None:
    visit = the(asked(county, groups=2, people=90))
    assert visit.state is S.HELD and visit.answer_by is not None
    assert abs(visit.answer_by - clock.now() - timedelta(hours=48)) < timedelta(minutes=1)
    assert sorted(b.seat for b in visit.bookings) == [0, 1] and claims(visit.id) == 2 * 6
    assert "请确认参观" in told(county, "manager")[-1]
    do(receiving.confirm, visit.id, county=county)
    visit = the(visit.id)
    assert visit.state is S.CONFIRMED
    assert {b.state for b in visit.bookings} == {BookingState.CONFIRMED}
    assert "参观已确认" in told(county, "contact")[-1]


@pytest.mark.parametrize(
    ("change", "code", "subject"),
    [
        ({"start": TUESDAY.replace(year=2026)}, "past", "day"),
        ({"start": datetime(2027, 5, 22, 9)}, "hours", "day"),
        ({"start": TUESDAY.replace(hour=17)}, "hours", "at"),
        ({"people": 81}, "capacity", "people"),
        ({"people": 200, "groups": 3}, "groups", "groups"),
        ({"people": 0}, "people", "people"),
        ({"minutes": 10}, "minutes", "minutes"),
        ({"start": datetime(2027, 5, 19, 9)}, "closed", "day"),
        ({"start": datetime(2027, 5, 11, 9)}, "lead", "day"),
    ],
)
def test_a_visit_is_refused_at_its_field(
    county: County, change: dict[str, object], code: str, subject: str
) -> None:
    with transaction() as db_session:
        base = db_session.get_one(TeachingBase, county.bases[MUSEUM])
        base.lead_time = 2
        day = date(2027, 5, 19)
        db_session.add(
            Closure(base_id=base.id, first_day=day, last_day=day, reason="布展", recorded_at=clock.now())
        )
    with pytest.raises(RuleBroken) as refused:
        asked(county, **change)
    assert [(v.code, v.subject) for v in refused.value.violations] == [(code, subject)]


def test_a_base_that_is_not_bookable_takes_nobody(county: County) -> None:
    with transaction() as db_session:
        db_session.get_one(TeachingBase, county.bases[MUSEUM]).state = BaseState.RECTIFYING
    with pytest.raises(RuleBroken, match="整改中"):
        asked(county)


def test_batches_of_a_day_are_counted(county: County) -> None:
    with transaction() as db_session:
        db_session.get_one(Venue, county.venues[MUSEUM]).max_per_day = 2
    asked(county)
    asked(county, start=TUESDAY.replace(hour=14))
    with pytest.raises(visiting.Full, match="一天最多接待 2 批"):
        asked(county, start=TUESDAY.replace(hour=11))


def test_states_follow_the_table_and_nothing_else(county: County) -> None:
    visit = the(asked(county))
    for before, after in product(S, S):
        visit.state = before
        if may_become(before, after):
            become(visit, after)
            assert visit.state is after
        else:
            with pytest.raises(RuleBroken):
                become(visit, after)
    assert {s for s, after in TRANSITIONS.items() if not after} == {S.WITHDRAWN}
    session().rollback()


@pytest.mark.parametrize(
    "row",
    [
        {"session_id": None, "visit_id": None},
        {"kind": "instructor"},
        {"with_session": True},
    ],
)
def test_the_database_keeps_a_booking_to_one_party(county: County, row: dict[str, object]) -> None:
    visit_id = asked(county)
    values = {
        "visit_id": visit_id,
        "session_id": county.sessions[0] if row.pop("with_session", False) else None,
        "kind": "venue",
        "resource_id": 1,
        "day": date(2027, 6, 1),
        "from_unit": 1,
        "to_unit": 2,
        "seat": 0,
        "state": "released",
        "asked_at": clock.now(),
        "answer_reason": "",
        "version": 1,
    } | row
    session().rollback()
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(insert(Booking.__table__).values(values))


def test_a_decline_frees_the_place_and_says_why(county: County) -> None:
    visit_id = asked(county)
    with pytest.raises(RuleBroken):
        do(receiving.decline, visit_id, " ", county=county)
    do(receiving.decline, visit_id, "设备检修", county=county)
    visit = the(visit_id)
    assert visit.state is S.DECLINED and visit.answer_reason == "设备检修" and claims(visit_id) == 0
    assert "基地不能接待" in told(county, "contact")[-1]


def test_a_stale_answer_is_a_conflict(county: County) -> None:
    visit_id = asked(county)
    with pytest.raises(Conflict), transaction():
        receiving.confirm(the(visit_id), actor=SYSTEM, seen=99)


def test_what_nobody_answers_is_released_and_who_waits_moves_up(county: County) -> None:
    first, second = asked(county), asked(county)
    with pytest.raises(visiting.Full):
        asked(county)
    large = asked(county, wait=True, groups=2)
    small, third = asked(county, wait=True), asked(county, wait=True)
    assert the(large).state is S.WAITING and claims(large) == 0
    do(receiving.confirm, second, county=county)
    at(clock.now() + timedelta(hours=49))
    with transaction():
        assert receiving.release_overdue() == 1
    # The first in line needs two seats: whoever fits moves up, in order.
    assert [the(v).state for v in (first, large, small, third)] == [S.RELEASED, S.WAITING, S.HELD, S.WAITING]
    assert "已释放" in told(county, "contact")[-2] or "候补有空位了" in told(county, "contact")[-1]
    do(visiting.withdraw, small, "改期", county=county, login="contact")
    assert the(third).state is S.HELD
    do(receiving.decline, second, "检修", county=county)
    do(receiving.decline, third, "检修", county=county)
    assert the(large).state is S.HELD and claims(large) == 2 * 6


def test_the_job_ends_waiting_in_vain_and_notes_who_did_not_come(county: County) -> None:
    seats = [asked(county), asked(county)]
    waiting = asked(county, wait=True)
    for visit_id in seats:
        do(receiving.confirm, visit_id, county=county)
    at(TUESDAY + timedelta(minutes=10))
    with transaction():
        receiving.release_overdue()
        assert receiving.note_no_shows() == 0
    assert the(waiting).state is S.RELEASED
    booking = the(seats[0]).bookings[0].id
    with transaction():
        row = session().get_one(Booking, booking)
        receiving.check_in(row, 38, actor=SYSTEM, source=CheckInSource.CODE)
    at(TUESDAY + timedelta(hours=30))
    with transaction():
        assert receiving.note_no_shows() == 1
    assert [the(v).state for v in seats] == [S.ARRIVED, S.NO_SHOW]
    record = record_of(county.units["东镇"])
    assert (record.came, record.missed, record.percent) == (1, 1, 50)
    counted = total(by_month([county.bases[MUSEUM]], 2027))
    assert (counted.visits, counted.people, counted.groups, counted.missed) == (1, 38, 1, 1)
    # The base puts right what the job noted.
    with transaction():
        row = session().get_one(Booking, the(seats[1]).bookings[0].id)
        receiving.check_in(row, 20, actor=SYSTEM, source=CheckInSource.BASE)
    assert the(seats[1]).state is S.ARRIVED
    both = total(by_month([county.bases[MUSEUM]], 2027))
    assert (both.visits, both.people, both.missed) == (2, 58, 0)
    do(receiving.mark_no_show, seats[1], county=county)
    assert the(seats[1]).check_in is None and record_of(county.units["东镇"]).missed == 1
    assert total(by_month([county.bases[MUSEUM]], 2027)) == counted


@pytest.mark.databases
def test_months_are_kept_as_they_would_be_counted_anew(county: County) -> None:
    """A visit that came, moved by hand to another base's month; a session held on site that is put right later."""
    visit_id = asked(county)
    at(TUESDAY)
    with transaction():
        row = session().get_one(Booking, the(visit_id).bookings[0].id)
        receiving.check_in(row, 30, actor=SYSTEM, source=CheckInSource.BASE)
    with transaction():
        the(visit_id).start = datetime(2027, 9, 2, 9)
        lesson = session().get_one(Session, county.sessions[0])
        lesson.method, lesson.venue_id, lesson.start = Method.ON_SITE, county.venues[MUSEUM], NOW
        lesson.state, lesson.attendance = SessionState.HELD, 41
    kept = _months(county)
    assert [
        (m.month.month, m.visits, m.people, m.sessions, m.trainees) for m in kept if m.visits + m.sessions
    ] == [
        (5, 0, 0, 1, 41),
        (9, 1, 30, 0, 0),
    ]
    with db.engine.begin() as connection:
        count_all(connection)
    assert _months(county) == [m for m in kept if m.visits + m.sessions + m.missed]


def _months(county: County) -> list[Row[Any]]:
    """What is kept of the museum, by month."""
    columns = BaseMonth.__table__.columns
    stmt = select(*columns).where(BaseMonth.base_id == county.bases[MUSEUM]).order_by(BaseMonth.month)
    found = list(session().execute(stmt))
    session().rollback()
    return found


def test_nobody_checks_in_twice_or_before_the_day(county: County) -> None:
    visit_id = asked(county)
    row = the(visit_id).bookings[0]
    with pytest.raises(RuleBroken, match="还没有到这一天"):
        receiving.check_in(row, 5, actor=SYSTEM, source=CheckInSource.BASE)
    at(TUESDAY)
    with pytest.raises(RuleBroken, match="人数"):
        receiving.check_in(row, 0, actor=SYSTEM, source=CheckInSource.BASE)
    with transaction():
        receiving.check_in(session().get_one(Booking, row.id), 5, actor=SYSTEM, source=CheckInSource.BASE)
    with pytest.raises(RuleBroken):
        receiving.check_in(session().get_one(Booking, row.id), 5, actor=SYSTEM, source=CheckInSource.BASE)
    session().rollback()
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        values = {
            "visit_id": visit_id,
            "people": 1,
            "groups": 1,
            "at": clock.now(),
            "source": "base",
            "by": "",
        }
        connection.execute(insert(CheckIn.__table__).values(values))


def test_a_code_is_signed_and_runs_out(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    code = site_codes.make_code(7)
    assert site_codes.read_code(code) == 7
    _number, seconds, sign = code.split("-")
    for forged in (
        f"8-{seconds}-{sign}",
        f"7-{int(seconds) + 60}-{sign}",
        f"7-{seconds}-{sign[:-1]}x",
        "x",
        "",
    ):
        assert site_codes.read_code(forged) is None
    real = clock.instant()
    monkeypatch.setattr(clock, "instant", lambda: real + timedelta(minutes=16))
    assert site_codes.read_code(code) is None


def test_what_is_offered_can_be_had_at_once(county: County) -> None:
    seats = [asked(county), asked(county)]
    room = session().get_one(Venue, county.venues[MUSEUM])
    path = county.unit("东镇").path
    wish = Wish(TUESDAY, 90, 40)
    offers = find_alternatives(room, wish, path)
    assert {offer.kind for offer in offers} == {Offer.OTHER_TIME, Offer.NEAR}
    assert offers[0].parts[0][1].start.date() == TUESDAY.date()
    near = next(offer for offer in offers if offer.kind is Offer.NEAR)
    assert near.parts[0][0] != room.id and near.km is not None
    assert read_value(near.value) == list(near.parts)
    for offer in offers:
        with transaction():
            parts = [visiting.Part(*each) for each in read_value(offer.value) or []]
            visiting.take(the(seats[0]), parts, actor=county.actor("contact"))
        assert the(seats[0]).state is S.HELD and the(seats[0]).start == offer.parts[0][1].start


def test_a_party_too_large_is_offered_smaller_groups(county: County) -> None:
    room = session().get_one(Venue, county.venues[MUSEUM])
    path = county.unit("东镇").path
    at_once = find_alternatives(room, Wish(TUESDAY, 90, 120), path)[0]
    assert at_once.kind is Offer.GROUPS and at_once.parts[0][1].groups == 2
    asked(county)
    later = find_alternatives(room, Wish(TUESDAY, 90, 120), path)[0]
    assert later.kind is Offer.SPLIT
    assert [(w.people, w.start.time()) for _venue, w in later.parts] == [(60, time(9)), (60, time(10, 30))]
    with transaction():
        parts = [visiting.Part(*each) for each in later.parts]
        made = visiting.ask(county.unit("东镇"), parts, ABOUT, actor=county.actor("contact"))
        assert [visit.people for visit in made] == [60, 60]


def test_a_recurring_visit_lists_what_it_skips_and_makes_it_up(county: County) -> None:
    with transaction() as db_session:
        day = date(2027, 5, 25)
        db_session.add(
            Closure(
                base_id=county.bases[MUSEUM],
                first_day=day,
                last_day=day,
                reason="布展",
                recorded_at=clock.now(),
            )
        )
    with transaction():
        series = recurring.ask_series(
            county.unit("东镇"),
            part(county),
            ABOUT,
            (Rhythm.WEEKLY, date(2027, 6, 8)),
            actor=county.actor("contact"),
        )
        series_id = series.id
    series = session().get_one(VisitSeries, series_id)
    assert [v.start.day for v in series.visits] == [18, 1, 8]
    assert [day.day for day, _reason in recurring.skipped_days(series)] == [25]
    with transaction():
        series = session().get_one(VisitSeries, series_id)
        other = part(county, start=datetime(2027, 5, 26, 9))
        recurring.make_up(series, date(2027, 5, 25), other, actor=county.actor("contact"))
    series = session().get_one(VisitSeries, series_id)
    assert recurring.skipped_days(series) == []
    do(receiving.decline, series.visits[0].id, "检修", county=county)
    series = session().get_one(VisitSeries, series_id)
    assert [day.day for day, _reason in recurring.skipped_days(series)] == [18]
    with transaction():
        series = session().get_one(VisitSeries, series_id)
        assert recurring.withdraw_rest(series, "取消", actor=county.actor("contact")) == 3
    with pytest.raises(RuleBroken, match="一年以内"):
        recurring.ask_series(
            county.unit("东镇"), part(county), ABOUT, (Rhythm.MONTHLY, date(2029, 1, 1)), actor=SYSTEM
        )


def test_days_of_a_rhythm_and_shares_of_a_party() -> None:
    assert days_of(Rhythm.WEEKLY, date(2027, 5, 18), date(2027, 6, 1)) == [
        date(2027, 5, 18),
        date(2027, 5, 25),
        date(2027, 6, 1),
    ]
    assert days_of(Rhythm.MONTHLY, date(2027, 1, 31), date(2027, 4, 30)) == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]
    assert shares(10, 3) == [4, 3, 3]
