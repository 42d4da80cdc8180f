"""Lessons that could be created for whoever is left: proposed, and made by one click."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import Conflict
from party_lessons.queries.board import Judge, kept_outlook
from party_lessons.queries.obligations import get_obligation
from scheduling.queries.choices import planning_unit
from scheduling.services.serving import create_lesson
from scheduling.snapshots.lesson_offers import offers_for
from scheduling.views.duties import blueprint


@blueprint.get("/<int:obligation_id>/lessons")
@requires(P.SCHEDULE_EDIT)
def lesson_offers(obligation_id: int) -> ResponseReturnValue:
    """Which class, when the leader is free, which hall."""
    row = get_obligation(current_scope(P.DUTY_VIEW), obligation_id)
    return render_template(
        "party_lessons/offers.html",
        row=Judge(clock.today()).judge(row, kept_outlook(row)),
        offers=offers_for(row, current_scope()),
    )


@blueprint.post("/<int:obligation_id>/lessons")
@requires(P.SCHEDULE_EDIT)
def create_offered_lesson(obligation_id: int) -> ResponseReturnValue:
    """Make one of them. What has changed since it was offered is found out here."""
    with transaction():
        row = get_obligation(current_scope(P.DUTY_VIEW), obligation_id)
        asked = request.form.get("offer", "")
        offer = next((x for x in offers_for(row, current_scope()) if x.value == asked), None)
        if offer is None:
            raise Conflict(gettext("这个建议已不再可行，请看最新的建议。"))
        plan = planning_unit(current_scope())
        made = create_lesson(row, offer, plan, actor=current_actor())
        class_id, session_id = made.class_id, made.id
    flash(gettext("课次已建好，时间、讲师和教室都已排定并固定。发布班次后才会通知本人和基地。"), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id) + f"#session-{session_id}")
