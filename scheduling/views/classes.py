"""The list of classes, one class as a grid, its form and its timetable on paper."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts import queries as account_queries
from accounts.enums import Level, P
from accounts.web import current_actor, current_scope, requires
from core import clock, refusals
from core.db import transaction
from core.errors import RuleBroken
from core.excel import workbook_response
from core.files import MIME, FileKind, download_bytes
from core.tables import wants_export
from scheduling.enums import HalfDay, SessionState
from scheduling.forms import ClassForm, whole
from scheduling.queries import board_papers, choices, figures, timetable
from scheduling.queries import classes as class_queries
from scheduling.queries import packages as package_queries
from scheduling.queries import sessions as session_queries
from scheduling.services import checking, planning, publishing
from scheduling.views import blueprint


@blueprint.get("/")
@requires(P.SCHEDULE_VIEW)
def index() -> ResponseReturnValue:
    """The first page of 排课."""
    return redirect(url_for("scheduling.classes"))


@blueprint.get("/classes")
@requires(P.SCHEDULE_VIEW)
def classes() -> ResponseReturnValue:
    """The classes with what each still lacks."""
    listing = class_queries.classes_table(current_scope())
    if wants_export(request.args):
        return listing.export(request.args)
    may_publish = current_actor().can(P.SCHEDULE_PUBLISH)
    ready = class_queries.count_ready(current_scope(P.SCHEDULE_PUBLISH)) if may_publish else 0
    return render_template("scheduling/class_list.html", page=listing.page(request.args), ready=ready)


@blueprint.get("/classes/<int:class_id>")
@requires(P.SCHEDULE_VIEW)
def show_class(class_id: int) -> ResponseReturnValue:
    """A class: its days and half-days, what is missing, and whether rules and ratios hold."""
    klass = class_queries.get_class(current_scope(), class_id)
    rows = session_queries.list_sessions(klass.id)
    lessons = session_queries.lessons_of(rows)
    placed = [row for row in rows if row.is_live and row.start is not None]
    now = clock.now()
    return render_template(
        "scheduling/class.html",
        klass=klass,
        lessons=lessons,
        days=session_queries.grid_of(lessons, klass, figures.day_times()),
        halves=_halves(lessons),
        gauges=figures.gauges_of(rows, is_main=klass.is_main),
        violations=checking.violations_of(klass, placed),
        versions=class_queries.list_versions(klass.id),
        packages=package_queries.orders_of_class(klass.id),
        stage_badge=package_queries.stage_badge,
        may_edit=class_queries.may_edit(current_actor().scope(P.SCHEDULE_EDIT), klass)
        and current_actor().can(P.SCHEDULE_EDIT),
        untold=len(publishing.sort_out(rows)[0]),
        unmarked=sum(1 for row in rows if row.state is SessionState.PUBLISHED and row.end and row.end <= now),
    )


def _halves(lessons: list[session_queries.Lesson]) -> list[HalfDay]:
    """Columns of the grid: mornings and afternoons always, the others when something stands there."""
    used = {x.session.half_day for x in lessons if x.session.start is None}
    times = figures.day_times()
    used |= {times.half_day_of(x.session.start) for x in lessons if x.session.start}
    return [half for half in HalfDay if half in (HalfDay.MORNING, HalfDay.AFTERNOON) or half in used]


@blueprint.route("/classes/new", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def new_class() -> ResponseReturnValue:
    """A class that is not in a workbook."""
    form = _class_form()
    if request.method == "GET" or not form.validate_on_submit():
        return render_template(
            "scheduling/class_form.html", form=form, klass=None
        ), 200 if request.method == "GET" else 422
    try:
        with transaction():
            owner = choices.planning_unit(current_scope())
            klass = planning.create_class(owner, form.facts(), actor=current_actor())
            class_id = klass.id
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "name")
        return render_template("scheduling/class_form.html", form=form, klass=None), 422
    flash(gettext("班次已建立，接着添加课次。"), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


@blueprint.route("/classes/<int:class_id>/edit", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def edit_class(class_id: int) -> ResponseReturnValue:
    """Change a class."""
    klass = class_queries.get_own_class(current_scope(), class_id)
    form = _class_form(klass)
    if request.method == "GET" or not form.validate_on_submit():
        return render_template(
            "scheduling/class_form.html", form=form, klass=klass
        ), 200 if request.method == "GET" else 422
    try:
        with transaction():
            klass = class_queries.get_own_class(current_scope(), class_id)
            seen = whole(form.version.data) or None
            planning.update_class(klass, form.facts(), actor=current_actor(), seen=seen)
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "name")
        return render_template("scheduling/class_form.html", form=form, klass=klass), 422
    flash(gettext("班次已保存。"), "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


def _class_form(klass: Any = None) -> ClassForm:
    form = ClassForm(obj=klass)
    units = account_queries.list_units(current_scope())
    towns = [(unit.id, unit.name) for unit in units if unit.level is not Level.UNIT]
    form.offer(
        [(unit.id, unit.title) for unit in units], towns, choices.list_bases(current_scope(P.BASE_VIEW))
    )
    if klass is not None and request.method == "GET":
        form.tier.data, form.order_kind.data = klass.tier.value, klass.order_kind.value
        form.audience.data = klass.audience.value if klass.audience else ""
        form.host_id.data, form.town_id.data = klass.host_id or 0, klass.town_id or 0
        form.main_base_id.data = klass.main_base_id or 0
    return form


@blueprint.get("/classes/<int:class_id>/timetable")
@requires(P.SCHEDULE_VIEW)
def class_timetable(class_id: int) -> ResponseReturnValue:
    """The timetable for paper, as a workbook with the staff's own columns, or as a grid in Word."""
    klass = class_queries.get_class(current_scope(), class_id)
    if request.args.get("export") == "docx":
        lessons = session_queries.lessons_of(
            [
                row
                for row in session_queries.list_sessions(klass.id)
                if row.state is not SessionState.CANCELLED
            ]
        )
        name = gettext("%(name)s课程表", name=klass.name)
        data = board_papers.timetable_document(klass, lessons)
        return download_bytes(data, f"{name}.docx", MIME[FileKind.DOCX])
    lines = timetable.lines_of(klass)
    if wants_export(request.args):
        return workbook_response(
            gettext("%(name)s课程表", name=klass.name), [timetable.sheet_of(klass, lines)]
        )
    return render_template(
        "scheduling/timetable.html", klass=klass, lines=lines, headings=timetable.headings()
    )


@blueprint.get("/people")
@requires(P.SCHEDULE_EDIT)
def people() -> ResponseReturnValue:
    """People of the pool for the picker: `?q=` → value, text, note."""
    found = choices.find_people(current_scope(P.POOL_VIEW), request.args.get("q", "")[:40])
    return [{"value": person_id, "text": name, "note": note} for person_id, name, note in found]
