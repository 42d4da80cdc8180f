"""How I am told: addresses of one's own, proven by a code, and the wishes for them."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from core.outgoing import Door
from notifications.enums import Channel, Digest, Topic
from notifications.forms import AddressForm, CodeForm, WishForm
from notifications.queries import addresses as queries
from notifications.queries.server import mail_server
from notifications.rules import Letter
from notifications.rules.robots import door
from notifications.services import addresses as services
from notifications.services import sending
from notifications.views import blueprint


def _user() -> int:
    return current_actor().user_id or 0


def _door() -> Door:
    return door(current_app.config["CHANNEL_HOSTS"])


@blueprint.get("/me/messages")
@requires(P.OWN_ACCOUNT)
def own_messages() -> ResponseReturnValue:
    """My addresses and wishes."""
    return _page(AddressForm.offered())


@blueprint.post("/me/messages/addresses")
@requires(P.OWN_ACCOUNT)
def add_address() -> ResponseReturnValue:
    """A new address: a code goes there at once."""
    form = AddressForm.offered()
    if not form.validate_on_submit():
        return _page(form), 422
    if form.channel.data is Channel.MAIL and mail_server() is None:
        form.channel.errors = [gettext("系统还没有设置邮件服务器，请找系统管理员。")]
        return _page(form), 422
    try:
        with transaction():
            address = services.add_own(_user(), form.given(), _door(), actor=current_actor())
            address_id, code = address.id, services.new_code(address)
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "target")
        return _page(form), 422
    return _sent(address_id, code)


@blueprint.post("/me/messages/addresses/<int:address_id>/code")
@requires(P.OWN_ACCOUNT)
def send_code(address_id: int) -> ResponseReturnValue:
    """Another code for an address that is not proven yet."""
    with transaction():
        code = services.new_code(queries.get_own(_user(), address_id))
    return _sent(address_id, code)


def _sent(address_id: int, code: str) -> ResponseReturnValue:
    """The transaction is over: posting takes as long as the other side does."""
    letter = Letter(
        gettext("讲台验证码：%(code)s", code=code), gettext("15 分钟内有效。不是您本人操作请忽略。")
    )
    try:
        sending.post_now(queries.get_own(_user(), address_id), letter, _door())
    except RuleBroken as refused:
        flash(gettext("验证码没有发出：%(why)s", why=refused.sentence), "error")
    else:
        flash(gettext("验证码已发出，请查收后填在这里。"), "success")
    return redirect(url_for("notifications.own_messages", _anchor=f"a{address_id}"))


@blueprint.post("/me/messages/addresses/<int:address_id>/prove")
@requires(P.OWN_ACCOUNT)
def prove_address(address_id: int) -> ResponseReturnValue:
    """The code that came back."""
    form = CodeForm()
    with transaction():
        address = queries.get_own(_user(), address_id)
        proven = form.validate_on_submit() and services.prove(address, form.code.data or "")
    if not proven:
        flash(gettext("验证码不对或已过期。错 5 次后要重新发送。"), "error")
    else:
        flash(gettext("地址已验证，以后的消息会发到这里。"), "success")
    return redirect(url_for("notifications.own_messages", _anchor=f"a{address_id}"))


@blueprint.post("/me/messages/addresses/<int:address_id>/remove")
@requires(P.OWN_ACCOUNT)
def remove_address(address_id: int) -> ResponseReturnValue:
    """Nothing goes there any more."""
    with transaction():
        services.remove(queries.get_own(_user(), address_id), actor=current_actor())
    flash(gettext("地址已去掉。"), "success")
    return redirect(url_for("notifications.own_messages"))


@blueprint.post("/me/messages/wishes")
@requires(P.OWN_ACCOUNT)
def save_wishes() -> ResponseReturnValue:
    """Which messages by which ways, quiet hours, digest."""
    form = _wish_form()
    if not form.validate_on_submit():
        return _page(AddressForm.offered(), form), 422
    ticked = set(request.form.getlist("way"))
    offered = set(_channels())
    before = queries.wish_of(_user())
    ways = {
        topic: {
            channel
            for channel in Channel
            # What the page did not offer stays as it was.
            if (f"{topic}:{channel}" in ticked if channel in offered else before.wants(topic, channel))
        }
        for topic in Topic
    }
    begins, ends = form.times()
    with transaction():
        choice = services.Choice(ways, begins, ends, form.digest.data)
        services.prefer(_user(), choice, actor=current_actor())
    flash(gettext("消息设置已保存。"), "success")
    return redirect(url_for("notifications.own_messages"))


def _wish_form() -> WishForm:
    wish = queries.wish_of(_user())
    form = WishForm(
        data={"quiet_from": wish.quiet_from, "quiet_until": wish.quiet_until, "digest": wish.digest}
    )
    form.digest.choices = Digest.choices()
    return form


def _channels() -> list[Channel]:
    """The ways there is an address in use for."""
    in_use = {a.channel for a in queries.list_own(_user()) if a.is_in_use}
    return [channel for channel in Channel if channel in in_use]


def _page(form: AddressForm, wishes: WishForm | None = None) -> str:
    return render_template(
        "notifications/own.html",
        form=form,
        wishes=wishes or _wish_form(),
        addresses=queries.list_own(_user()),
        channels=_channels(),
        topics=list(Topic),
        wish=queries.wish_of(_user()),
        code=CodeForm(formdata=None),
        has_mail=mail_server() is not None,
    )
