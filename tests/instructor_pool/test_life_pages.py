"""Every state × every action × every role on the pages: what the domain forbids is refused with its reason, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import session, transaction
from instructor_pool.enums import EngagementMode, PoolAction, PoolState
from instructor_pool.models import Instructor, StateChange
from tests.factories.county import LOGINS, Browser, County, make_instructor, visitor
from tests.instructor_pool.test_life import ALLOWED, DECISIONS

SignIn = Callable[[str], Browser]
A, S = PoolAction, PoolState
ITSELF = {A.REVIEW, A.FALL_DUE}
FOR_APPOINTED = {A.SIGN_LETTER, A.APPOINT, A.RENEW}
FILLED = {
    "reason": "理由", "why": "own_request", "day": "2027-05-10", "start": "2027-06-01", "end": "2029-05-31", "certificate": "第1号",
}  # fmt: skip


def wanted(state: S, action: A, mode: EngagementMode) -> S | None:
    """Where the action leads, written out by hand in test_life; None where the domain forbids it."""
    is_appointed = mode is EngagementMode.APPOINTED
    if (action is A.ADMIT and is_appointed) or (action in FOR_APPOINTED and not is_appointed):
        return None
    return ALLOWED[state].get(action)


def url(person_id: int, action: A) -> str:
    kind = "decisions" if action in DECISIONS else "steps"
    return f"/instructors/{person_id}/{kind}/{action.value}"


def body(answer: object) -> str:
    return answer.get_data(as_text=True)  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def person(county: County) -> int:
    with transaction():
        return make_instructor(county.unit("嘉祥县"), "试探", [], term_end=date(2027, 6, 30)).id


def put(person_id: int, state: S, mode: EngagementMode) -> None:
    with transaction():
        row = session().get_one(Instructor, person_id)
        row.state, row.engagement_mode = state, mode


def steps_of(person_id: int) -> int:
    stmt = select(func.count()).where(StateChange.instructor_id == person_id)
    return session().scalar(stmt) or 0


@pytest.mark.parametrize("mode", [EngagementMode.APPOINTED, EngagementMode.INVITED])
# The page of a merged file is that of the kept one.
@pytest.mark.parametrize("state", [s for s in S if s is not S.MERGED])
def test_whoever_may_act_is_offered_what_is_allowed_and_told_why_not_else(
    sign_in: SignIn, person: int, state: S, mode: EngagementMode
) -> None:
    put(person, state, mode)
    browsers = {False: sign_in("organiser"), True: sign_in("approver")}
    for action in A:
        browser, where = browsers[action in DECISIONS], (state, action, mode)
        if action in ITSELF:
            assert browser.get(url(person, action)).status_code == 404, where
            assert browser.post(url(person, action), data=FILLED).status_code == 404, where
        elif wanted(state, action, mode) is not None:
            assert browser.get(url(person, action)).status_code == 200, where
        else:
            for refused in (browser.get(url(person, action)), browser.post(url(person, action), data=FILLED)):
                page = body(refused)
                assert refused.status_code == 422, where
                assert "试探" in page and state.label in page and f"不能「{action.label}」" in page, where
    assert (session().get_one(Instructor, person).state, steps_of(person)) == (state, 0)


@pytest.mark.parametrize("action", list(A))
def test_each_role_reaches_its_own_actions_only(app: Flask, sign_in: SignIn, person: int, action: A) -> None:
    state = next((s for s in S if wanted(s, action, EngagementMode.APPOINTED)), S.NOMINATED)
    put(person, state, EngagementMode.APPOINTED)
    may = "approver" if action in DECISIONS else "organiser"
    for login in LOGINS:
        if login != may:
            for refused in (
                sign_in(login).get(url(person, action)),
                sign_in(login).post(url(person, action), data=FILLED),
            ):
                assert refused.status_code == 403, (login, action)
    if may == "organiser":
        assert sign_in("outsider").post(url(person, action), data=FILLED).status_code == 404
        swapped = f"/instructors/{person}/decisions/{action.value}"
        assert sign_in("approver").post(swapped, data=FILLED).status_code == 404
    else:
        assert (
            sign_in("organiser").post(f"/instructors/{person}/steps/{action.value}", data=FILLED).status_code
            == 404
        )
    assert visitor(app).get(url(person, action)).status_code == 401
    assert (session().get_one(Instructor, person).state, steps_of(person)) == (state, 0)
