"""Instructors' own page after teaching, and what managers and organisers see of it for a base."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.queries.bases import get_base, get_own_base
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import is_htmx
from evaluations import rules
from evaluations.queries import instructors as queries
from evaluations.queries.bases import closings_of_base, trainees_of_base
from evaluations.services import instructors as services
from evaluations.views import blueprint
from instructor_pool.queries import get_own
from score_forms.forms import SheetInput, read_sheet
from score_forms.web import form_in_force


@blueprint.get("/me/classes")
@requires(P.OWN_TEACHING)
def own_classes() -> ResponseReturnValue:
    """The classes one has taught in, and what is left to say of them."""
    taught = queries.list_taught(get_own(current_actor()))
    return render_template("evaluations/own_classes.html", taught=taught)


@blueprint.route("/me/classes/<int:class_id>/score", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def score_class(class_id: int) -> ResponseReturnValue:
    """Score a class one has taught in."""
    return _score(class_id, None)


@blueprint.route("/me/classes/<int:class_id>/bases/<int:base_id>/score", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def score_base(class_id: int, base_id: int) -> ResponseReturnValue:
    """Score a base one has taught at."""
    return _score(class_id, base_id)


def _score(class_id: int, base_id: int | None) -> ResponseReturnValue:
    person = get_own(current_actor())
    klass, base = queries.get_taught(person, class_id, base_id)
    form = form_in_force(services.purpose_of(base), klass.owner.path)
    sheet = read_sheet(form.lines, request.form) if request.method == "POST" else SheetInput()
    is_signed = request.form.get("signed") == "1"
    if request.method == "POST":
        try:
            with transaction():
                person = get_own(current_actor())
                about = queries.get_taught(person, class_id, base_id)
                services.score(
                    person, about, sheet.marks, sheet.comment, is_signed=is_signed, actor=current_actor()
                )
        except RuleBroken as refused:
            if not refused.violations:
                raise
            sheet.errors.update({v.subject: v.sentence for v in refused.violations})
        else:
            flash(gettext("已收到，谢谢。"), "success")
            return redirect(url_for("evaluations.own_classes"))
    return render_template(
        "evaluations/own_class_score.html",
        klass=klass,
        base=base,
        form=form,
        sheet=sheet,
        mine=queries.find_own_score(person, class_id, base_id),
        signed=is_signed,
        fewest=rules.FEWEST_SHOWN,
    ), 422 if sheet.errors else 200


@blueprint.get("/scores/bases/<int:base_id>")
@requires(P.SCORE_VIEW)
def base_results(base_id: int) -> ResponseReturnValue:
    """What instructors said of a base: the first few fetched by its page, all of it in a list."""
    base = get_base(current_scope(), base_id)
    return _results(base.id, base.name, "evaluations.base_results", url_for("bases.show", base_id=base.id))


@blueprint.get("/my-base/<int:base_id>/scores")
@requires(P.OWN_BASE)
def own_base_results(base_id: int) -> ResponseReturnValue:
    """The same for the base's manager."""
    base = get_own_base(current_actor().user_id or 0, base_id)
    return _results(
        base.id, base.name, "evaluations.own_base_results", url_for("own_base.index", base=base.id)
    )


def _results(base_id: int, name: str, endpoint: str, back: str) -> ResponseReturnValue:
    is_unsigned = request.args.get("said") == "unsigned"
    table = queries.comments_table(base_id) if is_unsigned else queries.signed_table(base_id)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "evaluations/_base_results.html" if is_htmx() else "evaluations/base_results.html",
        name=name,
        results=queries.results_of_base(base_id),
        voices=trainees_of_base(base_id),
        closings=closings_of_base(base_id),
        fewest=rules.FEWEST_SHOWN,
        url=url_for(endpoint, base_id=base_id),
        page=None if is_htmx() else table.page(request.args),
        is_unsigned=is_unsigned,
        back=back,
    )
