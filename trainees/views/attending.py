"""Attendance of a session: ticked on the list, shown as a code on the screen, printed to be signed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock, qr
from core.db import transaction
from core.errors import RuleBroken
from core.excel import workbook_response
from core.files import MIME, FileKind, download_bytes
from core.tables import wants_export
from core.web import row_numbers
from scheduling.enums import SessionState
from scheduling.queries.sessions import get_session
from trainees.enums import Came
from trainees.forms import ReasonForm
from trainees.notices import sign_in
from trainees.queries import attending as queries
from trainees.queries.rosters import list_of_class
from trainees.rules import why_no_code
from trainees.services import attending as services
from trainees.views import blueprint


@blueprint.get("/sessions/<int:session_id>")
@requires(P.TRAINEE_VIEW)
def attendance(session_id: int) -> ResponseReturnValue:
    """Everybody on the roster, and what is known of them."""
    row = get_session(current_scope(), session_id)
    table = queries.sheet_table(row)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "trainees/attendance.html",
        row=row,
        page=table.page(request.args),
        tally=queries.tally_of(row),
        why_no_code=why_no_code(row.state, row.start, row.end, clock.now()),
        may_edit=current_actor().can(P.ATTENDANCE_EDIT),
        may_hold=row.state is SessionState.PUBLISHED
        and row.end is not None
        and row.end <= clock.now()
        and current_actor().scope(P.SCHEDULE_EDIT).covers(row.training_class.owner.path),
    )


def _chosen(row: Any) -> list[Any]:
    return list_of_class(row.class_id, row_numbers(request.form.getlist("ids")))


@blueprint.post("/sessions/<int:session_id>/marks")
@requires(P.ATTENDANCE_EDIT)
def mark(session_id: int) -> ResponseReturnValue:
    """Present, absent, or the record taken back, for the ticked lines."""
    came = {"present": Came.PRESENT, "absent": Came.ABSENT}.get(request.form.get("came", ""))
    with transaction():
        row = get_session(current_scope(), session_id)
        count = services.mark(row, _chosen(row), came, actor=current_actor())
    flash(gettext("已登记 %(count)s 人。", count=count), "success")
    return redirect(url_for("rosters.attendance", session_id=session_id))


@blueprint.post("/sessions/<int:session_id>/leave")
@requires(P.ATTENDANCE_EDIT)
def leave(session_id: int) -> ResponseReturnValue:
    """Leave for the ticked lines: first the reason is asked for, then it is recorded."""
    row = get_session(current_scope(), session_id)
    form, rows = ReasonForm(), _chosen(row)
    if not rows:
        raise RuleBroken(gettext("请先选择学员。"))
    if "reason" not in request.form or not form.validate_on_submit():
        if "reason" not in request.form:
            form = ReasonForm(formdata=None)
        page = render_template("trainees/leave.html", row=row, form=form, rows=rows)
        return page, 422 if "reason" in request.form else 200
    with transaction():
        row = get_session(current_scope(), session_id)
        reason = form.reason.data or ""
        count = services.mark(row, _chosen(row), Came.LEAVE, reason=reason, actor=current_actor())
    flash(gettext("已登记 %(count)s 人请假。", count=count), "success")
    return redirect(url_for("rosters.attendance", session_id=session_id))


@blueprint.post("/sessions/<int:session_id>/rest")
@requires(P.ATTENDANCE_EDIT)
def mark_rest(session_id: int) -> ResponseReturnValue:
    """Everybody of whom nothing is recorded yet, as present or absent."""
    came = Came.ABSENT if request.form.get("came") == "absent" else Came.PRESENT
    with transaction():
        row = get_session(current_scope(), session_id)
        count = services.mark_rest(row, came, actor=current_actor())
    flash(gettext("已登记 %(count)s 人。", count=count), "success")
    return redirect(url_for("rosters.attendance", session_id=session_id))


@blueprint.get("/sessions/<int:session_id>/slide")
@requires(P.ATTENDANCE_EDIT)
def slide(session_id: int) -> ResponseReturnValue:
    """The code as large as the screen; it renews itself, and the count with it."""
    row = get_session(current_scope(), session_id)
    why = why_no_code(row.state, row.start, row.end, clock.now())
    if why:
        raise RuleBroken(why)
    return render_template("trainees/slide.html", **_shown(row))


@blueprint.get("/sessions/<int:session_id>/slide/code")
@requires(P.ATTENDANCE_EDIT)
def slide_code(session_id: int) -> ResponseReturnValue:
    """The next code and the count, asked for every few seconds."""
    row = get_session(current_scope(), session_id)
    return render_template("trainees/_code.html", **_shown(row))


def _shown(row: Any) -> dict[str, Any]:
    address = url_for("attendance.check_in", code=services.make_code(row.id), _external=True)
    why = why_no_code(row.state, row.start, row.end, clock.now())
    return {
        "row": row,
        "picture": None if why else qr.picture(address),
        "why": why,
        "tally": queries.tally_of(row),
    }


@blueprint.get("/sessions/<int:session_id>/sheet")
@requires(P.TRAINEE_VIEW)
def sheet(session_id: int) -> ResponseReturnValue:
    """The sign-in sheet in the staff's usual shape, as Word or Excel."""
    row = get_session(current_scope(), session_id)
    lines = sign_in.lines_of(row)
    name = gettext("%(name)s签到表", name=f"{row.training_class.name} {row.day:%m-%d} ")
    if request.args.get("as") == "docx":
        return download_bytes(sign_in.document_of(row, lines), f"{name}.docx", MIME[FileKind.DOCX])
    return workbook_response(name, [sign_in.sheet_of(row, lines)])
