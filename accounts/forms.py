"""Forms of sign-in, passwords and accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from accounts.enums import Role


class SignInForm(FlaskForm):
    """Name and password."""

    login = StringField(_("登录名"), [InputRequired(_("请填写登录名。")), Length(max=64)])
    password = PasswordField(_("密码"), [InputRequired(_("请填写密码。")), Length(max=200)])


class PasswordForm(FlaskForm):
    """Change one's own password."""

    old = PasswordField(_("原密码"), [InputRequired(_("请填写原密码。")), Length(max=200)])
    password = PasswordField(
        _("新密码"),
        [InputRequired(_("请填写新密码。")), Length(max=200)],
        description=_("至少 10 位，不要用常见密码。"),
    )
    repeat = PasswordField(_("再输一遍"), [EqualTo("password", _("两遍密码不一样。"))])


class ActivationForm(FlaskForm):
    """Use a one-time code to set the first password."""

    code = StringField(
        _("激活码"),
        [InputRequired(_("请填写激活码。")), Length(max=30)],
        description=_("组织员发给您的 12 位代码，用一次即失效。"),
    )
    password = PasswordField(
        _("设一个密码"),
        [InputRequired(_("请填写新密码。")), Length(max=200)],
        description=_("至少 10 位，不要用常见密码。"),
    )
    repeat = PasswordField(_("再输一遍"), [EqualTo("password", _("两遍密码不一样。"))])


class UserForm(FlaskForm):
    """A new account; it is activated by a one-time code."""

    login = StringField(_("登录名"), [InputRequired(_("请填写登录名。")), Length(min=2, max=64)])
    name = StringField(_("姓名"), [InputRequired(_("请填写姓名。")), Length(max=80)])


class GrantForm(FlaskForm):
    """A role at a unit; unit choices are passed in."""

    role = SelectField(_("角色"), coerce=lambda value: Role(value))
    unit_id = SelectField(_("单位"), coerce=int)
