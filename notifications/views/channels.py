"""消息渠道: the mail server, the address for links, and the units' group robots. For the administrator."""

from __future__ import annotations

from dataclasses import asdict

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_unit, list_places
from accounts.web import current_actor, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from core.mail import Security
from core.outgoing import Door
from notifications.enums import Channel, Topic
from notifications.forms import GroupForm, ServerForm, TrialForm
from notifications.queries import addresses as queries
from notifications.queries.server import mail_server, site_address
from notifications.rules.robots import door
from notifications.services import addresses, sending, server
from notifications.views import blueprint


def _door() -> Door:
    return door(current_app.config["CHANNEL_HOSTS"])


@blueprint.get("/settings/channels/")
@requires(P.CHANNEL_EDIT)
def channels() -> ResponseReturnValue:
    """The mail server and the group robots."""
    return _page(_server_form(), _group_form())


@blueprint.post("/settings/channels/server")
@requires(P.CHANNEL_EDIT)
def save_server() -> ResponseReturnValue:
    """Keep the mail server and the address for links."""
    form = _server_form()
    if not form.validate_on_submit():
        return _page(form, _group_form(fresh=True)), 422
    try:
        with transaction():
            kept = mail_server()
            server.set_site(form.site.data or "", actor=current_actor())
            server.set_server(form.server(kept.password if kept else ""), actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "host")
        return _page(form, _group_form(fresh=True)), 422
    flash(gettext("已保存。试发一封看看。"), "success")
    return redirect(url_for("notifications.channels"))


@blueprint.post("/settings/channels/server/try")
@requires(P.CHANNEL_EDIT)
def try_server() -> ResponseReturnValue:
    """Send a trial mail, and say whether the server has taken it."""
    form = TrialForm()
    if not form.validate_on_submit():
        return _page(_server_form(fresh=True), _group_form(fresh=True), form), 422
    target = (form.mailbox.data or "").strip()
    try:
        with transaction():
            server.note_trial(target, actor=current_actor())
        sending.try_mail(target, _door())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "mailbox")
        return _page(_server_form(fresh=True), _group_form(fresh=True), form), 422
    flash(gettext("邮件服务器已收下，请到 %(target)s 里看看。", target=target), "success")
    return redirect(url_for("notifications.channels"))


@blueprint.post("/settings/channels/groups")
@requires(P.CHANNEL_EDIT)
def add_group() -> ResponseReturnValue:
    """A new group robot."""
    form = _group_form()
    if not form.validate_on_submit():
        return _page(_server_form(fresh=True), form), 422
    try:
        with transaction():
            unit = get_unit(current_actor().scope(P.CHANNEL_EDIT), form.unit_id.data)
            topics = [Topic(topic) for topic in form.topics.data or ()]
            addresses.add_group(unit, form.given(), topics, _door(), actor=current_actor())
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "target")
        return _page(_server_form(fresh=True), form), 422
    flash(gettext("群机器人已添加。发一条试试。"), "success")
    return redirect(url_for("notifications.channels"))


@blueprint.post("/settings/channels/groups/<int:address_id>/try")
@requires(P.CHANNEL_EDIT)
def try_group(address_id: int) -> ResponseReturnValue:
    """Post a trial message, and say whether it arrived."""
    group = queries.get_group(address_id)
    try:
        sending.post_now(group, sending.trial_letter(), _door())
    except RuleBroken as refused:
        flash(gettext("没有发出：%(why)s", why=refused.sentence), "error")
    else:
        flash(gettext("已发到群里，请到群里看看。"), "success")
    return redirect(url_for("notifications.channels"))


@blueprint.post("/settings/channels/groups/<int:address_id>/remove")
@requires(P.CHANNEL_EDIT)
def remove_group(address_id: int) -> ResponseReturnValue:
    """Nothing is posted there any more."""
    with transaction():
        addresses.remove(queries.get_group(address_id), actor=current_actor())
    flash(gettext("群机器人已去掉。"), "success")
    return redirect(url_for("notifications.channels"))


def _server_form(*, fresh: bool = False) -> ServerForm:
    kept = mail_server()
    data = {"site": site_address(), **(asdict(kept) if kept else {})}
    form = ServerForm(formdata=None, data=data) if fresh else ServerForm(data=data)
    form.security.choices = Security.choices()
    return form


def _group_form(*, fresh: bool = False) -> GroupForm:
    form = GroupForm(formdata=None) if fresh else GroupForm()
    scope = current_actor().scope(P.CHANNEL_EDIT)
    form.unit_id.choices = [(unit.id, unit.name) for unit in list_places(scope)]
    form.channel.choices = [(value, label) for value, label in Channel.choices() if Channel(value).is_robot]
    form.topics.choices = Topic.choices()
    if request.method == "GET" or fresh:
        form.topics.data = [Topic.SUBSTITUTE]
    return form


def _page(form: ServerForm, group: GroupForm, trial: TrialForm | None = None) -> str:
    hosts, kept = _door(), mail_server()
    return render_template(
        "notifications/channels.html",
        form=form,
        group=group,
        groups=queries.list_groups(),
        hosts=sorted(hosts.hosts | hosts.own),
        topics={topic.value: topic for topic in Topic},
        trial=trial or TrialForm(formdata=None),
        has_mail=kept is not None,
        has_password=kept is not None and bool(kept.password),
    )
