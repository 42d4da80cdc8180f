"""A supervisor's sheet that is sent more than once counts once; the browser's side is in tests/browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import session, transaction
from core.errors import Conflict
from evaluations import services
from evaluations.models import SessionScore
from tests.evaluations.test_scores import POSTED, hold, marks, text_of
from tests.factories.county import Browser, County, visitor

SignIn = Callable[[str], Browser]
JSON = {"Accept": "application/json"}
KEY = "abcdefghij0123456789"


def count() -> int:
    return session().scalar(select(func.count()).select_from(SessionScore)) or 0


def test_a_sheet_sent_again_is_thanked_for_and_counted_once(sign_in: SignIn, county: County) -> None:
    with transaction():
        url = f"/scores/sessions/{hold(county, 0).id}"
    evaluator = sign_in("evaluator")
    key = re.search(r'name="key" value="([\w-]{16,40})"', text_of(evaluator.get(url)))
    assert key
    sheet = POSTED | {"key": key[1]}
    answers = [evaluator.post(url, data=sheet, headers=JSON) for _ in range(3)]
    assert [(a.status_code, a.get_json()) for a in answers] == [(200, {"state": "sent"})] * 3
    assert count() == 1
    assert evaluator.post(url, data=sheet).status_code == 302, "the plain form may be sent again as well"
    other = evaluator.post(url, data=POSTED | {"key": KEY}, headers=JSON)
    assert other.status_code == 422 and "您已经评过这次课" in other.get_json()["detail"]
    assert count() == 1


def test_what_is_wrong_is_told_a_script_in_words(sign_in: SignIn, county: County) -> None:
    with transaction():
        url = f"/scores/sessions/{hold(county, 0).id}"
    wrong = sign_in("evaluator").post(url, data={"key": KEY}, headers=JSON)
    assert wrong.status_code == 422 and wrong.get_json()["detail"] == "评分表有 6 处要改。"
    assert {v["subject"] for v in wrong.get_json()["violations"]} >= {"political", "content"}
    assert count() == 0


def test_a_key_that_is_none_is_not_taken_for_one(sign_in: SignIn, county: County) -> None:
    with transaction():
        urls = [f"/scores/sessions/{hold(county, n).id}" for n in (0, 1)]
    evaluator = sign_in("evaluator")
    for url in urls:
        assert evaluator.post(url, data=POSTED | {"key": "'; --"}, headers=JSON).status_code == 200
    assert session().scalars(select(SessionScore.key)).all() == [None, None]
    assert evaluator.post(urls[0], data=POSTED, headers=JSON).status_code == 422


def test_the_database_refuses_one_key_twice(county: County) -> None:
    with transaction():
        services.score_session(hold(county, 0), marks(), actor=county.actor("evaluator"), key=KEY)
    with pytest.raises(Conflict), transaction():
        services.score_session(hold(county, 1), marks(), actor=county.actor("evaluator2"), key=KEY)
    assert count() == 1


def test_who_is_signed_in_is_told_before_sending(app: Flask, sign_in: SignIn, county: County) -> None:
    said = sign_in("evaluator").get("/scores/present", headers=JSON).get_json()
    assert said["user"] == county.users["evaluator"] and len(said["token"]) > 20
    assert visitor(app).get("/scores/present", headers=JSON).status_code == 401
    assert sign_in("organiser").get("/scores/present", headers=JSON).status_code == 403
