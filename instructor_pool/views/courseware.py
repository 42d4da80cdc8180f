"""Courseware: what waits for review, one version, handing in for somebody or for oneself."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.files import download
from core.refusals import put_errors
from core.settings import get_setting
from core.tables import wants_export
from core.web import row_number
from courses.queries import get_course, list_courses
from instructor_pool import queries
from instructor_pool.forms import CoursewareForm, OpinionForm
from instructor_pool.rules.clearance import DEFAULT_DAYS, default_until
from instructor_pool.services import courseware as items
from instructor_pool.services.courseware import Draft
from instructor_pool.views.blueprint import blueprint


@blueprint.get("/instructors/courseware")
@requires(P.POOL_VIEW)
def courseware_list() -> ResponseReturnValue:
    """Every version, those that wait for review first when one comes from the to-do."""
    table = queries.courseware_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("instructor_pool/courseware_list.html", page=table.page(request.args))


@blueprint.get("/instructors/courseware/<int:courseware_id>")
@requires(P.POOL_VIEW)
def courseware_item(courseware_id: int) -> ResponseReturnValue:
    """One version, the others of the same course, and the review for those who may."""
    form = OpinionForm()
    form.until.data = default_until(clock.today(), get_setting("courseware_days", DEFAULT_DAYS))
    return _item_page(courseware_id, form)


def _item_page(courseware_id: int, form: OpinionForm) -> str:
    item = queries.get_courseware(current_scope(P.POOL_VIEW), courseware_id)
    actor = current_actor()
    form.version.data = str(item.version)
    versions = queries.list_versions(item.instructor_id, item.course_id)
    own = actor.user_id in (item.submitted_by_id, item.instructor.user_id)
    return render_template(
        "instructor_pool/courseware_item.html",
        item=item,
        badge_of=queries.courseware_badge,
        versions=versions,
        form=form,
        may_review=actor.scope(P.COURSEWARE_REVIEW).covers(item.instructor.owner.path),
        is_own=own,
    )


@blueprint.post("/instructors/courseware/<int:courseware_id>/<verdict>")
@requires(P.COURSEWARE_REVIEW)
def review_courseware(courseware_id: int, verdict: str) -> ResponseReturnValue:
    """Clear a version, return it, or take it out of use."""
    form = OpinionForm()
    queries.get_courseware(current_scope(), courseware_id)
    if verdict not in ("clear", "return", "withdraw"):
        raise NotFound(gettext("没有这种处理。"))
    if not form.validate_on_submit():
        return _item_page(courseware_id, form), 422
    try:
        with transaction():
            item = queries.get_courseware(current_scope(), courseware_id)
            _decide(item, verdict, form)
            state = item.state.label
    except RuleBroken as refused:
        put_errors(form, refused, "opinion")
        return _item_page(courseware_id, form), 422
    flash(gettext("这一版课件：%(state)s。", state=state), "success")
    return redirect(url_for("instructor_pool.courseware_item", courseware_id=courseware_id))


def _decide(item: Any, verdict: str, form: OpinionForm) -> None:
    actor, opinion = current_actor(), form.opinion.data or ""
    if verdict == "return":
        items.send_back(item, opinion, actor=actor, seen=form.seen)
    elif verdict == "withdraw":
        items.withdraw(item, opinion, actor=actor, seen=form.seen)
    else:
        usual = default_until(clock.today(), get_setting("courseware_days", DEFAULT_DAYS))
        items.clear(item, until=form.until.data or usual, opinion=opinion, actor=actor, seen=form.seen)


@blueprint.route("/instructors/<int:instructor_id>/courseware", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def courseware_of(instructor_id: int) -> ResponseReturnValue:
    """What somebody teaches with, and handing in for them."""
    return _hand_in(
        lambda: queries.get_instructor(current_scope(), instructor_id),
        "instructor_pool/courseware_of.html",
        url_for("instructor_pool.courseware_of", instructor_id=instructor_id),
    )


@blueprint.route("/me/courseware", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def own_courseware() -> ResponseReturnValue:
    """What one teaches with, and handing in a version."""
    return _hand_in(
        lambda: queries.get_own(current_actor()),
        "instructor_pool/own_courseware.html",
        url_for("instructor_pool.own_courseware"),
    )


def _hand_in(get: Any, template: str, back: str) -> ResponseReturnValue:
    person = get()
    form = _form()
    if request.method == "GET":
        return _page(template, person, form)
    if not form.validate_on_submit():
        return _page(template, person, form), 422
    draft = _draft(form)
    try:
        with transaction():
            course = get_course(current_actor().scope(P.COURSE_VIEW), form.course.data)
            items.submit(get(), course, draft, actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "course")
        return _page(template, get(), form), 422
    flash(gettext("课件《%(title)s》已提交，等待审核。", title=form.title.data), "success")
    return redirect(back)


def _draft(form: CoursewareForm) -> Draft:
    upload = form.file.data
    has_file = bool(upload) and bool(upload.filename)
    return Draft(
        form.title.data or "",
        form.link.data or "",
        form.note.data or "",
        upload.filename if has_file else "",
        upload.read() if has_file else None,
    )


@blueprint.get("/instructors/courseware/<int:courseware_id>/file")
@requires(P.POOL_VIEW)
def courseware_file(courseware_id: int) -> ResponseReturnValue:
    """The file of a version, as a download."""
    return _serve(queries.get_courseware(current_scope(), courseware_id))


@blueprint.get("/me/courseware/<int:courseware_id>/file")
@requires(P.OWN_TEACHING)
def own_courseware_file(courseware_id: int) -> ResponseReturnValue:
    """One's own file, as a download."""
    person = queries.get_own(current_actor())
    own = [item for item in queries.list_courseware(person.id) if item.id == courseware_id]
    if not own:
        raise NotFound(gettext("没有这份课件，或不在您的管理范围内。"))
    return _serve(own[0])


def _serve(item: Any) -> ResponseReturnValue:
    if item.file is None:
        raise NotFound(gettext("这一版没有文件。"))
    return download(item.file)


def _form() -> CoursewareForm:
    form = CoursewareForm()
    chosen = row_number(request.args.get("course"))
    form.offer([(c.id, c.name) for c in list_courses(current_actor().scope(P.COURSE_VIEW))], chosen)
    return form


def _page(template: str, person: Any, form: CoursewareForm) -> str:
    versions: dict[int, list[Any]] = {}
    for item in queries.list_courseware(person.id):
        versions.setdefault(item.course_id, []).append(item)
    held = sorted(person.qualifications, key=lambda q: q.course.name)
    listed = {q.course_id for q in held}
    rows: list[tuple[Any, Any, list[Any]]] = [
        (q.course, queries.clearance_badge(q), versions.get(q.course_id, [])) for q in held
    ]
    rows += [(v[0].course, None, v) for course_id, v in versions.items() if course_id not in listed]
    return render_template(template, person=person, form=form, rows=rows, badge_of=queries.courseware_badge)
