"""Importing a class's roster: upload, preview with every wrong cell, confirmation; and an empty sheet to fill in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.excel import Sheet, SheetColumn, workbook_response
from core.refusals import put_errors
from exchange.forms import UploadForm
from exchange.services import rosters
from exchange.views import blueprint
from exchange.workbook.roster import COLUMNS
from scheduling.queries.classes import get_own_class

MOST_SHOWN = 200


@blueprint.route("/rosters/classes/<int:class_id>", methods=["GET", "POST"])
@requires(P.TRAINEE_EDIT)
def upload_roster(class_id: int) -> ResponseReturnValue:
    """Choose a file."""
    klass = get_own_class(current_scope(), class_id)
    form = UploadForm()
    form.file.description = gettext(
        "带「姓名」列的 .xlsx 或 .xls 即可，列的顺序不限；单位、职务、类别、电话、身份证号有就填。"
    )
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("exchange/roster_upload.html", form=form, klass=klass)
        return page, 200 if request.method == "GET" else 422
    file = form.file.data
    data = file.read()
    try:
        with transaction():
            klass = get_own_class(current_scope(), class_id)
            import_id = rosters.upload(klass, file.filename or "", data, actor=current_actor()).id
    except RuleBroken as refused:
        put_errors(form, refused, "file")
        klass = get_own_class(current_scope(), class_id)
        return render_template("exchange/roster_upload.html", form=form, klass=klass), 422
    return redirect(url_for("exchange.show_roster", import_id=import_id))


@blueprint.get("/rosters/empty.xlsx")
@requires(P.TRAINEE_EDIT)
def empty_roster() -> ResponseReturnValue:
    """A sheet with the columns, to fill in."""
    columns = [
        SheetColumn(words[0], "text", 22 if field == "identity" else 16) for field, words in COLUMNS.items()
    ]
    name = gettext("学员名册")
    return workbook_response(name, [Sheet(name, columns, [])])


@blueprint.get("/rosters/<int:import_id>")
@requires(P.TRAINEE_EDIT)
def show_roster(import_id: int) -> ResponseReturnValue:
    """What confirming would do, or what was done."""
    row = rosters.get_import(current_scope(), import_id)
    found = rosters.preview(row, current_scope()) if row.finished_at is None else None
    return render_template("exchange/roster.html", row=row, preview=found, most=MOST_SHOWN)


@blueprint.post("/rosters/<int:import_id>/confirm")
@requires(P.TRAINEE_EDIT)
def confirm_roster(import_id: int) -> ResponseReturnValue:
    """Write what the preview shows."""
    with transaction():
        row = rosters.get_import(current_scope(), import_id)
        class_id = row.class_id
        done = rosters.apply(row, actor=current_actor())
    said = gettext(
        "名册已导入：新增 %(added)s 人，更新 %(changed)s 人，没有变化 %(same)s 人。",
        added=done.added,
        changed=done.changed,
        same=done.same,
    )
    flash(said, "success")
    return redirect(url_for("rosters.roster", class_id=class_id))


@blueprint.post("/rosters/<int:import_id>/cancel")
@requires(P.TRAINEE_EDIT)
def cancel_roster(import_id: int) -> ResponseReturnValue:
    """Give it up."""
    with transaction():
        row = rosters.get_import(current_scope(), import_id)
        class_id = row.class_id
        rosters.cancel(row, actor=current_actor())
    flash(gettext("导入已取消，没有写入任何内容。"), "success")
    return redirect(url_for("rosters.roster", class_id=class_id))
