"""Closing classes: the list, a class with everything said of it, the four-part form, and the report on paper."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.excel import workbook_response
from core.files import MIME, FileKind, download_bytes
from core.tables import wants_export
from evaluations import rules
from evaluations.forms import DecisionForm
from evaluations.queries import closing as queries
from evaluations.queries.reports import report_of
from evaluations.services import closing as services
from evaluations.services import papers
from evaluations.views import blueprint
from scheduling.queries.classes import get_class, get_own_class
from score_forms.enums import Purpose
from score_forms.forms import SheetInput, read_sheet
from score_forms.web import form_in_force


@blueprint.get("/scores/classes")
@requires(P.SCORE_VIEW)
def classes() -> ResponseReturnValue:
    """Classes that were taught and how far they are from closed."""
    table = queries.classes_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("evaluations/class_list.html", page=table.page(request.args))


@blueprint.get("/scores/classes/<int:class_id>")
@requires(P.SCORE_VIEW)
def class_page(class_id: int) -> ResponseReturnValue:
    """What was said of a class, and its closing."""
    return _page(class_id, SheetInput(), DecisionForm(formdata=None))


def _page(class_id: int, sheet: SheetInput, back: DecisionForm) -> str:
    klass = get_class(current_scope(P.SCORE_VIEW), class_id)
    form = form_in_force(Purpose.CLASS_CLOSING, klass.owner.path)
    report = report_of(klass)
    if report.closing is not None:
        back.version.data = str(report.closing.version)
    return render_template(
        "evaluations/class.html",
        report=report,
        papers=papers,
        klass=klass,
        form=form,
        sheet=sheet,
        back=back,
        why_not=queries.why_not(klass),
        may_close=current_actor().scope(P.CLASS_CLOSE).covers(klass.owner.path),
        fewest=rules.FEWEST_SHOWN,
    )


@blueprint.post("/scores/classes/<int:class_id>/close")
@requires(P.CLASS_CLOSE)
def close_class(class_id: int) -> ResponseReturnValue:
    """Hand in the four parts; the class is closed."""
    klass = get_own_class(current_scope(), class_id)
    sheet = read_sheet(form_in_force(Purpose.CLASS_CLOSING, klass.owner.path).lines, request.form)
    try:
        with transaction():
            klass = get_own_class(current_scope(), class_id)
            services.close_class(klass, sheet.marks, sheet.comment, actor=current_actor())
    except RuleBroken as refused:
        if not refused.violations:
            raise
        sheet.errors.update({v.subject: v.sentence for v in refused.violations})
        return _page(class_id, sheet, DecisionForm(formdata=None)), 422
    flash(gettext("已结班，可以打印结班报告。"), "success")
    return redirect(url_for("evaluations.class_page", class_id=class_id))


@blueprint.post("/scores/classes/<int:class_id>/open-again")
@requires(P.CLASS_CLOSE)
def open_class_again(class_id: int) -> ResponseReturnValue:
    """Take a closing back, with the reason."""
    back = DecisionForm()
    get_own_class(current_scope(), class_id)
    if not back.validate_on_submit():
        return _page(class_id, SheetInput(), back), 422
    with transaction():
        klass = get_own_class(current_scope(), class_id)
        found = queries.find_closing(klass.id)
        if found is None:
            raise RuleBroken(gettext("这个班次没有结班，不用撤销。"))
        services.take_back(found, reason=back.opinion.data or "", actor=current_actor(), seen=back.seen)
    flash(gettext("结班已撤销，补登记以后可以再结。"), "success")
    return redirect(url_for("evaluations.class_page", class_id=class_id))


@blueprint.get("/scores/classes/<int:class_id>/report")
@requires(P.SCORE_VIEW)
def class_report(class_id: int) -> ResponseReturnValue:
    """The report for paper, as a workbook, or as a Word document."""
    report = report_of(get_class(current_scope(), class_id))
    wanted = request.args.get("export", "")
    name = gettext("%(name)s结班报告", name=report.klass.name)
    if wanted == "xlsx":
        return workbook_response(name, papers.sheets_of(report))
    if wanted == "docx":
        return download_bytes(papers.document_of(report), f"{name}.docx", MIME[FileKind.DOCX])
    return render_template("evaluations/class_report.html", report=report, papers=papers)
