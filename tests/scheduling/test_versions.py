"""Published versions: what changed from one to the next, and going back to one, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from accounts.access import SYSTEM
from core.db import session, transaction
from core.errors import RuleBroken
from instructor_pool.models import Instructor
from scheduling.enums import SessionState
from scheduling.models import Booking, Session, TrainingClass
from scheduling.queries import versions
from scheduling.queries.sessions import list_sessions
from scheduling.rules import LIVE
from scheduling.services import publishing, restoring
from tests.factories.county import Browser, County
from tests.factories.scheduling import place

SignIn = Callable[[str], Browser]
MORNING, AFTERNOON = datetime(2027, 6, 7, 8, 30), datetime(2027, 6, 7, 14)


def the(session_id: int) -> Session:
    return session().get_one(Session, session_id)


def klass_of(county: County) -> TrainingClass:
    return session().get_one(TrainingClass, county.classes["B001"])


def publish(county: County) -> None:
    with transaction():
        publishing.publish(klass_of(county), actor=SYSTEM, note="已报批")


def two_versions(county: County) -> None:
    """The first: one session of 王芳. The second: 李强 has it, and there is another."""
    with transaction():
        place(the(county.sessions[0]), MORNING, county, "王芳", "东镇党校")
    publish(county)
    with transaction():
        place(the(county.sessions[0]), MORNING, county, "李强", "东镇党校")
        place(the(county.sessions[1]), AFTERNOON, county, "王芳", "东镇党校")
    publish(county)


def restore(county: County, number: int = 1) -> restoring.Restored:
    with transaction():
        klass = klass_of(county)
        version = versions.get_version(klass, number)
        return restoring.restore(klass, version, reason="误发", actor=SYSTEM)


def live_people(county: County) -> list[int]:
    stmt = select(Booking.resource_id).where(Booking.kind == "instructor", Booking.state.in_(LIVE))
    return list(session().scalars(stmt))


def test_a_version_says_what_it_changed(county: County) -> None:
    two_versions(county)
    lines = versions.changelog(versions.get_version(klass_of(county), 2))
    assert [(x.before, x.after) for x in lines] == [
        ("6月7日 周一 8:30 · 王芳 · 东镇党校", "6月7日 周一 8:30 · 李强 · 东镇党校"),
        ("", "6月7日 周一 14:00 · 王芳 · 东镇党校"),
    ]
    back = versions.since(versions.get_version(klass_of(county), 1), list_sessions(county.classes["B001"]))
    assert [(x.before, x.after) for x in back] == [(x.after, x.before) for x in lines]


def test_going_back_is_a_new_version_and_people_are_told(county: County) -> None:
    two_versions(county)
    done = restore(county)
    assert (done.published.version.number, done.withdrawn, done.left) == (3, 1, ())
    first, second = the(county.sessions[0]), the(county.sessions[1])
    assert (first.told_instructor_id, first.is_told) == (county.instructors["王芳"], True)
    assert (second.state, second.start, second.told_start) == (SessionState.PLANNED, None, None)
    assert live_people(county) == [county.instructors["王芳"]]
    one, three = (versions.get_version(klass_of(county), n).rows for n in (1, 3))
    assert one == three
    with pytest.raises(RuleBroken, match="不用恢复"):
        restore(county)


def test_what_breaks_a_rule_today_stays_and_is_named(county: County) -> None:
    two_versions(county)
    with transaction():
        person = county.instructors["王芳"]
        session().get_one(Instructor, person).term_end = datetime(2027, 5, 31).date()
        the(county.sessions[1]).instructor_id = None
    done = restore(county)
    assert the(county.sessions[0]).told_instructor_id == county.instructors["李强"]
    assert done.withdrawn == 1 and ["王芳" in sentence for sentence in done.left] == [True]


def test_pages_of_versions(county: County, sign_in: SignIn) -> None:
    two_versions(county)
    browser, there = sign_in("organiser"), f"/scheduling/classes/{county.classes['B001']}/versions"
    page = browser.get(f"{there}/1").get_data(as_text=True)
    assert "恢复到这一版" in page and "6月7日 周一 14:00 · 王芳 · 东镇党校" in page
    assert "最新发布的一版" in browser.get(f"{there}/2").get_data(as_text=True)
    assert browser.get(f"{there}/9").status_code == 404
    assert browser.post(f"{there}/1/restore", data={"reason": " "}).status_code == 422
    done = browser.post(f"{there}/1/restore", data={"reason": "误发", "version": klass_of(county).version})
    assert "发布为第 3 版" in browser.get(done.location).get_data(as_text=True)
    stale = browser.post(f"{there}/2/restore", data={"reason": "误发", "version": 1})
    assert stale.status_code == 409 and klass_of(county).published_version == 3
