"""Every shared piece on a few pages, served without the product, so that the front end is tested by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, flash, jsonify, render_template, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from werkzeug.serving import make_server
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

import core.web
from core.tables import Badge, Column, Filter, Table, wants_export
from tests.core.test_tables import Base, Person

ROOT = Path(__file__).resolve().parents[2]
TONES = ("ok", "warn", "bad", "info", "idle", "accent")
PLACES = [
    ("home", "工作台", "/"),
    ("calendar", "排课", "/board"),
    ("people", "师资库", "/people"),
    ("building", "教学基地", "/bases"),
    ("lectern", "党课责任", "/duties"),
    ("settings", "设置", "/form"),
]
PEOPLE: Table[Person] = Table(
    name="people",
    title="师资库",
    columns=[
        Column("name", "姓名", lambda p: p.name, sort=Person.name, note=lambda _p: "县委党校 高级讲师"),
        Column("score", "评分", lambda p: p.score, sort=Person.score, kind="number"),
        Column("until", "聘期至", lambda p: date(2027, 5, 1 + p.id % 28), kind="date"),
        Column("load", "工作量", lambda p: (p.id % 10) / 10, kind="percent"),
        Column("state", "状态", lambda p: Badge("在聘", TONES[p.id % 6]), kind="badge"),
        Column("courses", "可授课程", lambda p: ["党章党规", "乡村振兴"][: p.id % 3], kind="tags"),
    ],
    filters=[
        Filter(
            "open", "状态", lambda s, v: s.where(Person.is_open == (v == "y")), [("y", "在库"), ("n", "退出")]
        )
    ],
    search=Person.search_text,
    search_hint="搜索姓名",
    default_sort="name",
    row_url=lambda p: f"/people/{p.id}",
)

HOME = """{% extends "base.html" %}
{% from "_ui.html" import stat, todo, badge, facts, tabs, note, menu, post_button, copy_button, empty %}
{% from "_charts.html" import ring, sparkline, bars, stacked, meter %}{% from "_progress.html" import progress %}
{% block title %}工作台{% endblock %}{% block subtitle %}<p>5月10日 周一</p>{% endblock %}
{% block primary_action %}<a class="btn btn-primary" href="/form">新建班次</a>
{% call menu('更多') %}<a class="menu-item" href="/people">导入</a>{% endcall %}{% endblock %}
{% block content %}
<ul class="todos">{% call todo('周敏谢绝了 5月12日 上午', '/people', '理由：出差', 'bad', 'x-circle') %}
<a class="btn btn-sm btn-outline-secondary" href="/people">选替换讲师</a>{% endcall %}{{ todo('待确认的预约', '/board', count=3) }}</ul>
<div class="stats">{{ stat('本年课次', 301, '次') }}{% call stat('已讲党课', 42, url='/people') %}{{ sparkline([3, 5, 9], '近三月') }}{% endcall %}</div>
<div class="split"><section class="panel"><h2>各季度</h2>{{ bars([('一季度', 42), ('二季度', 80)], '课次', unit='次') }}
{{ stacked([('已讲', 12, 'ok'), ('未排', 3, 'warn')], '党课') }}{{ ring(72, '完成率') }} {{ meter(87.5, 100, '评分') }}</section>
<aside class="panel">{{ facts([('电话', '138****5678'), ('备注', '')]) }}</aside></div>
{{ tabs([('课表', '/', true), ('讲师', '/people', false, 30)]) }}
{% for tone in ['ok', 'warn', 'bad', 'info', 'idle', 'accent'] %}{{ badge('状态', tone) }} {% endfor %}
{{ note('规则不允许', 'bad') }}{{ note('请核对', 'warn') }}{{ empty('还没有课次', '新建', '/form') }}
{{ progress('run', '/progress', '正在排课', 40, '已排 120 个课次', '1 分钟', '/refused') }}
{{ post_button('/done', '退出', confirm='让 王建国 退出师资库', confirm_label='退出') }}
{{ post_button('', '发布', disabled_reason='还有 2 个课次没有讲师') }} {{ copy_button('请于 5月12日 上课') }}
<button class="btn btn-outline-secondary" type="button" hx-post="/refused" hx-swap="none">保存</button>
{% endblock %}"""

LIST = """{% extends "base.html" %}{% from "_table.html" import table %}{% block title %}师资库{% endblock %}
{% block content %}{{ table(page, bulk=[{'label': '停用', 'url': '/done', 'confirm': '停用选中的账号'}]) }}{% endblock %}"""

FORM = """{% extends "base.html" %}{% from "_forms.html" import field, error_summary, buttons, person_picker %}
{% from "_ui.html" import crumbs %}{% block title %}推荐讲师{% endblock %}{% block crumbs %}{{ crumbs([('师资库', '/people')]) }}{% endblock %}
{% block content %}<form class="form" method="post" novalidate data-guard>{{ f.hidden_tag() }}{{ error_summary(f) }}<div class="form-grid">
{{ field(f.name) }}{{ field(f.phone) }}{{ field(f.kind) }}{{ field(f.until) }}{{ person_picker(f.lecturer, '/people.json') }}
{{ field(f.answer) }}{{ field(f.remark, wide=true) }}{{ field(f.is_open) }}</div>{{ buttons('保存', cancel_url='/people') }}</form>{% endblock %}"""

BOARD = """{% extends "base.html" %}{% block title %}排课板{% endblock %}{% block content %}
<div class="board-scroll" tabindex="0" role="region" aria-label="5月"><table class="board"><caption class="visually-hidden">5月</caption>
<thead><tr><th scope="col">日期</th><th scope="col">上午</th><th scope="col">下午</th></tr></thead><tbody>{% for d in range(1, 9) %}
<tr><th scope="row"{% if d == 3 %} class="is-today"{% endif %}>5月{{ d }}日</th><td><a class="slot slot-ok" href="/people"><b>乡村振兴</b><small>王建国</small></a></td>
<td class="is-closed"></td></tr>{% endfor %}</tbody></table></div>{% endblock %}"""

PROGRESS = '{% from "_progress.html" import progress %}{{ progress("run", "/progress", "排好了", 100, done=true, result_url="/") }}'


class PersonForm(FlaskForm):  # type: ignore[misc]
    name = StringField("姓名", [InputRequired("请填写姓名")])
    phone = StringField("手机号", [Optional()], description="用于登录")
    kind = SelectField("来源类别", choices=[("a", "领导干部"), ("b", "专家学者")])
    until = DateField("聘期至", [InputRequired("请填写日期")])
    lecturer = SelectField("讲师", choices=[("", "")], validate_choice=False)
    answer = RadioField("回答", choices=[("y", "接受"), ("n", "谢绝")])
    remark = TextAreaField("说明", [Optional()])
    is_open = BooleanField("公开联系方式")


def _people() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for n in range(1, 131):
            session.add(
                Person(
                    id=n,
                    name=f"张{n:03}",
                    search_text=f"张 zhang {n}",
                    score=60 + n % 40,
                    is_open=n % 3 > 0,
                    town_id=1,
                )
            )
        session.commit()
    return engine


def _context() -> dict[str, Any]:
    units = [SimpleNamespace(id=1, name="嘉祥县委组织部"), SimpleNamespace(id=2, name="纸坊镇")]
    actor = SimpleNamespace(
        name="王主任", unit_name="嘉祥县委组织部", unit_id=1, units=units, can=lambda _p: True
    )
    nav = [
        SimpleNamespace(key=key, icon=key, label=label, url=url, active=request.path == url, children=())
        for key, label, url in PLACES
    ]
    return {"actor": actor, "nav": nav, "locale": "zh_CN", "unread": 3}


def gallery() -> Flask:
    """The pages: / /people /form /board /error, and what they post to."""
    app = Flask(
        "gallery", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "app" / "static")
    )
    app.config.update(SECRET_KEY="gallery")
    Babel(app, default_locale="zh_CN")
    CSRFProtect(app)
    core.web.install(app)
    app.context_processor(_context)
    engine = _people()

    @app.get("/")
    def home() -> str:
        flash("已保存。", "success")
        return render_template_string(HOME)

    @app.get("/people")
    def people() -> ResponseReturnValue:
        with Session(engine) as session:
            listing = PEOPLE.bind(session, select(Person))
            if wants_export(request.args):
                return listing.export(request.args)
            return render_template_string(LIST, page=listing.page(request.args))

    @app.get("/people/<int:number>")
    def person(number: int) -> str:
        return render_template_string(BOARD, number=number)

    @app.route("/form", methods=["GET", "POST"])
    def form() -> ResponseReturnValue:
        person_form = PersonForm()
        status = 200 if request.method == "GET" or person_form.validate() else 422
        return render_template_string(FORM, f=person_form), status

    @app.get("/board")
    def board() -> str:
        return render_template_string(BOARD)

    @app.get("/people.json")
    def people_json() -> Response:
        return jsonify([{"value": "7", "text": "王建国", "note": f"县委党校 · {request.args['q']}"}])

    @app.get("/progress")
    def progress() -> str:
        return render_template_string(PROGRESS)

    @app.get("/error")
    def error() -> ResponseReturnValue:
        violations = [SimpleNamespace(sentence="王建国 5月12日 上午已有课", help="换一个半天")]
        words = {
            "title": "规则不允许",
            "sentence": "不能这样排。",
            "violations": violations,
            "help": "换一位讲师。",
        }
        return render_template("errors/error.html", status=422, **words), 422

    @app.post("/refused")
    def refused() -> ResponseReturnValue:
        return render_template(
            "errors/_fragment.html", sentence="这条记录刚刚被别人改过。", violations=[], help=None
        ), 409

    @app.post("/done")
    def done() -> str:
        return render_template_string(BOARD)

    return app


@contextmanager
def served() -> Iterator[str]:
    """The gallery on a free loopback port."""
    server = make_server("127.0.0.1", 0, gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
