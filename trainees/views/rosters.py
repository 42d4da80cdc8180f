"""The roster of a class: its lines, what it brings up, and the person behind a line."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from core.web import row_numbers
from scheduling.queries.classes import get_class, get_own_class, may_edit
from scheduling.queries.sessions import list_sessions
from trainees.forms import LineForm
from trainees.queries import attending as attending_queries
from trainees.queries import call_ups
from trainees.queries import rosters as queries
from trainees.services import rosters as services
from trainees.services.settings import targets_at
from trainees.views import blueprint

SHOWN_WARNINGS = 8


@blueprint.get("/classes/<int:class_id>")
@requires(P.TRAINEE_VIEW)
def roster(class_id: int) -> ResponseReturnValue:
    """The roster with its warnings and the attendance of its sessions."""
    klass = get_class(current_scope(), class_id)
    table = queries.roster_table(klass)
    if wants_export(request.args):
        return table.export(request.args)
    rows = list_sessions(klass.id)
    warned = call_ups.warned_in_class(current_scope(), klass, targets_at(klass.owner.path).most_call_ups)
    return render_template(
        "trainees/roster.html",
        klass=klass,
        page=table.page(request.args),
        enrolled=queries.count_enrolled(klass.id),
        sessions=[row for row in rows if row.state.value in ("published", "held") and row.start],
        tallies=attending_queries.tallies_of(klass.id, [row.id for row in rows]),
        warned=warned[:SHOWN_WARNINGS],
        unseen=sum(1 for item in warned if item.review is None),
        more=max(0, len(warned) - SHOWN_WARNINGS),
        may_edit=_may_edit(klass),
    )


@blueprint.get("/classes/<int:class_id>/brief")
@requires(P.TRAINEE_VIEW)
def brief(class_id: int) -> ResponseReturnValue:
    """What the page of a class says of its roster."""
    klass = get_class(current_scope(), class_id)
    warned = call_ups.warned_in_class(current_scope(), klass, targets_at(klass.owner.path).most_call_ups)
    return render_template(
        "trainees/_brief.html",
        klass=klass,
        enrolled=queries.count_enrolled(klass.id),
        unseen=[item for item in warned if item.review is None],
        may_edit=_may_edit(klass),
    )


def _may_edit(klass: Any) -> bool:
    return current_actor().can(P.TRAINEE_EDIT) and may_edit(current_actor().scope(P.TRAINEE_EDIT), klass)


@blueprint.route("/classes/<int:class_id>/new", methods=["GET", "POST"])
@requires(P.TRAINEE_EDIT)
def add_line(class_id: int) -> ResponseReturnValue:
    """One more trainee, by hand."""
    klass = get_own_class(current_scope(), class_id)
    form = LineForm()
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, klass, None), 200 if request.method == "GET" else 422
    try:
        with transaction():
            klass = get_own_class(current_scope(), class_id)
            done = services.enter(klass, [form.line()], actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        return _form_page(form, get_own_class(current_scope(), class_id), None), 422
    name = form.line().name
    flash(
        gettext("%(name)s已加入名册。", name=name)
        if done.added
        else gettext("%(name)s已在名册上，信息已更新。", name=name),
        "success",
    )
    again = request.form.get("again")
    return redirect(url_for("rosters.add_line" if again else "rosters.roster", class_id=class_id))


@blueprint.route("/enrolments/<int:enrolment_id>/edit", methods=["GET", "POST"])
@requires(P.TRAINEE_EDIT)
def edit_line(enrolment_id: int) -> ResponseReturnValue:
    """Correct one line."""
    row = queries.get_own_enrolment(current_scope(), enrolment_id)
    person = row.trainee
    form = LineForm(
        data={
            "name": person.name,
            "unit": person.unit_name,
            "post": row.post,
            "kind": person.kind.value,
            "version": str(person.version),
        }
    )
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, row.training_class, row), 200 if request.method == "GET" else 422
    class_id = row.class_id
    try:
        with transaction():
            row = queries.get_own_enrolment(current_scope(), enrolment_id)
            services.change(row, form.line(), actor=current_actor(), seen=form.seen)
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        row = queries.get_own_enrolment(current_scope(), enrolment_id)
        return _form_page(form, row.training_class, row), 422
    flash(gettext("%(name)s的信息已保存。", name=form.line().name), "success")
    return redirect(url_for("rosters.roster", class_id=class_id))


def _form_page(form: LineForm, klass: Any, row: Any) -> str:
    return render_template("trainees/line.html", form=form, klass=klass, row=row)


@blueprint.post("/classes/<int:class_id>/remove")
@requires(P.TRAINEE_EDIT)
def remove_lines(class_id: int) -> ResponseReturnValue:
    """Take the ticked lines off the roster."""
    with transaction():
        klass = get_own_class(current_scope(), class_id)
        rows = queries.list_of_class(klass.id, row_numbers(request.form.getlist("ids")))
        count = services.remove(klass, rows, actor=current_actor())
    flash(gettext("已从名册删去 %(count)s 人。", count=count), "success")
    return redirect(url_for("rosters.roster", class_id=class_id))
