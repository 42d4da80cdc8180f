"""Signing in, out, and everything that must end a session."""

from __future__ import annotations

from collections.abc import Callable

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from accounts import services
from accounts.models import User
from core.db import session, transaction
from tests.factories.county import PASSWORD, PRODUCT_HASHER, County, sign_in_as


def test_a_stranger_sees_the_sign_in_page_with_401(client: FlaskClient, county: County) -> None:
    answer = client.get("/")
    assert answer.status_code == 401
    assert "登录名" in answer.get_data(as_text=True)


def test_the_cookie_is_worth_nothing_after_sign_out(app: Flask, county: County) -> None:
    browser = sign_in_as(app, "organiser")
    cookie = browser.get_cookie("sid")
    assert cookie is not None
    assert browser.get("/").status_code == 200
    browser.post("/sign-out")
    browser.set_cookie("sid", cookie.value)
    assert browser.get("/").status_code == 401


def test_disabling_ends_the_session_at_once(app: Flask, county: County) -> None:
    browser = sign_in_as(app, "organiser")
    with transaction():
        user = session().get(User, county.users["organiser"])
        assert user is not None
        services.disable(user, actor=county.actor("administrator"))
    assert browser.get("/").status_code == 401


def test_a_new_password_ends_other_browsers_and_keeps_this_one(app: Flask, county: County) -> None:
    one, two = sign_in_as(app, "organiser"), sign_in_as(app, "organiser")
    answer = one.post(
        "/password", data={"old": PASSWORD, "password": "another long one", "repeat": "another long one"}
    )
    assert answer.status_code == 302
    assert one.get("/").status_code == 200
    assert two.get("/").status_code == 401


def test_five_failures_lock_even_the_right_password(app: Flask, county: County) -> None:
    browser = sign_in_as(app, "auditor")
    for _ in range(5):
        assert browser.post("/sign-in", data={"login": "organiser", "password": "wrong"}).status_code == 401
    answer = browser.post("/sign-in", data={"login": "organiser", "password": PASSWORD})
    assert answer.status_code == 401
    assert "15 分钟" in answer.get_data(as_text=True)


def test_an_activation_code_works_once(app: Flask, county: County) -> None:
    with transaction():
        user = services.create_user("newcomer", "新人")
        code = services.issue_codes([user], actor=county.actor("organiser"))[user.id]
    form = {"code": code.lower(), "password": "long enough 1", "repeat": "long enough 1"}
    browser = sign_in_as(app, "auditor")
    browser.post("/sign-out")
    assert browser.post("/activate", data=form).status_code == 302
    assert browser.get("/").status_code == 200
    assert browser.post("/activate", data=form).status_code == 422


def test_a_post_without_token_is_refused(sign_in: Callable[[str], FlaskClient]) -> None:
    browser = sign_in("organiser")
    assert browser.post("/sign-out", headers={"X-CSRFToken": "no"}).status_code == 400


def test_next_never_leaves_the_site(app: Flask, county: County) -> None:
    browser = sign_in_as(app, "auditor")
    browser.post("/sign-out")
    answer = browser.post(
        "/sign-in", data={"login": "organiser", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/"


def test_the_products_own_hasher_is_slow_enough() -> None:
    """argon2id with 64 MiB and three passes, above what OWASP asks; pages are tested with a faster one."""
    made = PRODUCT_HASHER.hash(PASSWORD)
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert PRODUCT_HASHER.verify(made, PASSWORD)


def test_a_hash_of_weaker_days_is_made_anew_at_the_next_sign_in(app: Flask, county: County) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with transaction():
        session().get_one(User, county.users["organiser"]).password_hash = weak
    sign_in_as(app, "organiser")
    kept = session().get_one(User, county.users["organiser"]).password_hash
    assert kept is not None and kept != weak
    assert not services.HASHER.check_needs_rehash(kept)
