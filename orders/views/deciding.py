"""Orders as the level above sees them: accepting, offering something else, refusing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import refusals
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.web import row_number
from orders.enums import OrderAction, Side
from orders.forms.orders import TermsForm
from orders.queries import menu
from orders.queries import orders as order_queries
from orders.services import deciding, steps
from orders.services.deciding import Terms
from orders.views import blueprint
from orders.views.orders import take
from scheduling.enums import HalfDay
from scheduling.forms import given
from scheduling.queries import classes as class_queries
from scheduling.queries.choices import with_kept
from scheduling.queries.packages import list_classes


@blueprint.route("/<int:order_id>/accept", methods=["GET", "POST"])
@requires(P.ORDER_DECIDE)
def accept(order_id: int) -> ResponseReturnValue:
    """Take an order into a class."""
    return _decide(order_id, OrderAction.ACCEPT)


@blueprint.route("/<int:order_id>/counter", methods=["GET", "POST"])
@requires(P.ORDER_DECIDE)
def counter(order_id: int) -> ResponseReturnValue:
    """Offer another time, course, lecturer or place."""
    return _decide(order_id, OrderAction.COUNTER)


def _decide(order_id: int, action: OrderAction) -> ResponseReturnValue:
    order: Any = order_queries.get_order(current_scope(), order_id, Side.SUPPLIER)
    steps.check(order, action)
    form = _terms_form(order)
    if request.method == "GET" or not form.validate_on_submit():
        return _page(order, form, action), 200 if request.method == "GET" else 422
    try:
        with transaction():
            order = order_queries.get_order(current_scope(), order_id, Side.SUPPLIER)
            _take(order, form, action)
    except RuleBroken as refused:
        order = order_queries.get_order(current_scope(), order_id, Side.SUPPLIER)
        refusals.put_errors(form, refused, "day")
        return _page(order, form, action), 422
    if action is OrderAction.ACCEPT:
        undo = url_for("orders.decide_step", order_id=order_id, action=OrderAction.REOPEN.value)
        flash({"text": gettext("订单已接受，课次已进入班次，等待排课。"), "undo_url": undo}, "success")  # type: ignore[arg-type]
    else:
        flash(gettext("建议已发给点单单位，等它答复。"), "success")
    return redirect(url_for("orders.show", order_id=order_id))


def _take(order: Any, form: TermsForm, action: OrderAction) -> None:
    seen, terms = row_number(form.version.data), _terms(order, form)
    if action is OrderAction.ACCEPT:
        deciding.accept(order, terms, actor=current_actor(), seen=seen)
    else:
        deciding.counter(order, terms, form.message.data or "", actor=current_actor(), seen=seen)


def _terms(order: Any, form: TermsForm) -> Terms:
    scope, klass = current_scope(P.ORDER_VIEW), None
    if form.class_id.data:
        klass = class_queries.get_own_class(current_scope(P.SCHEDULE_EDIT), form.class_id.data)
    course_id, person_id = form.course_id.data, form.instructor_id.data
    return Terms(
        day=given(form.day.data),
        half_day=HalfDay(form.half_day.data),
        course=menu.get_course(scope, course_id) if course_id and order.package_id is None else None,
        instructor=menu.get_lecturer(scope, person_id) if person_id else None,
        base_id=form.base_id.data or None,
        training_class=klass,
    )


def _terms_form(order: Any) -> TermsForm:
    scope, form = current_scope(P.ORDER_VIEW), TermsForm()
    classes = [
        (klass.id, f"{klass.number} {klass.name}") for klass in list_classes(current_scope(P.SCHEDULE_EDIT))
    ]
    courses = with_kept(menu.list_courses(scope), order.course) if order.course_id else []
    chosen = (form.course_id.data if request.method == "POST" else order.course_id) or 0
    lecturers = menu.lecturers_for(scope, chosen) if order.course_id else []
    form.offer(courses, lecturers, menu.list_bases(scope), classes)
    if request.method == "GET":
        first = deciding.terms_of(order)
        form.version.data, form.course_id.data = order.version, order.course_id or 0
        form.instructor_id.data = order.instructor_id or 0
        if first is not None:
            form.day.data, form.half_day.data = first.day, first.half_day.value
            form.base_id.data = first.base_id or 0
    return form


def _page(order: Any, form: TermsForm, action: OrderAction) -> str:
    is_offer = action is OrderAction.COUNTER
    return render_template("orders/decide.html", order=order, form=form, is_offer=is_offer)


@blueprint.post("/<int:order_id>/decide/<action>")
@requires(P.ORDER_DECIDE)
def decide_step(order_id: int, action: str) -> ResponseReturnValue:
    """A step of the supplier's side that needs no more than a reason."""
    said = {
        OrderAction.REFUSE: gettext("已答复不接受。"),
        OrderAction.REOPEN: gettext("已撤销接受，订单等待重新核定。"),
        OrderAction.CALL_OFF: gettext("派单已收回。"),
    }
    step = next((one for one in said if one.value == action), None)
    order_queries.get_order(current_scope(), order_id, Side.SUPPLIER)
    if step is None:
        raise NotFound(gettext("没有这个步骤。"))
    return take(order_id, step, Side.SUPPLIER, said[step])
