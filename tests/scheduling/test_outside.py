"""Bookings that lie outside opening times which were changed after they were made."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from accounts.access import EVERYTHING, SYSTEM
from bases.models import TeachingBase
from bases.services import opening, register
from bases.services.opening import Limits, SeasonFields
from core import calendars
from core.calendars import DayRule
from core.db import session, transaction
from core.workdays import Standing
from notifications.models import OutboxMessage
from scheduling.models import OutsideHours
from scheduling.queries.clashes import clashes_of_base, list_clashes
from scheduling.queries.visits import count_stopped, list_stopped
from scheduling.services import outside, publishing
from scheduling.snapshots import build_problem
from tests.factories.county import Browser, County
from tests.factories.visits import MUSEUM, TUESDAY, asked
from tests.scheduling.test_lists import klass_of, plan_all

MORNINGS = [(day, time(8), time(12)) for day in range(7)]


def base(county: County) -> TeachingBase:
    return session().get_one(TeachingBase, county.bases[MUSEUM])


def published(county: County) -> None:
    with transaction():
        plan_all(county)
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM)


def test_a_lesson_outside_the_new_week_is_a_clash_and_its_planner_is_told(county: County) -> None:
    published(county)
    lesson = next(
        b for b in build_problem(county.unit("嘉祥县").id, 2027).problem.sessions if not b.needs_instructor
    )
    assert lesson.current.start is not None and lesson.current.start.hour >= 12
    assert list_clashes(EVERYTHING) == []
    with transaction():
        register.set_hours(base(county), MORNINGS, actor=SYSTEM)
    [clash] = clashes_of_base(EVERYTHING, county.bases[MUSEUM])
    assert (clash.name, clash.reason) == (MUSEUM, "这一天只开放 8:00–12:00")
    told = [m.title for m in session().query(OutboxMessage) if m.user_id == county.users["organiser"]]
    assert told[-1] == "红色纪念馆的开放时间改了，有 1 个预约要另行安排"
    with transaction():  # said once
        register.set_hours(base(county), MORNINGS, actor=SYSTEM)
        register.set_hours(base(county), [], actor=SYSTEM)
    assert list_clashes(EVERYTHING) == [] and session().query(OutsideHours).count() == 0
    again = [m.title for m in session().query(OutboxMessage) if m.user_id == county.users["organiser"]]
    assert again == told


@pytest.mark.parametrize("how", ["season", "special", "calendar"])
def test_a_visit_outside_seasons_single_days_and_holidays_has_to_move(county: County, how: str) -> None:
    asked(county)
    assert count_stopped(EVERYTHING) == 0
    afternoon = time(14), time(17)
    with transaction():
        if how == "season":
            week = [(day, *afternoon) for day in range(7)]
            opening.save_season(base(county), SeasonFields("夏令", 501, 930, week), actor=SYSTEM)
        elif how == "special":
            opening.open_specially(base(county), TUESDAY.date(), [afternoon], "布展", actor=SYSTEM)
        else:
            opening.set_limits(base(county), Limits(closed_on_holidays=True), actor=SYSTEM)
            calendars.keep(2027, Standing.OFFICIAL, [(TUESDAY.date(), DayRule.HOLIDAY, "假")], by="test")
            outside.review_calendar([TUESDAY.date()])
    [visit] = list_stopped(EVERYTHING, EVERYTHING, county.bases[MUSEUM])
    assert visit.start == TUESDAY
    told = [m.title for m in session().query(OutboxMessage) if m.user_id == county.users["contact"]]
    assert told[-1].startswith("参观要改时间")


def test_what_is_within_the_minute_is_not_outside(county: County) -> None:
    """Quarter hours are rounded up; opening times are not."""
    asked(county, start=datetime(2027, 5, 18, 9), minutes=100)
    with transaction():
        register.set_hours(base(county), [(1, time(9), time(10, 40))], actor=SYSTEM)
    assert count_stopped(EVERYTHING) == 0


def test_lessons_and_visits_to_move_stand_on_the_pages(county: County, sign_in: object) -> None:
    published(county)
    asked(county, start=datetime(2027, 5, 18, 14))
    with transaction():
        register.set_hours(base(county), MORNINGS, actor=SYSTEM)
    browser: Browser = sign_in("organiser")  # type: ignore[operator]
    for address in ("/scheduling/clashes", f"/scheduling/bases/{county.bases[MUSEUM]}/to-move"):
        page = browser.get(address).text
        assert "这一天只开放 8:00–12:00" in page and "重温入党誓词" in page and "东镇" in page
    assert date(2027, 5, 18).isoformat() not in page
