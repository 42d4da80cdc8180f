"""Packages ordered for classes: ordering in one step, looking at the plan of the whole, taking it, moving it, taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from core.web import row_number
from scheduling.enums import PackageStage
from scheduling.forms import ReasonForm, given, whole
from scheduling.forms.packages import PackageMoveForm, PackageOrderForm
from scheduling.queries import classes as class_queries
from scheduling.queries import packages as package_queries
from scheduling.queries import sessions as session_queries
from scheduling.services import ordering
from scheduling.services.placing import Choice
from scheduling.snapshots.packages import suggest
from scheduling.views import blueprint


@blueprint.route("/package-orders/new", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def new_package_order() -> ResponseReturnValue:
    """Order a package for a class; the next page shows where all of it would fit."""
    form = _order_form()
    if request.method == "GET" or not form.validate_on_submit():
        return _order_form_page(form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            klass = class_queries.get_own_class(current_scope(), form.class_id.data)
            package = package_queries.get_package(current_scope(P.SCHEDULE_VIEW), form.package_id.data)
            made = ordering.order(package, klass, form.facts(), actor=current_actor())
            order_id, name = made.id, made.name
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "package_id")
        return _order_form_page(form), 422
    undo = url_for("scheduling.take_back_package", order_id=order_id)
    flash({"text": gettext("已订“%(name)s”，安排如下。", name=name), "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("scheduling.show_package_order", order_id=order_id))


def _order_form() -> PackageOrderForm:
    form = PackageOrderForm()
    packages = package_queries.list_offered(current_scope(P.SCHEDULE_VIEW))
    classes = package_queries.list_classes(current_scope())
    form.offer(
        [(package.id, package.name) for package in packages],
        [(klass.id, f"{klass.number} {klass.name}") for klass in classes],
    )
    if request.method == "GET":
        form.package_id.data = whole(request.args.get("package_id"))
        form.class_id.data = whole(request.args.get("class_id"))
        klass = next((one for one in classes if one.id == form.class_id.data), None)
        if klass is not None:
            form.first_day.data, form.people.data = klass.starts_on, klass.size
    return form


def _order_form_page(form: PackageOrderForm) -> str:
    return render_template("scheduling/package_order_form.html", form=form)


@blueprint.get("/package-orders/<int:order_id>")
@requires(P.SCHEDULE_VIEW)
def show_package_order(order_id: int) -> ResponseReturnValue:
    """One order: its parts; while it waits, where the engine would put the whole of it."""
    return _order_page(order_id)


def _order_page(order_id: int, move: PackageMoveForm | None = None) -> str:
    made = package_queries.get_order(current_scope(P.SCHEDULE_VIEW), order_id)
    may_edit = current_actor().can(P.SCHEDULE_EDIT) and class_queries.may_edit(
        current_actor().scope(P.SCHEDULE_EDIT), made.training_class
    )
    if move is None:
        move = PackageMoveForm(
            formdata=None, version=made.version, first_day=made.first_day, last_day=made.last_day
        )
    is_open = made.stage is PackageStage.OPEN
    return render_template(
        "scheduling/package_order.html",
        order=made,
        lessons=session_queries.lessons_of(made.sessions),
        stage_badge=package_queries.stage_badge(made),
        coach=package_queries.coach_text(made),
        suggestion=suggest(made) if is_open and may_edit else None,
        move=move,
        may_edit=may_edit,
        may_move=may_edit and made.stage in (PackageStage.OPEN, PackageStage.PLACED),
        is_live=any(row.is_live for row in made.sessions),
    )


@blueprint.post("/package-orders/<int:order_id>/place")
@requires(P.SCHEDULE_EDIT)
def place_package(order_id: int) -> ResponseReturnValue:
    """Take the plan that was shown: all parts or none."""
    with transaction():
        made = package_queries.get_own_order(current_scope(), order_id)
        choices = {row.id: _choice(row.id) for row in made.sessions}
        ordering.place(made, choices, actor=current_actor(), seen=_seen())
    undo = url_for("scheduling.unplace_package", order_id=order_id)
    text = gettext("整个套餐已排定。发布后才会通知讲师和基地。")
    flash({"text": text, "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("scheduling.show_package_order", order_id=order_id))


def _choice(session_id: int) -> Choice:
    raw = request.form.get(f"start-{session_id}", "")
    try:
        start = datetime.fromisoformat(raw).replace(tzinfo=None) if raw else None
    except ValueError as error:
        raise RuleBroken(gettext("这个时间看不懂。")) from error
    return Choice(
        start,
        row_number(request.form.get(f"instructor-{session_id}")),
        row_number(request.form.get(f"venue-{session_id}")),
    )


@blueprint.post("/package-orders/<int:order_id>/unplace")
@requires(P.SCHEDULE_EDIT)
def unplace_package(order_id: int) -> ResponseReturnValue:
    """Take the whole package out of the plan again."""
    with transaction():
        made = package_queries.get_own_order(current_scope(), order_id)
        ordering.unplace(made, actor=current_actor(), seen=_seen())
    flash(gettext("整个套餐已从计划中取出，等待重新安排。"), "success")
    return redirect(url_for("scheduling.show_package_order", order_id=order_id))


@blueprint.post("/package-orders/<int:order_id>/move")
@requires(P.SCHEDULE_EDIT)
def move_package(order_id: int) -> ResponseReturnValue:
    """Other days for all parts."""
    form = PackageMoveForm()
    if not form.validate_on_submit():
        return _order_page(order_id, form), 422
    first = given(form.first_day.data)
    try:
        with transaction():
            made = package_queries.get_own_order(current_scope(), order_id)
            seen = whole(form.version.data) or None
            ordering.move(made, first, form.last_day.data or first, actor=current_actor(), seen=seen)
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "first_day")
        return _order_page(order_id, form), 422
    flash(gettext("已改期，新的安排如下。"), "success")
    return redirect(url_for("scheduling.show_package_order", order_id=order_id))


@blueprint.post("/package-orders/<int:order_id>/take-back")
@requires(P.SCHEDULE_EDIT)
def take_back_package(order_id: int) -> ResponseReturnValue:
    """Undo the order: the whole package leaves the class."""
    with transaction():
        made = package_queries.get_own_order(current_scope(), order_id)
        class_id = made.class_id
        ordering.take_back(made, actor=current_actor(), seen=_seen())
    flash(gettext("已撤销订购，套餐的课次都已去掉。"), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


@blueprint.route("/package-orders/<int:order_id>/cancel", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def cancel_package(order_id: int) -> ResponseReturnValue:
    """Cancel what is left of it, with a reason that everybody is told."""
    made: Any = package_queries.get_own_order(current_scope(), order_id)
    form = ReasonForm(obj=made)
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("scheduling/package_cancel.html", form=form, order=made)
        return page, 200 if request.method == "GET" else 422
    with transaction():
        made = package_queries.get_own_order(current_scope(), order_id)
        seen = whole(form.version.data) or None
        ordering.cancel(made, reason=given(form.reason.data), actor=current_actor(), seen=seen)
    flash(gettext("套餐已取消，有关的人会收到消息。"), "success")
    return redirect(url_for("scheduling.show_package_order", order_id=order_id))


def _seen() -> int | None:
    return row_number(request.form.get("version"))
