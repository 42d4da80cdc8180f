"""Campaigns (集中接单, 需求调研): opening, who has answered, reminding, the unit's answer, what was found; assigning (派单)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock, refusals
from core.db import transaction
from core.errors import RuleBroken
from core.tables import ListedTable, wants_export
from core.web import row_number
from orders.enums import CampaignKind
from orders.forms.campaigns import AssignForm, CampaignForm
from orders.queries import campaigns as campaign_queries
from orders.queries import menu, parties
from orders.queries import orders as order_queries
from orders.services import campaigns
from orders.services.campaigns import Opening
from orders.views import blueprint
from scheduling.forms import given
from scheduling.queries.choices import planning_unit


@blueprint.get("/campaigns")
@requires(P.ORDER_VIEW)
def list_campaigns() -> ResponseReturnValue:
    """Campaigns that the actor's units opened or are asked by."""
    table = campaign_queries.campaigns_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("orders/campaigns.html", page=table.page(request.args))


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@requires(P.ORDER_DECIDE)
def new_campaign() -> ResponseReturnValue:
    """Ask units for orders, or for what they would need."""
    form, owner, year = CampaignForm(), planning_unit(current_scope()), clock.today().year
    units = parties.units_below(owner)
    courses = menu.list_courses(current_scope(P.ORDER_VIEW))
    form.offer((year, year + 1), [(unit.id, unit.name) for unit in units], courses)
    if request.method == "GET":
        form.year.data = year
        form.units.data = [unit.id for unit in units if unit.level.value == "township"]
    if request.method == "GET" or not form.validate_on_submit():
        return _new_page(form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            owner = planning_unit(current_scope())
            wanted = set(form.units.data or ())
            scope = current_scope(P.ORDER_VIEW)
            opening = Opening(
                kind=CampaignKind(form.kind.data),
                year=form.year.data,
                title=form.title.data or "",
                text=form.text.data or "",
                deadline=given(form.deadline.data),
                units=[unit for unit in parties.units_below(owner) if unit.id in wanted],
                courses=[menu.get_course(scope, course_id) for course_id in form.courses.data or ()],
            )
            made = campaigns.open_campaign(owner, opening, actor=current_actor()).id
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "title")
        return _new_page(form), 422
    flash(gettext("已通知 %(n)s 个单位。", n=len(wanted)), "success")
    return redirect(url_for("orders.show_campaign", campaign_id=made))


def _new_page(form: CampaignForm) -> str:
    return render_template("orders/campaign_form.html", form=form)


@blueprint.get("/campaigns/<int:campaign_id>")
@requires(P.ORDER_VIEW)
def show_campaign(campaign_id: int) -> ResponseReturnValue:
    """For whoever opened it: who has answered and what was found. For a unit: its answer."""
    campaign = campaign_queries.get_campaign(current_scope(), campaign_id)
    if not current_scope().covers(campaign.owner.path):
        return _answer_page(campaign_id)
    table = campaign_queries.invitations_table(campaign)
    if wants_export(request.args):
        return table.export(request.args)
    is_survey = campaign.kind is CampaignKind.SURVEY
    return render_template(
        "orders/campaign.html",
        campaign=campaign,
        badge_of_state=campaign_queries.open_badge(campaign),
        is_open=campaign.is_open(clock.today()),
        page=table.page(request.args),
        demand=campaign_queries.demand(campaign) if is_survey else [],
        silent=campaign_queries.count_silent(campaign.id),
        may_decide=current_actor().can(P.ORDER_DECIDE),
    )


@blueprint.get("/campaigns/<int:campaign_id>/demand")
@requires(P.ORDER_VIEW)
def campaign_demand(campaign_id: int) -> ResponseReturnValue:
    """What a survey found, as a list of its own and as a workbook."""
    campaign = campaign_queries.get_own_campaign(current_scope(), campaign_id)
    table = ListedTable(
        name="demand",
        title=gettext("%(title)s 结果", title=campaign.title),
        columns=campaign_queries.DEMAND_COLUMNS,
        rows=campaign_queries.demand(campaign),
        search=lambda one: one.course.search_text,
        search_hint=gettext("搜索课程、拼音首字母"),
        row_key=lambda one: one.course.id,
    )
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("orders/demand.html", campaign=campaign, page=table.page(request.args))


@blueprint.post("/campaigns/<int:campaign_id>/remind")
@requires(P.ORDER_DECIDE)
def remind_campaign(campaign_id: int) -> ResponseReturnValue:
    """Tell those who have not answered once more."""
    with transaction():
        campaign = campaign_queries.get_own_campaign(current_scope(), campaign_id)
        told = campaigns.remind(campaign, actor=current_actor())
    said = gettext("已提醒 %(n)s 个单位。", n=told) if told else gettext("没有答复的单位今天都提醒过了。")
    flash(said, "success")
    return redirect(url_for("orders.show_campaign", campaign_id=campaign_id))


@blueprint.post("/campaigns/<int:campaign_id>/close")
@requires(P.ORDER_DECIDE)
def close_campaign(campaign_id: int) -> ResponseReturnValue:
    """End it, or open it again."""
    with transaction():
        campaign = campaign_queries.get_own_campaign(current_scope(), campaign_id)
        campaigns.close(campaign, actor=current_actor())
        is_closed = campaign.closed_at is not None
    undo = url_for("orders.close_campaign", campaign_id=campaign_id)
    text = gettext("已截止，单位不能再答复。") if is_closed else gettext("已重新开放。")
    flash({"text": text, "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("orders.show_campaign", campaign_id=campaign_id))


def _answer_page(campaign_id: int, wrong: dict[str, str] | None = None) -> str:
    campaign = campaign_queries.get_campaign(current_scope(P.ORDER_VIEW), campaign_id)
    invitation = campaign_queries.get_invitation(current_scope(P.ORDER_VIEW), campaign_id, _unit())
    orders = campaign_queries.orders_for(campaign_id, invitation.unit_id)
    return render_template(
        "orders/campaign_answer.html",
        campaign=campaign,
        invitation=invitation,
        needs={need.course_id: need for need in invitation.needs},
        orders=order_queries.with_stages(orders),
        is_open=campaign.is_open(clock.today()),
        badge_of_state=campaign_queries.open_badge(campaign),
        may_answer=current_actor().can(P.ORDER_PLACE),
        typed=request.form,
        wrong=wrong or {},
    )


def _unit() -> int | None:
    return row_number(request.values.get("unit"))


@blueprint.post("/campaigns/<int:campaign_id>/answer")
@requires(P.ORDER_PLACE)
def answer_campaign(campaign_id: int) -> ResponseReturnValue:
    """A unit's answer: its drafts for an intake, or numbers by course for a survey."""
    try:
        with transaction():
            invitation: Any = campaign_queries.get_invitation(current_scope(), campaign_id, _unit())
            _answer(invitation)
            unit_id = invitation.unit_id
    except RuleBroken as refused:
        subject = refused.violations[0].subject if refused.violations else "remark"
        return _answer_page(campaign_id, {subject: refused.sentence}), 422
    flash(gettext("答复已提交，截止以前还可以改。"), "success")
    return redirect(url_for("orders.show_campaign", campaign_id=campaign_id, unit=unit_id))


def _answer(invitation: Any) -> None:
    remark = request.form.get("remark", "")
    if invitation.campaign.kind is CampaignKind.INTAKE:
        orders = campaign_queries.orders_for(invitation.campaign_id, invitation.unit_id)
        campaigns.answer_intake(invitation, orders, remark, actor=current_actor())
        return
    needs = {}
    for course in invitation.campaign.courses:
        people = request.form.get(f"people-{course.id}", "").strip()
        if people:
            number = row_number(people)
            needs[course.id] = (number or 0, row_number(request.form.get(f"month-{course.id}")) or 0)
    campaigns.answer_survey(invitation, needs, remark, actor=current_actor())


@blueprint.route("/assign", methods=["GET", "POST"])
@requires(P.ORDER_DECIDE)
def assign() -> ResponseReturnValue:
    """Assign a course to units below (派单)."""
    form, owner = AssignForm(), planning_unit(current_scope())
    units = parties.units_below(owner)
    form.offer([(unit.id, unit.name) for unit in units], menu.list_courses(current_scope(P.ORDER_VIEW)))
    if request.method == "GET" or not form.validate_on_submit():
        return render_template("orders/assign.html", form=form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            owner = planning_unit(current_scope())
            wanted = set(form.units.data or ())
            chosen = [unit for unit in parties.units_below(owner) if unit.id in wanted]
            facts = form.facts()
            if facts.course_id is not None:
                menu.get_course(current_scope(P.ORDER_VIEW), facts.course_id)
            made = len(campaigns.assign(owner, chosen, facts, actor=current_actor()))
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "course_id")
        return render_template("orders/assign.html", form=form), 422
    flash(gettext("已派给 %(n)s 个单位，等它们回执。", n=made), "success")
    return redirect(url_for("orders.index", stage="assigned"))
