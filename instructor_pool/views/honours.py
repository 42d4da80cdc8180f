"""Honours: the list, a person's, awarding and revoking, a level's quotas."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import list_places
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from instructor_pool import queries
from instructor_pool.enums import HonourKind
from instructor_pool.forms import HonourForm, QuotaForm
from instructor_pool.services import honours as awarding
from instructor_pool.views.blueprint import blueprint


def _unit(scope: Any) -> Any:
    """The level in whose name the actor awards: the widest it acts for."""
    places = list_places(scope)
    if not places:
        raise NotFound(gettext("没有您能代表的单位。"))
    return places[0]


@blueprint.get("/instructors/honours")
@requires(P.POOL_VIEW)
def honours() -> ResponseReturnValue:
    """Everything awarded, and what is left of this level's quotas."""
    table = queries.honours_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    unit = _unit(current_scope())
    used = queries.quotas_used(unit.id, clock.today().year)
    return render_template(
        "instructor_pool/honours.html", page=table.page(request.args), unit=unit, used=used
    )


@blueprint.route("/instructors/<int:instructor_id>/honours", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def honours_of(instructor_id: int) -> ResponseReturnValue:
    """Everything a person was awarded, and awarding another one."""
    queries.get_instructor(current_scope(), instructor_id)
    form = HonourForm()
    form.offer(clock.today())
    if request.method == "GET":
        return _page(instructor_id, form)
    if not form.validate_on_submit():
        return _page(instructor_id, form), 422
    try:
        with transaction():
            person = queries.get_instructor(current_scope(), instructor_id)
            said = awarding.Award(
                HonourKind(form.kind.data),
                form.document.data or "",
                form.day.data,  # type: ignore[arg-type]
                form.title.data or "",
            )
            awarding.award(person, _unit(current_scope()), said, actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "kind")
        return _page(instructor_id, form), 422
    flash(gettext("荣誉已登记。"), "success")
    return redirect(url_for("instructor_pool.honours_of", instructor_id=instructor_id))


def _page(instructor_id: int, form: HonourForm) -> str:
    person = queries.get_instructor(current_scope(), instructor_id)
    unit = _unit(current_scope())
    return render_template(
        "instructor_pool/honours_of.html",
        person=person,
        rows=queries.list_honours(instructor_id),
        form=form,
        unit=unit,
        used=queries.quotas_used(unit.id, clock.today().year),
        scope=current_scope(),
    )


@blueprint.post("/instructors/honours/<int:honour_id>/revoke")
@requires(P.POOL_EDIT)
def revoke_honour(honour_id: int) -> ResponseReturnValue:
    """Take one back, with the reason."""
    with transaction():
        row = queries.get_honour(current_scope(), honour_id)
        awarding.revoke(row, request.form.get("reason", ""), actor=current_actor())
        person_id = row.instructor_id
    flash(gettext("这项荣誉已撤销，名额空出来了。"), "success")
    return redirect(url_for("instructor_pool.honours_of", instructor_id=person_id))


@blueprint.route("/instructors/honours/quotas", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def honour_quotas() -> ResponseReturnValue:
    """How many honours this level may award."""
    unit, form = _unit(current_scope()), QuotaForm()
    if request.method == "GET":
        form.show({kind: queries.quota_of(unit.id, kind) for kind in HonourKind})
        return render_template("instructor_pool/honour_quotas.html", form=form, unit=unit)
    if not form.validate_on_submit():
        return render_template("instructor_pool/honour_quotas.html", form=form, unit=unit), 422
    with transaction():
        awarding.set_quotas(_unit(current_scope()), form.quotas, actor=current_actor())
    flash(gettext("名额已保存。"), "success")
    return redirect(url_for("instructor_pool.honours"))
