"""Signing in and out, one's own account, and the accounts and roles pages of the administrators."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from accounts import queries, services
from accounts.enums import P, Role
from accounts.forms import ActivationForm, GrantForm, PasswordForm, SignInForm, UserForm
from accounts.web import (
    cookie_name,
    current_actor,
    current_place,
    current_scope,
    current_user_row,
    public,
    requires,
    sign_in_token,
)
from core import refusals
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.tables import wants_export
from core.web import safe_next

blueprint = Blueprint("accounts", __name__)


def _address() -> str:
    return request.remote_addr or ""


def _with_session(token: str, target: str) -> Response:
    answer = redirect(target)
    answer.set_cookie(
        cookie_name(), token, httponly=True, secure=current_app.config["HTTPS"], samesite="Lax", path="/"
    )
    return answer


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if g.actor is not None:
        return redirect(safe_next(request.args.get("next"), "/"))
    return render_template(
        "accounts/sign_in.html", form=SignInForm(), next=safe_next(request.args.get("next"), "/")
    )


@blueprint.post("/sign-in")
@public
def sign_in_post() -> ResponseReturnValue:
    """Check name and password; every failure counts towards the throttle."""
    form = SignInForm()
    target = safe_next(request.form.get("next"), "/")
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form, next=target), 422
    login, password = (form.login.data or "").strip(), form.password.data or ""
    sentence = gettext("登录名或密码不对。")
    if services.is_throttled(login, _address()):
        sentence = gettext("试得太多了，请 15 分钟后再试。")
    else:
        user = services.verify(login, password)
        if user is not None:
            browser.clear()
            with transaction():
                token = services.sign_in(user, password)
            return _with_session(token, target)
        with transaction():
            services.note_failure(login, _address())
    form.password.errors = [sentence]
    return render_template("accounts/sign_in.html", form=form, next=target), 401


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session on the server and forget the cookie."""
    token = sign_in_token()
    if token:
        with transaction():
            services.sign_out(token)
    browser.clear()
    answer = redirect(url_for("accounts.sign_in"))
    answer.delete_cookie(
        cookie_name(), path="/", secure=current_app.config["HTTPS"], httponly=True, samesite="Lax"
    )
    return answer


@blueprint.route("/activate", methods=["GET", "POST"])
@public
def activate() -> ResponseReturnValue:
    """Set the first password with a one-time code."""
    form = ActivationForm()
    if request.method == "GET":
        form.code.data = request.args.get("code", "")
        return render_template("accounts/activate.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/activate.html", form=form), 422
    if services.is_throttled("activation", _address()):
        form.code.errors = [gettext("试得太多了，请 15 分钟后再试。")]
        return render_template("accounts/activate.html", form=form), 429
    try:
        with transaction():
            user = services.activate(form.code.data or "", form.password.data or "")
            token = services.sign_in(user, form.password.data or "")
    except RuleBroken as refused:
        if not refused.violations:
            with transaction():
                services.note_failure("activation", _address())
        refusals.put_errors(form, refused, "code")
        return render_template("accounts/activate.html", form=form), 422
    browser.clear()
    return _with_session(token, "/")


@blueprint.route("/password", methods=["GET", "POST"])
@requires(P.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    """Change one's own password; other browsers are signed out."""
    form = PasswordForm()
    if request.method == "GET":
        return render_template("accounts/password.html", form=form)
    if not form.validate_on_submit():
        return render_template("accounts/password.html", form=form), 422
    try:
        with transaction():
            services.change_password(
                current_user_row(), form.old.data or "", form.password.data or "", keep=sign_in_token()
            )
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "old")
        return render_template("accounts/password.html", form=form), 422
    flash(gettext("密码已改，其他设备上的登录都已退出。"))
    return redirect("/")


@blueprint.post("/language")
@public
def language() -> ResponseReturnValue:
    """Switch between Chinese and English, remembered in the browser."""
    chosen = request.form.get("language", "")
    if chosen in current_app.config["LANGUAGES"]:
        browser["language"] = chosen
    return redirect(safe_next(request.form.get("next"), "/"))


@blueprint.post("/switch-unit")
@requires(P.OWN_ACCOUNT)
def switch_unit() -> ResponseReturnValue:
    """Look at another place of the tree; 0 goes back to everything one reaches."""
    chosen = request.form.get("unit_id", 0, type=int)
    browser["place"] = chosen
    g.pop("place_unit", None)
    if chosen and current_place() is None:
        browser.pop("place")
        raise NotFound(gettext("没有这个单位，或不在您的管理范围内。"))
    return redirect(safe_next(request.form.get("next"), "/"))


@blueprint.get("/accounts/")
@requires(P.ACCOUNT_VIEW)
def users() -> ResponseReturnValue:
    """All accounts."""
    table = queries.users_table()
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("accounts/users.html", page=table.page(request.args), form=UserForm())


@blueprint.get("/accounts/<int:user_id>")
@requires(P.ACCOUNT_VIEW)
def user(user_id: int) -> ResponseReturnValue:
    """One account with its roles."""
    return _user_page(user_id, GrantForm())


def _user_page(user_id: int, form: GrantForm, code: str | None = None) -> str:
    form.role.choices = Role.choices()
    form.unit_id.choices = [(u.id, u.title) for u in queries.list_units(current_scope(P.ACCOUNT_VIEW))]
    return render_template("accounts/user.html", user=queries.get_user(user_id), form=form, code=code)


@blueprint.post("/accounts/")
@requires(P.ACCOUNT_EDIT)
def create() -> ResponseReturnValue:
    """A new account with its activation code, shown once."""
    form = UserForm()
    if not form.validate_on_submit():
        page = queries.users_table().page(request.args)
        return render_template("accounts/users.html", page=page, form=form), 422
    with transaction():
        made = services.create_user(form.login.data or "", form.name.data or "")
        code = services.issue_codes([made], actor=current_actor())[made.id]
        made_id = made.id
    return _user_page(made_id, GrantForm(formdata=None), code)


@blueprint.post("/accounts/<int:user_id>/code")
@requires(P.ACCOUNT_EDIT)
def new_code(user_id: int) -> ResponseReturnValue:
    """A fresh activation code for somebody who lost theirs, shown once."""
    with transaction():
        code = services.issue_codes([queries.get_user(user_id)], actor=current_actor())[user_id]
    return _user_page(user_id, GrantForm(formdata=None), code)


@blueprint.post("/accounts/<int:user_id>/disable")
@requires(P.ACCOUNT_EDIT)
def disable(user_id: int) -> ResponseReturnValue:
    """Close the account and end its sessions."""
    with transaction():
        services.disable(queries.get_user(user_id), actor=current_actor())
    flash(gettext("账号已停用。"))
    return redirect(url_for("accounts.user", user_id=user_id))


@blueprint.post("/accounts/<int:user_id>/enable")
@requires(P.ACCOUNT_EDIT)
def enable(user_id: int) -> ResponseReturnValue:
    """Open the account again."""
    with transaction():
        services.enable(queries.get_user(user_id))
    flash(gettext("账号已启用。"))
    return redirect(url_for("accounts.user", user_id=user_id))


@blueprint.post("/accounts/<int:user_id>/grants")
@requires(P.ROLE_GRANT)
def grant(user_id: int) -> ResponseReturnValue:
    """Give a role."""
    form = GrantForm()
    form.role.choices = Role.choices()
    form.unit_id.choices = [(u.id, u.title) for u in queries.list_units(current_scope())]
    if not form.validate_on_submit():
        return _user_page(user_id, form), 422
    with transaction():
        services.grant(
            queries.get_user(user_id), form.role.data, queries.get_unit(current_scope(), form.unit_id.data)
        )
    flash(gettext("角色已授予。"))
    return redirect(url_for("accounts.user", user_id=user_id))


@blueprint.post("/accounts/<int:user_id>/grants/revoke")
@requires(P.ROLE_GRANT)
def revoke(user_id: int) -> ResponseReturnValue:
    """Take a role back."""
    role, unit_id = request.form.get("role", ""), request.form.get("unit_id", 0, type=int)
    if role not in {r.value for r in Role}:
        raise NotFound(gettext("没有这个角色。"))
    with transaction():
        services.revoke(queries.get_user(user_id), Role(role), unit_id)
    flash(gettext("角色已收回。"))
    return redirect(url_for("accounts.user", user_id=user_id))
