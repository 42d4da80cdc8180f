"""The outbox of a level: look through, change, hold back, send."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_root_unit
from accounts.web import current_actor, current_scope, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import row_number, row_numbers
from notifications.forms import MessageForm
from notifications.queries import outbox as queries
from notifications.services import outbox as services
from notifications.views import blueprint


@blueprint.get("/outbox/")
@requires(P.OUTBOX)
def outbox() -> ResponseReturnValue:
    """What goes to whom, by which ways."""
    table = queries.outbox_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    unit = get_root_unit(current_scope())
    return render_template(
        "notifications/outbox.html",
        page=table.page(request.args),
        counts=queries.count_by_state(current_scope()),
        unit=unit,
        looks_first=services.looks_first(unit.id),
    )


@blueprint.post("/outbox/rule")
@requires(P.OUTBOX)
def outbox_rule() -> ResponseReturnValue:
    """Look first, or send at once."""
    looks = request.form.get("looks") == "1"
    with transaction():
        services.set_looks_first(get_root_unit(current_scope()), looks=looks, actor=current_actor())
    said = (
        gettext("以后发给讲师和基地的安排、变动先放在这里，过目后再发。")
        if looks
        else gettext("以后写成就发。已在等待过目的不变。")
    )
    flash(said, "success")
    return redirect(url_for("notifications.outbox"))


@blueprint.post("/outbox/send")
@requires(P.OUTBOX)
def send_messages() -> ResponseReturnValue:
    """Let the ticked messages go, or all that wait to be looked at."""
    with transaction():
        found = _meant()
        count = services.send(found, actor=current_actor())
    left = len(found) - count
    flash(gettext("%(n)s 条消息已交付发送。", n=count), "success")
    if left:
        flash(gettext("另有 %(n)s 条早已发出，没有动。", n=left), "info")
    return redirect(url_for("notifications.outbox"))


@blueprint.post("/outbox/hold-back")
@requires(P.OUTBOX)
def hold_back_messages() -> ResponseReturnValue:
    """Keep the ticked messages from going."""
    with transaction():
        found = _meant()
        count = services.hold_back(found, actor=current_actor())
    flash(gettext("拦下 %(n)s 条消息。", n=count), "success")
    if len(found) > count:
        flash(gettext("另有 %(n)s 条已经发出，拦不住了。", n=len(found) - count), "info")
    return redirect(url_for("notifications.outbox"))


def _meant() -> Any:
    if request.form.get("whom") == "all":
        return queries.list_waiting(current_scope())
    return queries.list_messages(current_scope(), row_numbers(request.form.getlist("ids")))


@blueprint.route("/outbox/<int:message_id>", methods=["GET", "POST"])
@requires(P.OUTBOX)
def outbox_message(message_id: int) -> ResponseReturnValue:
    """One message: its text, and every way it takes."""
    form = MessageForm(obj=queries.get_message(current_scope(), message_id))
    if request.method == "GET" or not form.validate_on_submit():
        return _page(message_id, form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            message = queries.get_message(current_scope(), message_id)
            seen = row_number(form.version.data)
            services.rewrite(
                message, form.title.data or "", form.body.data or "", actor=current_actor(), seen=seen
            )
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "title")
        return _page(message_id, form), 422
    flash(gettext("文字已保存，还没有发出。"), "success")
    return redirect(url_for("notifications.outbox_message", message_id=message_id))


@blueprint.post("/outbox/<int:message_id>/retry")
@requires(P.OUTBOX)
def retry_message(message_id: int) -> ResponseReturnValue:
    """Send once more by the ways that were given up."""
    with transaction():
        services.try_again(queries.get_message(current_scope(), message_id), actor=current_actor())
    flash(gettext("正在重新发送。"), "success")
    return redirect(url_for("notifications.outbox_message", message_id=message_id))


def _page(message_id: int, form: MessageForm) -> str:
    message = queries.get_message(current_scope(), message_id)
    return render_template(
        "notifications/message.html",
        message=message,
        form=form,
        ways=queries.ways_of(message),
        state=queries.badge_of(message),
        can_retry=queries.can_retry(message),
    )
