"""The organiser's hand: candidates of one session, choosing, pinning and clearing."""

from __future__ import annotations

from datetime import datetime

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.web import is_htmx, row_number
from scheduling.queries import sessions as session_queries
from scheduling.services import placing
from scheduling.snapshots.candidates import panel_of
from scheduling.snapshots.ways_out import proof_of, way_out
from scheduling.views import blueprint


@blueprint.get("/sessions/<int:session_id>/candidates")
@requires(P.SCHEDULE_EDIT)
def candidates(session_id: int) -> ResponseReturnValue:
    """Who could teach a session, where and when: as a page, or as the panel of the class page."""
    row = session_queries.get_own_session(current_scope(), session_id)
    search = request.args.get("q", "")[:60]
    name = "scheduling/_candidates.html" if is_htmx() else "scheduling/candidates.html"
    return render_template(name, panel=panel_of(row, search), row=row, search=search)


@blueprint.get("/sessions/<int:session_id>/ways-out")
@requires(P.SCHEDULE_EDIT)
def ways_out(session_id: int) -> ResponseReturnValue:
    """What would help a session that nobody, or nowhere, can be had for: as a page, or for the panel to load.

    The panel shows the changes at once, and asks for the proof after them.
    """
    row = session_queries.get_own_session(current_scope(), session_id)
    name = "scheduling/_ways_out.html" if is_htmx() else "scheduling/ways_out.html"
    return render_template(name, found=way_out(row, proves=not is_htmx()), row=row, waits=is_htmx())


@blueprint.get("/sessions/<int:session_id>/ways-out/proof")
@requires(P.SCHEDULE_EDIT)
def way_out_proof(session_id: int) -> ResponseReturnValue:
    """Why it cannot be had, for the panel to load."""
    row = session_queries.get_own_session(current_scope(), session_id)
    is_all = request.args.get("ways") == "0"
    return render_template("scheduling/_proof.html", gap_found=proof_of(row), is_all=is_all)


@blueprint.post("/sessions/<int:session_id>/place")
@requires(P.SCHEDULE_EDIT)
def place_session(session_id: int) -> ResponseReturnValue:
    """Choose person, room and time; refused with the rules that stand in the way."""
    choice = placing.Choice(_moment(), _id("instructor_id"), _id("venue_id"))
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        placing.place(row, choice, actor=current_actor(), seen=_seen())
    return _done(session_id, gettext("已排定。发布后才会通知讲师和基地。"))


@blueprint.post("/sessions/<int:session_id>/pins")
@requires(P.SCHEDULE_EDIT)
def pin_session(session_id: int) -> ResponseReturnValue:
    """Pin the ticked parts, let go of the others."""
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        placing.set_pins(row, request.form.getlist("pin"), actor=current_actor(), seen=_seen())
    return _done(session_id, gettext("固定的内容已保存，自动排课不会改动它们。"))


@blueprint.post("/sessions/<int:session_id>/clear")
@requires(P.SCHEDULE_EDIT)
def clear_session(session_id: int) -> ResponseReturnValue:
    """Leave parts open again."""
    parts = request.form.getlist("part") or list(placing.PARTS)
    with transaction():
        row = session_queries.get_own_session(current_scope(), session_id)
        placing.clear(row, parts, actor=current_actor(), seen=_seen())
    return _done(session_id, gettext("已清除。"))


def _done(session_id: int, text: str) -> ResponseReturnValue:
    if is_htmx():
        row = session_queries.get_own_session(current_scope(), session_id)
        answer = make_response(
            render_template("scheduling/_candidates.html", panel=panel_of(row), row=row, search="", done=text)
        )
        # The class page listens and reloads its grid.
        answer.headers["HX-Trigger"] = "session-placed"
        return answer
    flash(text, "success")
    row = session_queries.get_own_session(current_scope(), session_id)
    if request.form.get("stay"):
        return redirect(url_for("scheduling.candidates", session_id=session_id))
    return redirect(url_for("scheduling.show_class", class_id=row.class_id))


def _id(name: str) -> int | None:
    return row_number(request.form.get(name))


def _seen() -> int | None:
    return _id("version")


def _moment() -> datetime | None:
    raw = request.form.get("start", "")
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=None) if raw else None
    except ValueError as error:
        raise RuleBroken(gettext("这个时间看不懂。")) from error
