"""Importing workbooks: upload, preview, confirmation, what was written."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import Level, P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.excel import Sheet, SheetColumn, workbook_response
from core.refusals import put_errors
from core.tables import wants_export
from exchange import notices, queries, snapshots
from exchange.enums import Action, ImportState, Severity, SheetKind
from exchange.forms import UploadForm
from exchange.services import imports
from exchange.views import blueprint


@blueprint.get("/")
@requires(P.IMPORT)
def index() -> ResponseReturnValue:
    """Upload a workbook; imports so far."""
    table = queries.imports_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return _listed(UploadForm(), 200)


def _listed(form: UploadForm, status: int) -> ResponseReturnValue:
    scope = current_scope()
    page = queries.imports_table(scope).page(request.args)
    owner = queries.owner_of(scope)
    return render_template("exchange/list.html", form=form, page=page, owner=owner), status


@blueprint.post("/")
@requires(P.IMPORT)
def upload() -> ResponseReturnValue:
    """Take a file in; it is read by the worker."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _listed(form, 422)
    file = form.file.data
    data = file.read()
    try:
        with transaction():
            run_id = imports.upload(
                queries.owner_of(current_scope()), file.filename or "", data, actor=current_actor()
            ).id
    except RuleBroken as refused:
        put_errors(form, refused, "file")
        return _listed(form, 422)
    return redirect(url_for("exchange.show", run_id=run_id))


@blueprint.get("/staff.xlsx")
@requires(P.IMPORT)
def staff() -> ResponseReturnValue:
    """All six sheets in the staff's own columns, ready to be edited and imported again."""
    owner = queries.owner_of(current_scope())
    sheets = notices.staff_sheets(snapshots.load_stored(owner), clock.today().year)
    return workbook_response(f"{owner.name} {clock.today():%Y-%m-%d}", sheets)


@blueprint.get("/<int:run_id>")
@requires(P.IMPORT)
def show(run_id: int) -> ResponseReturnValue:
    """Progress, preview or result, whichever it has come to."""
    run = queries.get_run(current_scope(), run_id, whole=True)
    tab = request.args.get("tab", "overview")
    kinds = [SheetKind(value) for value in run.summary.get("counts", {})]
    if tab not in ("overview", "problems", "hints", "units", *kinds):
        tab = "overview"
    return render_template(
        "exchange/show.html",
        run=run,
        badge=queries.badge_of(run),
        busy=run.state in queries.BUSY,
        tab=tab,
        kinds=kinds,
        levels={level.value: level.label for level in Level},
        rows=queries.rows_of(run, tab, request.args),
        severity=request.args.get("severity", ""),
        kind=request.args.get("kind", ""),
        action=request.args.get("action", ""),
        severities=Severity.choices(),
        actions=[(a.value, a.label) for a in (Action.CREATE, Action.UPDATE)],
        word=notices.word,
    )


@blueprint.get("/<int:run_id>/progress")
@requires(P.IMPORT)
def progress(run_id: int) -> ResponseReturnValue:
    """The progress box; once the work is over the page is loaded anew."""
    run = queries.get_run(current_scope(), run_id)
    busy = run.state in queries.BUSY
    answer = Response(render_template("exchange/_progress.html", run=run, busy=busy))
    if not busy:
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.get("/<int:run_id>/problems.xlsx")
@requires(P.IMPORT)
def problems(run_id: int) -> ResponseReturnValue:
    """Every problem as a workbook, to be worked off beside the file."""
    run = queries.get_run(current_scope(), run_id, whole=True)
    headings = (
        gettext("程度"),
        gettext("工作表"),
        gettext("行"),
        gettext("列"),
        gettext("列名"),
        gettext("问题"),
    )
    rows = [
        [p.severity.label, p.sheet, p.row or None, p.column, p.header, p.sentence]
        for p in queries.problems_of(run)
    ]
    sheet = Sheet(
        gettext("问题清单"),
        [SheetColumn(h, "number" if h == headings[2] else "text") for h in headings],
        rows,
    )
    return workbook_response(f"{gettext('问题清单')} {run.file_name}", [sheet])


@blueprint.post("/<int:run_id>/confirm")
@requires(P.IMPORT)
def confirm(run_id: int) -> ResponseReturnValue:
    """Write what the preview shows."""
    with transaction():
        imports.confirm(queries.get_run(current_scope(), run_id), actor=current_actor())
    return redirect(url_for("exchange.show", run_id=run_id))


@blueprint.post("/<int:run_id>/cancel")
@requires(P.IMPORT)
def cancel(run_id: int) -> ResponseReturnValue:
    """Give an import up; nothing has been written."""
    with transaction():
        run = queries.get_run(current_scope(), run_id)
        imports.cancel(run, actor=current_actor())
        stopped = run.state is ImportState.CANCELLED
    flash(
        gettext("导入已取消，没有写入任何内容。") if stopped else gettext("正在停止，没有写入任何内容。"),
        "ok",
    )
    return redirect(url_for("exchange.show", run_id=run_id))
