"""Scoring held sessions."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from evaluations import queries, services
from evaluations.views import blueprint
from score_forms.enums import Purpose
from score_forms.forms import SheetInput, read_sheet
from score_forms.web import form_in_force

KEY = re.compile(r"[A-Za-z0-9_-]{16,40}")


@blueprint.get("/scores/")
@requires(P.SCORE_VIEW)
def index() -> ResponseReturnValue:
    """Held sessions and their scores."""
    table = queries.held_table(current_scope(), current_actor())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("evaluations/list.html", page=table.page(request.args))


@blueprint.get("/scores/sessions/<int:session_id>")
@requires(P.SCORE_VIEW)
def score(session_id: int) -> ResponseReturnValue:
    """A held session: its scores, and the form for those who may score it."""
    return _page(session_id, SheetInput())


def _page(session_id: int, sheet: SheetInput) -> str:
    actor = current_actor()
    scope = current_scope(P.SCORE_VIEW)
    row = queries.get_held_session(scope, session_id)
    mine = queries.find_score(row.id, actor.user_id)
    may_score = actor.can(P.SESSION_SCORE) and mine is None and not queries.teaches(actor, row)
    context: dict[str, Any] = {"row": row, "mine": mine, "sheet": sheet, "may_score": may_score}
    context["key"] = request.form.get("key") or secrets.token_urlsafe(16)
    # Whoever is still to score does so before seeing the others.
    context["scores"] = [] if may_score else queries.list_scores(row.id)
    context["form"] = form_in_force(Purpose.SUPERVISION, row.training_class.owner.path) if may_score else None
    context["is_own"] = queries.teaches(actor, row)
    # A township sees the lessons it hosts, not the files of lecturers it borrows from the county.
    context["may_open_rating"] = row.instructor is not None and scope.covers(row.instructor.owner.path)
    return render_template("evaluations/score.html", **context)


@blueprint.post("/scores/sessions/<int:session_id>")
@requires(P.SESSION_SCORE)
def hand_in(session_id: int) -> ResponseReturnValue:
    """Hand in one's sheet on a session; scripts that kept it ask for JSON and may send it more than once."""
    row = queries.get_held_session(current_scope(), session_id)
    sheet = read_sheet(form_in_force(Purpose.SUPERVISION, row.training_class.owner.path).lines, request.form)
    key, actor = request.form.get("key", "").strip(), current_actor()
    key = key if KEY.fullmatch(key) else ""
    if queries.is_in(session_id, actor.user_id, key):
        return _sent(session_id)
    try:
        with transaction():
            row = queries.get_held_session(current_scope(), session_id)
            services.score_session(row, sheet.marks, sheet.comment, actor=actor, key=key)
            name = row.instructor.name if row.instructor else ""
            rating = row.instructor.rating if row.instructor else 0
    except RuleBroken as refused:
        if queries.is_in(session_id, actor.user_id, key):
            # The same sheet, twice at once: the other request was faster.
            return _sent(session_id)
        if not refused.violations or _wants_json():
            raise
        sheet.errors.update({v.subject: v.sentence for v in refused.violations})
        return _page(session_id, sheet), 422
    flash(gettext("评分已交，%(name)s 现在 %(rating)s 分。", name=name, rating=rating), "success")
    return _sent(session_id)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _sent(session_id: int) -> ResponseReturnValue:
    if _wants_json():
        return {"state": "sent"}
    return redirect(url_for("evaluations.score", session_id=session_id))


@blueprint.get("/scores/present")
@requires(P.SESSION_SCORE)
def present() -> ResponseReturnValue:
    """Who is signed in now, with a fresh token: what is asked before sheets kept in the browser are sent."""
    return {"user": current_actor().user_id, "token": generate_csrf()}
