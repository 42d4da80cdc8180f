"""The page a scanned code opens: small, without sign-in, and without a trace of who answers."""

from __future__ import annotations

import secrets

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.web import public
from core import dead_ends
from core.db import transaction
from core.errors import Conflict, RuleBroken
from evaluations.queries import feedback as queries
from evaluations.services import feedback as services
from evaluations.views import trainee_pages
from score_forms.forms import SheetInput, read_sheet

COOKIE_DAYS = 30
TRIES = dead_ends.Tries("feedback", 30)
"""A hall full of people shares one address."""


def _cookie() -> str:
    return "__Host-phone" if current_app.config["HTTPS"] else "phone"


def _device() -> str:
    return request.cookies.get(_cookie(), "")[:64]


@trainee_pages.get("/s/<code>")
@public
def answer(code: str) -> ResponseReturnValue:
    """The form of a session, or why there is none."""
    return _page(code, SheetInput())


def _page(code: str, sheet: SheetInput, wrong: str = "") -> Response:
    found = queries.find_by_code(code) if len(code) <= 32 else None
    if found is None:
        return _unknown()
    row, ticket = found
    device = _device() or secrets.token_urlsafe(16)
    done = services.has_answered(row, ticket, device)
    page = render_template(
        "evaluations/trainee.html",
        row=row,
        code=code,
        sheet=sheet,
        wrong=wrong,
        done=done,
        refusal="" if done else services.refusal(row),
    )
    response = make_response(page, 422 if wrong else 200)
    # A random mark that says nothing but "this phone": it is what keeps one phone to one answer.
    response.set_cookie(
        _cookie(),
        device,
        max_age=COOKIE_DAYS * 86400,
        httponly=True,
        secure=current_app.config["HTTPS"],
        samesite="Lax",
    )
    return response


def _unknown() -> Response:
    return dead_ends.unknown(TRIES, gettext("学员评课"), gettext("没有这个评课码，请重新扫码。"))


@trainee_pages.post("/s/<code>")
@public
def hand_in(code: str) -> ResponseReturnValue:
    """Take the answer; sent twice over a bad line, it counts once and is thanked for twice."""
    found = queries.find_by_code(code) if len(code) <= 32 else None
    if found is None:
        return _unknown()
    sheet = read_sheet(found[0].form.lines, request.form)
    try:
        with transaction():
            services.receive(code, sheet.marks, sheet.comment, device=_device())
    except Conflict:
        # The same phone, twice at once: the other request has counted.
        pass
    except RuleBroken as refused:
        sheet.errors.update({v.subject: v.sentence for v in refused.violations})
        return _page(code, sheet, refused.sentence)
    return redirect(url_for("trainees.answer", code=code), 303)
