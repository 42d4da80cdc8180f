"""Kinds of duty as data: the list, settings, a trial on a year that was, switching on and off."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from party_lessons.forms import SchemeForm
from party_lessons.queries.facts import facts_of_scheme
from party_lessons.queries.posts import holders_in
from party_lessons.queries.recounts import find_recount
from party_lessons.queries.reports import list_confirmed, report_facts
from party_lessons.queries.schemes import get_scheme, list_schemes, try_scheme
from party_lessons.services import schemes
from party_lessons.services.obligations import ensure_schemes
from party_lessons.wording import sentence_of
from scheduling.queries.choices import planning_unit
from scheduling.queries.lessons import list_told_facts_by
from scheduling.views.duties import blueprint


@blueprint.get("/schemes")
@requires(P.DUTY_VIEW)
def scheme_list() -> ResponseReturnValue:
    """What leaders owe a year, in words, and whether it is switched on."""
    rows = [(row, sentence_of(facts_of_scheme(row))) for row in list_schemes(current_scope())]
    return render_template("party_lessons/schemes.html", rows=rows, recount=find_recount(current_scope()))


@blueprint.post("/schemes/ship")
@requires(P.DUTY_EDIT)
def ship_schemes() -> ResponseReturnValue:
    """The schemes that come with the system, on a database that has none."""
    with transaction():
        ensure_schemes()
    return redirect(url_for("duties.scheme_list"))


@blueprint.get("/schemes/<int:scheme_id>")
@requires(P.DUTY_VIEW)
def scheme(scheme_id: int) -> ResponseReturnValue:
    """One kind of duty, in words."""
    row = get_scheme(current_scope(), scheme_id)
    return render_template(
        "party_lessons/scheme.html",
        kept=row,
        sentence=sentence_of(facts_of_scheme(row)),
        recount=find_recount(current_scope()),
        may_edit=current_actor().can(P.DUTY_EDIT) and schemes.may_edit(row, current_scope(P.DUTY_EDIT)),
    )


@blueprint.route("/schemes/<int:scheme_id>/edit", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
def edit_scheme(scheme_id: int) -> ResponseReturnValue:
    """Whoever a scheme belongs to changes it here."""
    form = SchemeForm()
    form.offer()
    if request.method == "GET":
        form.show(get_scheme(current_scope(), scheme_id))
        return _page(scheme_id, form)
    if not form.validate_on_submit():
        return _page(scheme_id, form), 422
    try:
        with transaction():
            row = get_scheme(current_scope(), scheme_id)
            is_on = row.is_on
            schemes.amend(row, form.said(), scope=current_scope(), actor=current_actor(), seen=form.seen())
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        return _page(scheme_id, form), 422
    flash(gettext("方案已保存，正在重算党课责任。") if is_on else gettext("方案已保存。"), "success")
    return redirect(url_for("duties.scheme", scheme_id=scheme_id))


def _page(scheme_id: int, form: SchemeForm) -> str:
    row = get_scheme(current_scope(), scheme_id)
    return render_template("party_lessons/scheme_form.html", kept=row, form=form)


@blueprint.get("/schemes/<int:scheme_id>/trial")
@requires(P.DUTY_VIEW)
def try_out(scheme_id: int) -> ResponseReturnValue:
    """Who would have had to, and who would have failed, had it been on in a year that was; nothing is written."""
    today = clock.today()
    row = get_scheme(current_scope(), scheme_id)
    year = request.args.get("year", today.year - 1, type=int)
    if not today.year - 10 <= year <= today.year:
        raise NotFound(gettext("只能用今年和过去十年的数据试算。"))
    told = list_told_facts_by(holders_in(current_scope()), year)
    reported = [report_facts(x) for x in list_confirmed([year])]
    trial = try_scheme(current_scope(), facts_of_scheme(row), year, today, told + reported)
    return render_template(
        "party_lessons/trial.html", kept=row, trial=trial, years=range(today.year, today.year - 4, -1)
    )


@blueprint.post("/schemes/<int:scheme_id>/switch")
@requires(P.DUTY_EDIT)
def switch_scheme(scheme_id: int) -> ResponseReturnValue:
    """On or off; what is owed follows."""
    is_on = request.form.get("on") == "1"
    with transaction():
        row = get_scheme(current_scope(), scheme_id)
        schemes.switch(
            row,
            on=is_on,
            scope=current_scope(),
            actor=current_actor(),
            seen=request.form.get("version", type=int),
        )
    said = gettext("方案已启用") if is_on else gettext("方案已停用")
    flash(gettext("%(said)s，正在重算党课责任，算完会告诉您。", said=said), "success")
    return redirect(url_for("duties.scheme", scheme_id=scheme_id))


@blueprint.post("/schemes/<int:scheme_id>/copy")
@requires(P.DUTY_EDIT)
def copy_scheme(scheme_id: int) -> ResponseReturnValue:
    """The same for the actor's own level, off at first."""
    with transaction():
        original, unit = get_scheme(current_scope(), scheme_id), planning_unit(current_scope())
        made = schemes.copy(original, unit, actor=current_actor())
        made_id = made.id
    flash(gettext("已复制为本级方案，先试算再启用。"), "success")
    return redirect(url_for("duties.scheme", scheme_id=made_id))


@blueprint.get("/recount")
@requires(P.DUTY_VIEW)
def recount_progress() -> ResponseReturnValue:
    """How far the recount under way is, asked for again and again; the whole page comes anew once it has ended."""
    row = find_recount(current_scope())
    answer = make_response(render_template("party_lessons/_recount.html", recount=row))
    if row is None or row.finished_at is not None:
        answer.headers["HX-Refresh"] = "true"
    return answer
