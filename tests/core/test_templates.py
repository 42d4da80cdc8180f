"""The shared pieces of pages: what a person and a screen reader get, and nothing the policy forbids."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from tests.core.test_tables import PEOPLE, Base, Person

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FORBIDDEN = [
    (re.compile(r"\sstyle\s*="), "an inline style"),
    (re.compile(r"\son[a-z]+\s*="), "an inline handler"),
    (re.compile(r"<script(?![^>]*\ssrc=)"), "an inline script"),
    (re.compile(r"<style\b"), "an inline style sheet"),
    (re.compile(r"hx-on|hx-vals=['\"]js:"), "htmx code that needs eval"),
    (re.compile(r"javascript:"), "a javascript address"),
    (re.compile(r"https?://(?!www\.w3\.org)"), "an address of another host"),
    (re.compile(r"\|\s*safe\b(?!\s*\}\}</svg>)"), "text marked safe"),
]


class PersonForm(FlaskForm):  # type: ignore[misc]
    name = StringField("姓名", [InputRequired("请填写姓名")], description="和身份证一致")
    phone = StringField("手机号", [Optional()])
    kind = SelectField("来源类别", choices=[("a", "领导干部")])
    answer = RadioField("回答", choices=[("y", "接受"), ("n", "谢绝")])
    until = DateField("聘期至", [Optional()])
    is_open = BooleanField("公开")


@pytest.fixture
def page() -> Iterator[Flask]:
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.config.update(SECRET_KEY="x", TESTING=True)
    app.jinja_env.globals["asset"] = lambda name: f"/static/{name}"
    Babel(app, default_locale="zh_CN")
    CSRFProtect(app)
    with app.test_request_context("/people", method="POST", data={}):
        yield app


def render(source: str, **context: Any) -> str:
    return render_template_string(source, **context)


def test_templates_hold_nothing_the_policy_forbids() -> None:
    found = [
        f"{path.relative_to(TEMPLATES)}: {fault}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for pattern, fault in FORBIDDEN
        if pattern.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_wrong_fields_are_summed_up_and_linked(page: Flask) -> None:
    form = PersonForm(meta={"csrf": False})
    form.validate()
    html = render(
        '{% from "_forms.html" import field, error_summary %}{{ error_summary(f) }}{{ field(f.name) }}',
        f=form,
    )
    assert '<a href="#name">姓名：请填写姓名</a>' in html
    assert 'aria-describedby="name-help name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="name-error"' in html
    assert 'id="name-help">和身份证一致' in html


@pytest.mark.parametrize(
    ("name", "said"), [("name", False), ("phone", True), ("kind", False), ("until", True), ("answer", False)]
)
def test_optional_fields_say_so(page: Flask, name: str, said: bool) -> None:
    form = PersonForm(meta={"csrf": False})
    html = render('{% from "_forms.html" import field %}{{ field(f[n]) }}', f=form, n=name)
    assert ("（选填）" in html) is said


def test_choices_are_a_group_with_a_legend(page: Flask) -> None:
    html = render(
        '{% from "_forms.html" import field %}{{ field(f.answer) }}', f=PersonForm(meta={"csrf": False})
    )
    assert '<fieldset class="field" id="answer">' in html
    assert "<legend>回答</legend>" in html
    assert html.count('type="radio"') == 2


def test_a_list_has_caption_order_labels_and_pages(page: Flask) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            Person(id=n, name=f"<b>张{n}", search_text="z", score=n, is_open=True, town_id=1)
            for n in range(1, 31)
        )
        session.flush()
        listing = PEOPLE.page(session, select(Person), MultiDict({"sort": "score", "open": "yes"}))
        html = render(
            '{% from "_table.html" import table %}{% call(row) table(page, bulk=[{"label": "停用", "url": "/off"}]) %}'
            "<i>{{ row.obj.id }}</i>{% endcall %}",
            page=listing,
        )
    engine.dispose()
    assert '<caption class="visually-hidden">师资库</caption>' in html
    assert html.count('aria-sort="ascending"') == 1
    assert 'data-label="评分"' in html
    assert "<b>张" not in html
    assert "&lt;b&gt;张1" in html
    assert html.count('name="ids"') == 25
    assert '<a class="row-link" href="/people/1">' in html
    assert "状态：在库" in html
    assert "export=xlsx" in html
    assert "第 1–25 条，共 30 条" in html
    assert 'formaction="/off"' in html
    assert "<i>25</i>" in html


def test_an_empty_list_says_what_to_do(page: Flask) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        source = '{% from "_table.html" import table %}{{ table(page, empty_text="还没有讲师", empty_label="导入", empty_url="/in") }}'
        empty = render(source, page=PEOPLE.page(session, select(Person), MultiDict()))
        narrowed = render(source, page=PEOPLE.page(session, select(Person), MultiDict({"q": "无"})))
    engine.dispose()
    assert "还没有讲师" in empty
    assert 'href="/in"' in empty
    assert "没有符合条件的记录" in narrowed
    assert "清除全部筛选" in narrowed


def test_charts_say_their_numbers(page: Flask) -> None:
    html = render(
        '{% from "_charts.html" import ring, sparkline, bars, stacked %}{{ ring(130, "完成率") }}{{ sparkline([], "空") }}'
        '{{ sparkline([3, 0, 5], "近三月") }}{{ bars([("一季度", 0)], "课次", unit="次") }}{{ stacked([("已讲", 0, "ok")], "党课") }}'
    )
    assert 'aria-label="完成率 100%"' in html
    assert "近三月：3，0，5" in html
    assert ">0次<" in html
    assert "<caption>课次</caption>" in html


def test_progress_asks_again_only_while_it_runs(page: Flask) -> None:
    source = '{% from "_progress.html" import progress %}{{ progress("r1", "/r/1", "正在排课", percent=p, done=d, result_url="/plan", cancel_url="/stop") }}'
    running, done = render(source, p=None, d=False), render(source, p=100, d=True)
    assert 'hx-get="/r/1"' in running
    assert "停止" in running
    assert "<progress id" in running
    assert "value=" not in running.split("<progress")[1].split(">")[0]
    assert "hx-get" not in done
    assert 'href="/plan"' in done
    assert "停止" not in done


def test_a_button_that_cannot_act_says_why(page: Flask) -> None:
    html = render(
        '{% from "_ui.html" import post_button %}{{ post_button("", "发布", disabled_reason="还有 2 个课次没有讲师") }}'
    )
    assert "disabled" in html
    assert "还有 2 个课次没有讲师" in html
    assert "<form" not in html


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500, 503])
def test_error_pages_name_the_rule_and_the_way_out(page: Flask, status: int) -> None:
    html = render_template(
        "errors/error.html",
        status=status,
        title="规则不允许",
        sentence="同一讲师不能同时讲两个课次。",
        violations=[SimpleNamespace(sentence="王建国 5月12日 上午已有课", help="换一个半天")],
        help=None,
        actor=None,
        nav=[],
        locale="zh_CN",
    )
    assert "data-sentence>同一讲师不能同时讲两个课次。" in html
    assert "王建国 5月12日 上午已有课" in html
    assert html.count("<h1") == 1
    assert ('class="rail"' in html) is False


def test_a_flash_with_undo_posts_back(page: Flask) -> None:
    source = '{% extends "base.html" %}{% block title %}页{% endblock %}'
    flashes = [("success", {"text": "已清除", "undo_url": "/undo"}), ("error", "没有成功")]
    html = render(source, get_flashed_messages=lambda **_: flashes, actor=None, nav=[], locale="en")
    assert 'action="/undo"' in html
    assert "flash flash-bad" in html
    assert '<html lang="en"' in html
