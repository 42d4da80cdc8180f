"""The forms in use and their builder, and the running total of a sheet being filled in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from score_forms import queries, rules
from score_forms.enums import Kind, Purpose, Scale
from score_forms.forms import SheetInput, read_draft, read_sheet
from score_forms.services import ensure_default_forms, writing

blueprint = Blueprint("score_forms", __name__, url_prefix="/score-forms")


@blueprint.get("/")
@requires(P.SCORE_VIEW)
def index() -> ResponseReturnValue:
    """Every purpose with the forms in force, drafts and superseded versions."""
    forms = queries.list_forms(current_scope(), drafts=current_actor().can(P.FORM_EDIT))
    sheets = queries.count_filled([form.id for form in forms])
    by_purpose = {p: [form for form in forms if form.purpose is p] for p in Purpose}
    return render_template("score_forms/list.html", by_purpose=by_purpose, sheets=sheets)


@blueprint.get("/<int:form_id>")
@requires(P.SCORE_VIEW)
def show(form_id: int) -> ResponseReturnValue:
    """One version as it is, and as it looks to whoever fills it in."""
    form = queries.get_visible_form(current_scope(), form_id)
    sheets = queries.count_filled([form.id]).get(form.id, 0)
    return render_template("score_forms/show.html", form=form, sheets=sheets, sheet=SheetInput())


@blueprint.get("/<int:form_id>/total")
@requires(P.SCORE_VIEW)
def total(form_id: int) -> ResponseReturnValue:
    """The total of what has been typed so far; nothing is kept."""
    form = queries.get_readable(current_scope(), form_id)
    sheet = read_sheet(form.lines, request.args)
    wrong = rules.faults(form.lines, sheet.marks)
    usable = {key: mark for key, mark in sheet.marks.items() if wrong.get(key) is None}
    left = sum(1 for fault in wrong.values() if fault == "missing")
    return render_template(
        "score_forms/_total.html", form=form, outcome=rules.total(form.lines, usable), left=left
    )


@blueprint.post("/drafts")
@requires(P.FORM_EDIT)
def start() -> ResponseReturnValue:
    """Begin a new version of a form, from the one in force."""
    purpose = next((p for p in Purpose if p.value == request.form.get("purpose")), None)
    if purpose is None:
        raise RuleBroken(gettext("请选要起草的评分表。"))
    with transaction():
        ensure_default_forms()
        unit = queries.get_unit(current_scope())
        form_id = writing.start_draft(unit, purpose, actor=current_actor()).id
    return redirect(url_for("score_forms.draft", form_id=form_id))


@blueprint.get("/<int:form_id>/draft")
@requires(P.FORM_EDIT)
def draft(form_id: int) -> ResponseReturnValue:
    """The form builder."""
    return _builder(form_id)


def _builder(form_id: int, errors: dict[str, list[str]] | None = None) -> str:
    form = queries.get_draft(current_scope(P.FORM_EDIT), form_id)
    context: dict[str, Any] = {"form": form, "errors": errors or {}, "kinds": Kind, "scales": Scale}
    return render_template("score_forms/draft.html", sheet=SheetInput(), **context)


@blueprint.post("/<int:form_id>/draft")
@requires(P.FORM_EDIT)
def save(form_id: int) -> ResponseReturnValue:
    """Keep the draft as typed; then add, move or remove a line, or put it in force."""
    typed = read_draft(request.form)
    try:
        with transaction():
            form = queries.get_draft(current_scope(), form_id)
            is_kept = writing.save_draft(
                form, typed.title, typed.pass_mark, typed.lines, actor=current_actor()
            )
        if not is_kept:
            return _builder(form_id, {"pass_mark": [writing.sentence("pass_mark", "")]}), 422
        if typed.wish == "issue":
            with transaction():
                form = writing.issue(queries.get_draft(current_scope(), form_id), actor=current_actor())
                title, number = form.title, form.number
            flash(gettext("「%(title)s」第 %(n)s 版已启用。", title=gettext(title), n=number), "success")
            return redirect(url_for("score_forms.index"))
    except RuleBroken as refused:
        if not refused.violations:
            raise
        errors: dict[str, list[str]] = {}
        for violation in refused.violations:
            errors.setdefault(violation.subject, []).append(violation.sentence)
        return _builder(form_id, errors), 422
    if typed.wish == "save":
        flash(gettext("草稿已保存，启用以前不影响评分。"), "success")
    at = typed.wish.partition("-")[2] or (typed.lines[-1].key if typed.wish == "add" and typed.lines else "")
    return redirect(url_for("score_forms.draft", form_id=form_id, _anchor=f"line-{at}" if at else None))


@blueprint.post("/<int:form_id>/drop")
@requires(P.FORM_EDIT)
def drop(form_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    with transaction():
        writing.drop_draft(queries.get_draft(current_scope(), form_id), actor=current_actor())
    flash(gettext("草稿已删除，在用的评分表不变。"), "success")
    return redirect(url_for("score_forms.index"))
