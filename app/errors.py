"""Turns every refusal into an answer: a page, an htmx fragment or problem+json. Nobody else does."""

from __future__ import annotations

import structlog
from flask import Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from accounts.forms import SignInForm
from accounts.web import SignInNeeded
from core.db import db
from core.errors import DomainError, RuleBroken, Violation
from core.web import is_htmx

log = structlog.get_logger()


def _titles() -> dict[int, str]:
    return {
        400: gettext("这个请求看不懂"),
        401: gettext("请先登录"),
        403: gettext("没有权限"),
        404: gettext("没有找到"),
        405: gettext("不能这样打开"),
        409: gettext("和别人的改动冲突了"),
        413: gettext("文件太大"),
        422: gettext("规则不允许"),
        429: gettext("请求太频繁"),
        500: gettext("系统出错了"),
        503: gettext("暂时不能使用"),
    }


def _sentences() -> dict[int, str]:
    return {
        400: gettext("页面可能已过期，请返回刷新后再试。"),
        404: gettext("没有这一页，或不在您的管理范围内。"),
        405: gettext("请从页面上的按钮进入。"),
        413: gettext("一次最多上传 20 MB。"),
        429: gettext("请过一会儿再试。"),
        500: gettext("已经记下，什么都没有保存。请稍后再试。"),
        503: gettext("数据库暂时连不上，什么都没有保存。请稍后再试。"),
    }


def _answer(status: int, sentence: str, violations: tuple[Violation, ...] = ()) -> ResponseReturnValue:
    title = _titles().get(status, gettext("没有成功"))
    if request.accept_mimetypes.best == "application/json":
        problem = {
            "title": title,
            "status": status,
            "detail": sentence,
            "violations": [
                {"code": v.code, "sentence": v.sentence, "subject": v.subject} for v in violations
            ],
        }
        answer = jsonify(problem)
        answer.mimetype = "application/problem+json"
        return answer, status
    name = "errors/_fragment.html" if is_htmx() else "errors/error.html"
    return render_template(
        name, status=status, title=title, sentence=sentence, violations=violations, help=None
    ), status


def _sign_in(_error: SignInNeeded) -> ResponseReturnValue:
    if is_htmx() or request.method != "GET" or request.accept_mimetypes.best == "application/json":
        return _answer(401, gettext("登录已过期，请重新登录。"))
    target = request.full_path.rstrip("?")
    return render_template("accounts/sign_in.html", form=SignInForm(formdata=None), next=target), 401


def _refused(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    return _answer(error.status, error.sentence, error.violations if isinstance(error, RuleBroken) else ())


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    return _answer(status, _sentences().get(status, error.description or ""))


def _database(error: OperationalError) -> ResponseReturnValue:
    db.session.rollback()
    log.error("database_unavailable", error=str(error.orig))
    return _answer(503, _sentences()[503])


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing:
        raise error
    db.session.rollback()
    log.exception("unexpected_error", endpoint=request.endpoint)
    return _answer(500, _sentences()[500])


def _ready() -> ResponseReturnValue | None:
    if not current_app.config["DATABASE_READY"] and request.endpoint not in ("static", "pages.health"):
        return _answer(503, gettext("数据库还没有准备好：请先运行 flask db upgrade。"))
    return None


def install(app: Flask) -> None:
    """Register the handlers, most particular first."""
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)
    app.before_request(_ready)
