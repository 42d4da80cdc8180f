"""Orders as the unit sees them: the list, one with its step line, writing, sending in, withdrawing."""

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
from core.tables import wants_export
from core.web import row_number
from orders.enums import OrderAction, OrderState, Side, Stage
from orders.forms.orders import AcknowledgeForm, OrderForm
from orders.queries import campaigns as campaign_queries
from orders.queries import halls, menu, parties
from orders.queries import orders as order_queries
from orders.rules import life
from orders.rules.line import line
from orders.services import deciding, ordering, steps
from orders.views import blueprint
from scheduling.queries import packages as package_queries


@blueprint.get("/")
@requires(P.ORDER_VIEW)
def index() -> ResponseReturnValue:
    """Orders of the actor's units, and those they check."""
    table = order_queries.orders_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("orders/list.html", page=table.page(request.args))


@blueprint.get("/<int:order_id>")
@requires(P.ORDER_VIEW)
def show(order_id: int) -> ResponseReturnValue:
    """One order: where it stands, what was said, and what can be done now."""
    return show_page(order_id)


def show_page(order_id: int, wrong: dict[str, str] | None = None, form: AcknowledgeForm | None = None) -> str:
    """`wrong` says of a step that was refused what is wrong with its reason."""
    order, stage = order_queries.look_at(current_scope(P.ORDER_VIEW), order_id)
    mine = actions_of(order)
    if form is None:
        form = AcknowledgeForm(formdata=None, version=order.version, people=order.people)
    return render_template(
        "orders/show.html",
        order=order,
        badge_of_stage=order_queries.stage_badge(stage),
        points=line(stage),
        is_planned=stage is Stage.PLANNED,
        told_span=order_queries.told_span(order),
        actions=mine,
        partners=order_queries.partners_of(order),
        acknowledge=form,
        wrong=wrong or {},
    )


def actions_of(order: Any) -> set[str]:
    """What the actor may do with an order now, on either side."""
    found: set[str] = set()
    if current_actor().can(P.ORDER_PLACE) and current_scope(P.ORDER_PLACE).covers(order.unit.path):
        found |= {action.value for action in life.actions(order.state, Side.UNIT)}
    if current_actor().can(P.ORDER_DECIDE) and current_scope(P.ORDER_DECIDE).covers(order.supplier.path):
        found |= {action.value for action in life.actions(order.state, Side.SUPPLIER)}
    return found


@blueprint.route("/new", methods=["GET", "POST"])
@requires(P.ORDER_PLACE)
def new() -> ResponseReturnValue:
    """Order something of the menu: `?course=`, `?package=` or `?lecturer=`."""
    form, thing = _form(_asked("course"), _asked("package"), _asked("lecturer"))
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, thing, None), 200 if request.method == "GET" else 422
    try:
        with transaction():
            unit = parties.ordering_unit(current_scope(), form.unit_id.data)
            facts = form.facts(_asked("package"))
            _check_on_menu(facts)
            order = ordering.draw_up(unit, facts, actor=current_actor(), campaign=_campaign(unit))
            if "submit" in request.form:
                ordering.submit(order, actor=current_actor())
            order_id, state = order.id, order.state
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "day_1")
        return _form_page(form, thing, None), 422
    sent = gettext("订单已提交，受理单位核定后会通知您。")
    flash(
        sent if state is OrderState.SUBMITTED else gettext("草稿已保存，提交以后受理单位才会看到。"),
        "success",
    )
    if _asked("campaign") is not None:
        return redirect(url_for("orders.show_campaign", campaign_id=_asked("campaign")))
    return redirect(url_for("orders.show", order_id=order_id))


def _campaign(unit: Any) -> Any:
    """The intake that is being answered; the unit must be one that it asks."""
    campaign_id = _asked("campaign")
    if campaign_id is None:
        return None
    return campaign_queries.get_invitation(current_scope(P.ORDER_VIEW), campaign_id, unit.id).campaign


def _asked(name: str) -> int | None:
    return row_number(request.args.get(name))


def _form(course_id: int | None, package_id: int | None, lecturer_id: int | None) -> tuple[OrderForm, str]:
    """The form for what was picked from the menu, and what that is called."""
    scope, form = current_scope(P.ORDER_VIEW), OrderForm()
    mine = parties.ordering_units(current_scope(P.ORDER_PLACE))
    units = [(unit.id, unit.name) for unit in mine]
    places = menu.list_bases(scope), halls.list_halls(mine)
    if package_id is not None:
        package = package_queries.get_package(scope, package_id)
        form.offer(units, [], [], places)
        return form, package.name
    if lecturer_id is not None:
        person = menu.get_lecturer(scope, lecturer_id)
        courses = [(course.id, course.name) for course in menu.courses_of(person)]
        form.offer(units, [(person.id, person.name)], courses, places)
        if request.method == "GET":
            form.instructor_id.data = person.id
        return form, person.name
    if course_id is None:
        raise NotFound(gettext("请先在菜单上选择课程、套餐或讲师。"))
    course = menu.get_course(scope, course_id)
    form.offer(units, menu.lecturers_for(scope, course.id), [(course.id, course.name)], places)
    return form, course.name


def _check_on_menu(facts: Any) -> None:
    """What is ordered must be on the menu, whatever was posted."""
    scope = current_scope(P.ORDER_VIEW)
    if facts.course_id is not None:
        menu.get_course(scope, facts.course_id)
    if facts.package_id is not None:
        package_queries.get_package(scope, facts.package_id)


def _form_page(form: OrderForm, thing: str, order: Any) -> str:
    return render_template("orders/form.html", form=form, thing=thing, order=order)


@blueprint.route("/<int:order_id>/edit", methods=["GET", "POST"])
@requires(P.ORDER_PLACE)
def edit(order_id: int) -> ResponseReturnValue:
    """Change a draft."""
    order: Any = order_queries.get_order(current_scope(), order_id, Side.UNIT)
    steps.check(order, OrderAction.EDIT)
    form, thing = _form(order.course_id, order.package_id, None)
    if request.method == "GET":
        form.show(ordering.facts_of(order))
        form.version.data, form.unit_id.data = order.version, order.unit_id
        form.people.data, form.remark.data = order.people, order.remark
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, thing, order), 200 if request.method == "GET" else 422
    try:
        with transaction():
            order = order_queries.get_order(current_scope(), order_id, Side.UNIT)
            facts = form.facts(order.package_id)
            _check_on_menu(facts)
            ordering.update(order, facts, actor=current_actor(), seen=row_number(form.version.data))
            if "submit" in request.form:
                ordering.submit(order, actor=current_actor())
    except RuleBroken as refused:
        order = order_queries.get_order(current_scope(), order_id, Side.UNIT)
        refusals.put_errors(form, refused, "day_1")
        return _form_page(form, thing, order), 422
    flash(gettext("订单已保存。"), "success")
    return redirect(url_for("orders.show", order_id=order_id))


@blueprint.post("/<int:order_id>/acknowledge")
@requires(P.ORDER_PLACE)
def acknowledge(order_id: int) -> ResponseReturnValue:
    """Say that an assigned order was seen, and how many come."""
    form = AcknowledgeForm()
    order_queries.get_order(current_scope(), order_id, Side.UNIT)
    if not form.validate_on_submit():
        return show_page(order_id, form=form), 422
    try:
        with transaction():
            order = order_queries.get_order(current_scope(), order_id, Side.UNIT)
            seen = row_number(form.version.data)
            ordering.acknowledge(
                order, form.people.data or 0, form.note.data or "", actor=current_actor(), seen=seen
            )
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "people")
        return show_page(order_id, form=form), 422
    flash(gettext("回执已发出。"), "success")
    return redirect(url_for("orders.show", order_id=order_id))


@blueprint.post("/<int:order_id>/own/<action>")
@requires(P.ORDER_PLACE)
def own_step(order_id: int, action: str) -> ResponseReturnValue:
    """A step of the unit's side that needs no more than a reason."""
    said = {
        OrderAction.SUBMIT: gettext("订单已提交，受理单位核定后会通知您。"),
        OrderAction.TAKE_BACK: gettext("订单已取回，改好以后再提交。"),
        OrderAction.WITHDRAW: gettext("订单已撤回。"),
        OrderAction.AGREE: gettext("已接受建议，正在排课。"),
        OrderAction.DECLINE: gettext("已答复不接受，受理单位会重新核定。"),
    }
    step = next((one for one in said if one.value == action), None)
    order_queries.get_order(current_scope(), order_id, Side.UNIT)
    if step is None:
        raise NotFound(gettext("没有这个步骤。"))
    return take(order_id, step, Side.UNIT, said[step])


def take(order_id: int, step: OrderAction, side: Side, said: str) -> ResponseReturnValue:
    """Take a step with the reason that was sent; a refusal is said on the order's page, a missing reason at its field."""
    seen, note = row_number(request.form.get("version")), request.form.get("reason", "")
    try:
        with transaction():
            order = order_queries.get_order(current_scope(), order_id, side)
            _step(order, step, note, seen)
    except RuleBroken as refused:
        lacks_reason = any(violation.subject == "reason" for violation in refused.violations)
        return show_page(order_id, {step.value if lacks_reason else "step": refused.sentence}), 422
    flash(said, "success")
    return redirect(url_for("orders.show", order_id=order_id))


def _step(order: Any, step: OrderAction, note: str, seen: int | None) -> None:
    actor = current_actor()
    if step is OrderAction.SUBMIT:
        ordering.submit(order, actor=actor, seen=seen)
    elif step is OrderAction.AGREE:
        deciding.agree(order, actor=actor, seen=seen)
    elif step is OrderAction.WITHDRAW:
        deciding.withdraw(order, actor=actor, note=note, seen=seen)
    elif step is OrderAction.REOPEN:
        deciding.reopen(order, actor=actor, note=note, seen=seen)
    else:
        steps.take(order, step, actor=actor, note=note, seen=seen)
