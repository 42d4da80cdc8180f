"""Four answers are nobody's business: neither their words nor their mean is on any page or export of anybody."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from core.db import session, transaction
from evaluations.models import FeedbackRound
from evaluations.services import feedback as services
from tests.evaluations.test_feedback import answer, opened
from tests.factories.county import Browser, County

SignIn = Callable[[str], Browser]
# 16 + 6 + 8 + 24 of the four indicators: a mean that stands nowhere else.
MARKS = {"attitude": 16, "content": 6, "method": 8, "effect": 24}
MEAN = "54.0"
EXPORT = re.compile(r"export=[a-z]+")
WORDS = re.compile(r"第\d句")
ROLES = ("organiser", "approver", "evaluator", "instructor", "manager", "contact")


def text_of(answer: TestResponse) -> str:
    """What a person reads of an answer: a page without its drawings, or every part of a workbook or document."""
    data = answer.get_data()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return re.sub(r"<svg.*?</svg>", "", data.decode("utf-8", "replace"), flags=re.S)


def looked_at(app: Flask, browser: Browser, ids: dict[str, int]) -> dict[str, str]:
    """Every page whose address can be made of the ids, with the exports that its links offer, as text."""
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or not rule.arguments <= set(ids):
            continue
        with app.test_request_context():
            built = rule.build({name: ids[name] for name in rule.arguments})
        assert built is not None
        page = browser.get(built[1])
        if page.status_code != 200:
            continue
        found[built[1]] = text_of(page)
        for ending in set(EXPORT.findall(found[built[1]])):
            found[f"{built[1]}?{ending}"] = text_of(browser.get(f"{built[1]}?{ending}"))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_four_answers_are_told_nobody(app: Flask, sign_in: SignIn, county: County, role: str) -> None:
    found = opened(county)
    for n in range(4):
        answer(found, n, **MARKS)
    with transaction():
        services.close_round(session().get_one(FeedbackRound, found.id), actor=county.actor("organiser"))
    ids = {
        "session_id": county.sessions[0],
        "class_id": county.classes["B001"],
        "instructor_id": county.instructors["王芳"],
        "base_id": county.bases["东镇党校"],
        "round_id": found.id,
    }
    pages = looked_at(app, sign_in(role), ids)
    assert len(pages) > 10 and any("export=" in url for url in pages)
    assert [url for url, said in pages.items() if WORDS.search(said) or MEAN in said] == []


def test_a_fifth_answer_shows_them(app: Flask, sign_in: SignIn, county: County) -> None:
    """The control: the same walk finds words and mean where they may be read."""
    found = opened(county)
    for n in range(5):
        answer(found, n, **MARKS)
    with transaction():
        services.close_round(session().get_one(FeedbackRound, found.id), actor=county.actor("organiser"))
    url = f"/scores/sessions/{county.sessions[0]}/feedback"
    organiser = sign_in("organiser")
    for ending in ("", "?export=xlsx"):
        assert WORDS.search(text_of(organiser.get(url + ending))), ending
    assert MEAN in text_of(organiser.get(f"/scores/classes/{county.classes['B001']}"))
