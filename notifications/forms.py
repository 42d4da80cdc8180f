"""Forms of addresses, wishes, the outbox and the mail server."""

from __future__ import annotations

from datetime import time

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.validators import Optional as Blank

from core.fields import TickBoxes
from core.mail import MailServer, Security
from notifications.enums import Channel, Digest, Topic
from notifications.rules import QUIET_FROM, QUIET_UNTIL
from notifications.services.addresses import Given


class AddressForm(FlaskForm):
    """An address of one's own."""

    channel = SelectField(_("方式"), coerce=lambda value: Channel(value))
    target = StringField(
        _("地址"),
        [InputRequired(_("请填写地址。")), Length(max=400)],
        description=_("邮箱地址；群机器人填它的 Webhook 地址，以 https:// 开头。"),
    )
    secret = PasswordField(
        _("签名密钥"), [Length(max=200)], description=_("只有设了“加签”的钉钉、飞书机器人要填。")
    )

    def given(self) -> Given:
        """What was typed."""
        return Given(self.channel.data, self.target.data or "", self.secret.data or "")

    @classmethod
    def offered(cls) -> AddressForm:
        """The form with its choices."""
        form = cls()
        form.channel.choices = Channel.choices()
        return form


class GroupForm(FlaskForm):
    """A unit's group robot."""

    unit_id = SelectField(_("单位"), coerce=int)
    channel = SelectField(_("方式"), coerce=lambda value: Channel(value))
    name = StringField(_("群的名字"), [InputRequired(_("请给这个群起个名字。")), Length(max=60)])
    target = StringField(
        _("Webhook 地址"), [InputRequired(_("请填写地址。")), Length(max=400)], description=_("加密保存。")
    )
    secret = PasswordField(
        _("签名密钥"), [Length(max=200)], description=_("机器人设了“加签”时填写，加密保存。")
    )
    topics = TickBoxes(_("发到群里的消息"), coerce=lambda value: Topic(value))

    def given(self) -> Given:
        """What was typed."""
        return Given(self.channel.data, self.target.data or "", self.secret.data or "", self.name.data or "")


class CodeForm(FlaskForm):
    """The code that was sent to an address."""

    code = StringField(_("验证码"), [InputRequired(_("请填写收到的验证码。")), Length(max=12)])


class WishForm(FlaskForm):
    """Quiet hours and digest; the ways by topic are boxes of the page."""

    quiet_from = TimeField(_("免打扰开始"), [InputRequired(_("请填写时间。"))], default=QUIET_FROM)
    quiet_until = TimeField(
        _("免打扰结束"),
        [InputRequired(_("请填写时间。"))],
        default=QUIET_UNTIL,
        description=_("开始和结束相同就是不设免打扰。变动、取消和找人接替的消息不受限制。"),
    )
    digest = SelectField(_("合并"), coerce=lambda value: Digest(value), choices=[])

    def times(self) -> tuple[time, time]:
        """From and until."""
        return self.quiet_from.data or QUIET_FROM, self.quiet_until.data or QUIET_UNTIL


class MessageForm(FlaskForm):
    """The text of a message that has not gone yet."""

    title = StringField(_("标题"), [InputRequired(_("请填写标题。")), Length(max=160)])
    body = TextAreaField(_("正文"), [Length(max=2000)])
    version = HiddenField()


class TrialForm(FlaskForm):
    """Where a trial mail goes."""

    mailbox = StringField(_("收件邮箱"), [InputRequired(_("请填写邮箱。")), Length(max=200)])


class ServerForm(FlaskForm):
    """The mail server and the address of the application."""

    site = StringField(
        _("系统的访问地址"),
        [Length(max=200)],
        description=_("如 https://jiangtai.example.gov.cn。邮件和群消息里的链接用它；不填就不带链接。"),
    )
    host = StringField(
        _("邮件服务器"), [Length(max=200)], description=_("如 smtp.example.gov.cn。不填就不发邮件。")
    )
    port = IntegerField(_("端口"), [Blank(), NumberRange(1, 65535)], default=465)
    security = SelectField(_("加密"), coerce=lambda value: Security(value))
    login = StringField(_("登录名"), [Length(max=200)])
    password = PasswordField(_("密码"), [Length(max=200)], description=_("不填就保留原来的。加密保存。"))
    forget = BooleanField(_("清除保存的密码"))
    sender = StringField(_("发件地址"), [Length(max=200)])
    sender_name = StringField(_("发件人名称"), [Length(max=60)], default="讲台")

    def server(self, kept: str) -> MailServer:
        """What was typed, with the kept password where none was typed."""
        password = "" if self.forget.data else self.password.data or kept
        return MailServer(
            host=(self.host.data or "").strip(),
            port=self.port.data or 465,
            security=self.security.data,
            login=(self.login.data or "").strip(),
            password=password,
            sender=(self.sender.data or "").strip(),
            sender_name=" ".join((self.sender_name.data or "").split()),
        )
