"""The page the code on the screen opens: without sign-in, small, and silent about who is on the roster."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.web import public
from core import clock, dead_ends
from core.db import transaction
from core.errors import Conflict, NotFound, RuleBroken
from trainees.queries import attending as queries
from trainees.rules import why_no_code
from trainees.services import attending as services
from trainees.views import open_pages

CODES = dead_ends.Tries("attendance", 30)
NAMES = dead_ends.Tries("roster", 120)
"""Names not found: a hall full of people shares one address."""


@open_pages.route("/attend/<code>", methods=["GET", "POST"])
@public
def check_in(code: str) -> ResponseReturnValue:
    """Name and four characters in; there, once."""
    session_id = services.read_code(code)
    row = queries.find_scanned(session_id) if session_id is not None else None
    if row is None or session_id is None:
        return _unknown()
    if request.method == "GET":
        return _page(row, "", done=request.args.get("done") == "1")
    name, tail = request.form.get("name", "")[:80], request.form.get("tail", "")[:8]
    try:
        with transaction():
            found = queries.find_scanned(session_id)
            if found is None:
                raise NotFound(gettext("签到码不对或已过期，请重新扫屏幕上的码。"))
            services.check_in(found, name, tail)
    except Conflict:
        # The same person, twice at once: the other request has counted.
        pass
    except RuleBroken as refused:
        return _refused(session_id, name, refused.sentence)
    return redirect(url_for("attendance.check_in", code=code, done=1), 303)


def _refused(session_id: int, name: str, sentence: str) -> Response:
    with transaction():
        found = queries.find_scanned(session_id)
        if found is not None:
            services.count_wrong(found, name)
    many = dead_ends.too_many(NAMES, gettext("上课签到"))
    row = queries.find_scanned(session_id)
    return many or make_response(_page(row, sentence, done=False, name=name), 422)


def _page(row: object, wrong: str, *, done: bool, name: str = "") -> str:
    why = why_no_code(row.state, row.start, row.end, clock.now())  # type: ignore[attr-defined]
    return render_template("trainees/check_in.html", row=row, wrong=wrong, done=done, why=why, name=name)


def _unknown() -> Response:
    return dead_ends.unknown(CODES, gettext("上课签到"), gettext("签到码不对或已过期，请重新扫屏幕上的码。"))
