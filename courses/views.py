"""The catalogue: list, one course, register and change."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import list_places
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from courses import queries, services
from courses.forms import CourseForm

blueprint = Blueprint("courses", __name__, url_prefix="/courses")


@blueprint.get("/")
@requires(P.COURSE_VIEW)
def index() -> ResponseReturnValue:
    """The catalogue."""
    table = queries.courses_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("courses/list.html", page=table.page(request.args))


@blueprint.get("/<int:course_id>")
@requires(P.COURSE_VIEW)
def show(course_id: int) -> ResponseReturnValue:
    """One course and who may teach it."""
    course = queries.get_course(current_scope(), course_id)
    can_edit = current_actor().scope(P.COURSE_EDIT).covers(course.owner.path)
    return render_template(
        "courses/show.html", course=course, audiences=queries.audience_labels(course), can_edit=can_edit
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def create() -> ResponseReturnValue:
    """Register a course in the catalogue of the place one looks at."""
    form = CourseForm()
    form.offer()
    if request.method == "GET":
        return render_template("courses/edit.html", form=form, course=None)
    if not form.validate_on_submit():
        return render_template("courses/edit.html", form=form, course=None), 422
    try:
        with transaction():
            owner = list_places(current_scope())[0]
            made = services.register_course(owner, form.details(), actor=current_actor()).id
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        return render_template("courses/edit.html", form=form, course=None), 422
    flash(gettext("课程「%(name)s」已登记。", name=form.name.data), "success")
    return redirect(url_for("courses.show", course_id=made))


@blueprint.route("/<int:course_id>/edit", methods=["GET", "POST"])
@requires(P.COURSE_EDIT)
def edit(course_id: int) -> ResponseReturnValue:
    """Change a course."""
    course = queries.get_course(current_scope(), course_id)
    form = CourseForm(obj=course)
    form.offer()
    if request.method == "GET":
        form.category.data, form.method.data = course.category.value, course.method.value
        form.audiences.data = list(course.audiences or [])
        form.counts_as.data = course.counts_as.value if course.counts_as else ""
        return render_template("courses/edit.html", form=form, course=course)
    if not form.validate_on_submit():
        return render_template("courses/edit.html", form=form, course=course), 422
    try:
        with transaction():
            row = queries.get_course(current_scope(), course_id)
            services.update_course(row, form.details(), actor=current_actor(), seen=form.seen)
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        course = queries.get_course(current_scope(), course_id)
        return render_template("courses/edit.html", form=form, course=course), 422
    flash(gettext("课程「%(name)s」已保存。", name=form.name.data), "success")
    return redirect(url_for("courses.show", course_id=course_id))


@blueprint.post("/<int:course_id>/retire")
@requires(P.COURSE_EDIT)
def retire(course_id: int) -> ResponseReturnValue:
    """Take a course off the menu."""
    with transaction():
        services.retire_course(queries.get_course(current_scope(), course_id), actor=current_actor())
    undo = url_for("courses.restore", course_id=course_id)
    flash({"text": gettext("课程已停开，已排的课次不受影响。"), "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("courses.show", course_id=course_id))


@blueprint.post("/<int:course_id>/restore")
@requires(P.COURSE_EDIT)
def restore(course_id: int) -> ResponseReturnValue:
    """Put a course back on the menu."""
    with transaction():
        services.restore_course(queries.get_course(current_scope(), course_id), actor=current_actor())
    flash(gettext("课程已恢复。"), "success")
    return redirect(url_for("courses.show", course_id=course_id))
