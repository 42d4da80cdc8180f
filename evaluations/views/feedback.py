"""The organiser's side of trainees' feedback: the code, the live count, and the results."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock, qr
from core.db import transaction
from core.errors import RuleBroken
from core.excel import CellValue, Sheet, SheetColumn, workbook_response
from core.tables import wants_export
from evaluations import rules
from evaluations.enums import CodeMode
from evaluations.queries import feedback as queries
from evaluations.services import feedback as services
from evaluations.views import blueprint

HOURS = 24


def code_picture(code: str, scale: int = 6) -> Markup:
    """The address behind a code as an inline QR code."""
    return qr.picture(url_for("trainees.answer", code=code, _external=True), scale)


@blueprint.get("/scores/sessions/<int:session_id>/feedback")
@requires(P.SCORE_VIEW)
def feedback(session_id: int) -> ResponseReturnValue:
    """The round of a session: its code and count while open, its results afterwards."""
    row = queries.get_taught(current_scope(), session_id)
    found = queries.find_round(row.id)
    results = queries.find_results(found) if found else None
    if results is not None and found is not None and wants_export(request.args):
        return _export(found.session.course_name, results)
    return render_template(
        "evaluations/feedback.html",
        row=row,
        round=found,
        results=results,
        count=queries.count_answers(found.id) if found else 0,
        closed=queries.is_closed(found) if found else False,
        refusal=services.refusal(found) if found else "",
        picture=code_picture(found.code) if found and found.mode is CodeMode.OPEN else None,
        address=url_for("trainees.answer", code=found.code, _external=True) if found else "",
        fewest=rules.FEWEST_SHOWN,
        modes=CodeMode,
        hours=HOURS,
    )


def _live(found: Any) -> dict[str, object]:
    """What the live count of a round shows."""
    return {
        "round": found,
        "count": queries.count_answers(found.id),
        "closed": queries.is_closed(found),
        "fewest": rules.FEWEST_SHOWN,
    }


def _export(course: str, results: queries.Results) -> ResponseReturnValue:
    lines: list[list[CellValue]] = [
        [gettext(r.line.title), r.line.most, r.mean, r.percent] for r in results.lines
    ]
    columns = [
        SheetColumn(gettext("指标")),
        SheetColumn(gettext("满分"), kind="number"),
        SheetColumn(gettext("平均得分"), kind="number"),
        SheetColumn(gettext("得分率(百分比)"), kind="number"),
    ]
    note = gettext(
        "%(course)s：%(n)s 份，总平均 %(mean)s 分", course=course, n=results.answers, mean=results.mean
    )
    sheets = [
        Sheet(name=gettext("各项得分"), title=course, note=note, columns=columns, rows=iter(lines)),
        Sheet(
            name=gettext("学员的话"),
            title=course,
            note=gettext("次序是打乱的。"),
            columns=[SheetColumn(gettext("学员的话"))],
            rows=iter([[text] for text in results.comments]),
        ),
    ]
    return workbook_response(f"{gettext('学员评课')} {course} {clock.today():%Y-%m-%d}", sheets)


@blueprint.get("/scores/sessions/<int:session_id>/feedback/count")
@requires(P.SCORE_VIEW)
def feedback_count(session_id: int) -> ResponseReturnValue:
    """The live count, asked for every few seconds."""
    found = queries.get_round(current_scope(), session_id)
    return render_template("evaluations/_count.html", **_live(found))


@blueprint.post("/scores/sessions/<int:session_id>/feedback")
@requires(P.SCORE_COLLECT)
def open_feedback(session_id: int) -> ResponseReturnValue:
    """Open the round."""
    mode = CodeMode.SINGLE_USE if request.form.get("mode") == CodeMode.SINGLE_USE.value else CodeMode.OPEN
    with transaction():
        row = queries.get_taught(current_scope(), session_id)
        hours, codes = _number("hours"), _number("codes")
        services.open_round(row, mode, hours=hours, codes=codes, actor=current_actor())
    flash(gettext("评课码已开，可以投到屏幕上或打印。"), "success")
    return _back(session_id)


@blueprint.post("/scores/sessions/<int:session_id>/feedback/extend")
@requires(P.SCORE_COLLECT)
def extend_feedback(session_id: int) -> ResponseReturnValue:
    """A day more."""
    with transaction():
        row = queries.get_round(current_scope(), session_id)
        services.extend_round(row, hours=HOURS, actor=current_actor())
    flash(gettext("评课延长了一天。"), "success")
    return _back(session_id)


@blueprint.post("/scores/sessions/<int:session_id>/feedback/close")
@requires(P.SCORE_COLLECT)
def close_feedback(session_id: int) -> ResponseReturnValue:
    """Take no more answers."""
    with transaction():
        services.close_round(queries.get_round(current_scope(), session_id), actor=current_actor())
    flash(gettext("评课已结束。"), "success")
    return _back(session_id)


@blueprint.get("/scores/sessions/<int:session_id>/feedback/slide")
@requires(P.SCORE_COLLECT)
def feedback_slide(session_id: int) -> ResponseReturnValue:
    """The open code as large as the screen, with the live count."""
    found = queries.get_round(current_scope(), session_id)
    if found.mode is not CodeMode.OPEN:
        raise RuleBroken(gettext("一人一码没有公用的码，请打印纸条。"))
    return render_template("evaluations/slide.html", picture=code_picture(found.code), **_live(found))


@blueprint.get("/scores/sessions/<int:session_id>/feedback/print")
@requires(P.SCORE_COLLECT)
def feedback_print(session_id: int) -> ResponseReturnValue:
    """Slips to cut out, one a person; or a sheet with the open code for the door."""
    found = queries.get_round(current_scope(), session_id)
    codes = services.codes_of(found) or [found.code]
    return render_template(
        "evaluations/print.html", round=found, pictures=[code_picture(code, 3) for code in codes]
    )


def _number(name: str) -> int:
    raw = request.form.get(name, "").strip()
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 0


def _back(session_id: int) -> ResponseReturnValue:
    return redirect(url_for("evaluations.feedback", session_id=session_id))
