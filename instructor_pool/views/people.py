"""The list, one person's file, nominating and editing, showing what is masked."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from accounts import services as accounts
from accounts.enums import Level, P
from accounts.queries import find_unit_by_name, list_places, list_units
from accounts.web import current_actor, current_scope, current_user_row, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.sealed import mask_id_number, mask_phone
from core.tables import wants_export
from courses.queries import get_course, list_courses
from instructor_pool import queries
from instructor_pool.enums import EngagementMode, Gender, NominationKind, PoolState, SourceCategory
from instructor_pool.forms import PersonForm, RevealForm
from instructor_pool.rules import days_left, life
from instructor_pool.rules.calendars import year_of
from instructor_pool.rules.clearance import clearance_problem
from instructor_pool.rules.identity import plain_number
from instructor_pool.rules.strip import year_strip
from instructor_pool.rules.terms import alert, share_gone
from instructor_pool.services import entering, nominating, privacy
from instructor_pool.services.register import InstructorFields
from instructor_pool.views.blueprint import blueprint
from instructor_pool.views.times import away_text, usual_week


@blueprint.get("/instructors/")
@requires(P.POOL_VIEW)
def index() -> ResponseReturnValue:
    """The pool."""
    table = queries.instructors_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("instructor_pool/list.html", page=table.page(request.args))


@blueprint.get("/instructors/candidates")
@requires(P.POOL_VIEW)
def candidates() -> ResponseReturnValue:
    """People on their way in."""
    table = queries.candidates_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("instructor_pool/candidates.html", page=table.page(request.args))


@blueprint.get("/instructors/picker")
@requires(P.POOL_VIEW)
def picker() -> ResponseReturnValue:
    """People by name, pinyin or initials, for person pickers."""
    found = queries.pick_people(current_scope(), request.args.get("q", "")[:60])
    return jsonify([{"value": str(p.id), "text": p.name, "note": p.work_unit} for p in found])


@blueprint.get("/instructors/teachers/<int:course_id>")
@requires(P.POOL_VIEW)
def teachers(course_id: int) -> ResponseReturnValue:
    """Who may teach a course, as a piece of the course's page."""
    course = get_course(current_actor().scope(P.COURSE_VIEW), course_id)
    rows = [(q, queries.clearance_badge(q)) for q in queries.teachers_of(current_scope(), course.id)]
    return render_template("instructor_pool/_teachers.html", rows=rows)


@blueprint.get("/instructors/<int:instructor_id>")
@requires(P.POOL_VIEW)
def show(instructor_id: int) -> ResponseReturnValue:
    """One person's file."""
    person = queries.get_instructor(current_scope(), instructor_id)
    if person.merged_into_id is not None:
        return redirect(url_for("instructor_pool.show", instructor_id=person.merged_into_id))
    actor = current_actor()
    panel = queries.find_last_panel(person.id)
    seat = next((r for r in panel.reviewers if r.user_id == actor.user_id), None) if panel else None
    can_edit = actor.scope(P.POOL_EDIT).covers(person.owner.path)
    can_approve = actor.scope(P.POOL_APPROVE).covers(person.owner.path)
    held = queries.find_certificate(person.id)
    return render_template(
        "instructor_pool/show.html",
        **profile(person),
        panel=panel,
        seat=seat,
        shows_scores=panel is not None
        and (panel.closed_at is not None or (seat is not None and seat.sheet_id is not None)),
        history=queries.list_history(person.id),
        nominations=queries.list_nominations(person.id),
        attachments=queries.list_attachments(person.id),
        is_candidate=person.state in life.CANDIDATES,
        hints=queries.list_hints(current_scope(), person.id) if can_edit else [],
        actions=[
            a
            for a in life.possible(person.state, person.engagement_mode)
            if _may(a in life.APPROVER_ACTIONS, can_edit, can_approve)
        ],
        waits_for=[
            a
            for a in life.possible(person.state, person.engagement_mode)
            if a in life.APPROVER_ACTIONS and not can_approve
        ],
        approver_actions=life.APPROVER_ACTIONS,
        years=[(row, queries.grade_badge(row.grade)) for row in queries.list_published(person.id)],
        publicity=queries.find_publicity(person.id),
        letter=queries.find_letter(person.id),
        certificate=held,
        certificate_status=queries.certificate_status(held) if held else None,
        teaches_now=any(clearance_problem(q, clock.today()) is None for q in person.qualifications),
        publicity_problem=(
            queries.publicity_problem(person) if person.state is PoolState.PUBLICISED else None
        ),
        can_edit=can_edit,
        can_approve=can_approve,
        needs_code=actor.scope(P.ACTIVATION_ISSUE).covers(person.owner.path) and needs_account(person),
        can_reveal=actor.scope(P.POOL_REVEAL).covers(person.owner.path),
    )


def needs_account(person: Any) -> bool:
    """Whether the person is in the pool and has yet to activate an account."""
    user = person.user
    waiting = user is None or (user.password_hash is None and not user.disabled)
    return person.state in life.IN_POOL and waiting


def _may(approvers_only: bool, can_edit: bool, can_approve: bool) -> bool:
    return can_approve if approvers_only else can_edit


def profile(person: Any) -> dict[str, Any]:
    """What every page about one person shows: term, availability of the year, masked contact, what may be embedded."""
    today = clock.today()
    away = queries.unavailable_of(person.id, *year_of(today.year))
    dated = queries.list_unavailability(person.id, clock.now())
    left = days_left(person, today)
    load_url = f"/scheduling/instructors/{person.id}/load"
    trend_url = f"/instructors/{person.id}/trend"
    clash_url = f"/scheduling/instructors/{person.id}/clashes"
    own_clash_url = "/teaching/clashes"
    loans_url = f"/loans/of/{person.id}"
    return {
        "person": person,
        "badge_of_state": queries.state_badge(person),
        "days_left": left,
        "term_alert": alert(left),
        "term_share": round(share_gone(person, today) * 100),
        "strip": year_strip(today.year, [(a.starts, a.ends, a.grade) for a in away], today),
        "year": today.year,
        "coming": [(a, away_text(a.starts, a.ends)) for a in dated],
        "weekly": usual_week(queries.list_weekly(person.id)),
        "masked_phone": mask_phone(person.phone),
        "masked_id": mask_id_number(person.id_number),
        "own_clash_url": own_clash_url if is_served(own_clash_url) else "",
        "load_url": load_url if is_served(load_url) else "",
        "loans_url": loans_url if is_served(loans_url) else "",
        "clash_url": clash_url if is_served(clash_url) else "",
        "trend_url": trend_url if is_served(trend_url) else "",
        "in_pool": person.state in life.IN_POOL,
        "teaches": [(q, queries.clearance_badge(q)) for q in person.qualifications],
        "incidents": [i for i in queries.list_incidents(person.id) if i.revoked_at is None],
    }


def is_served(path: str) -> bool:
    """Whether a page answers GET at `path`: parts that other features serve are embedded only then."""
    try:
        current_app.url_map.bind("").match(path)
    except (HTTPException, RequestRedirect):
        return False
    return True


def _form(person: Any = None) -> PersonForm:
    form = PersonForm(obj=person)
    courses = list_courses(current_actor().scope(P.COURSE_VIEW))
    towns = list_units(current_actor().scope(P.POOL_EDIT), Level.TOWNSHIP)
    form.offer([(c.id, c.name) for c in courses], [(str(t.id), t.name) for t in towns])
    return form


def _fields(form: PersonForm) -> InstructorFields:
    scope = current_actor().scope(P.POOL_EDIT)
    chosen = set(form.courses.data or ())
    fields = InstructorFields(
        name=form.name.data or "",
        gender=Gender(form.gender.data) if form.gender.data else None,
        birth_month=form.birth_month.data,
        ethnicity=form.ethnicity.data or "",
        political_status=form.political_status.data or "",
        education=form.education.data or "",
        major=form.major.data or "",
        work_unit=form.work_unit.data or "",
        unit=find_unit_by_name(scope, form.work_unit.data or ""),
        post_title=form.post_title.data or "",
        professional_title=form.professional_title.data or "",
        source_category=SourceCategory(form.source_category.data),
        engagement_mode=EngagementMode(form.engagement_mode.data),
        is_volunteer=form.is_volunteer.data,
        research=form.research.data or "",
        recommended_by=form.recommended_by.data or "",
        town=next((t for t in list_units(scope, Level.TOWNSHIP) if t.id == form.town_id), None),
        max_per_day=form.max_per_day.data or 2,
        max_per_week=form.max_per_week.data,
        max_per_month=form.max_per_month.data,
        max_per_year=form.max_per_year.data,
        fee_per_hour=form.fee_per_hour.data or 0,
        remark=form.remark.data or "",
        courses=[
            c for c in list_courses(current_actor().scope(P.COURSE_VIEW), retired=True) if c.id in chosen
        ],
    )
    if form.phone.data:
        fields["phone"] = form.phone.data
    if form.id_number.data:
        fields["id_number"] = plain_number(form.id_number.data)
    return fields


@blueprint.route("/instructors/nominate", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def nominate() -> ResponseReturnValue:
    """Enter a candidate."""
    form = _form()
    if request.method == "GET":
        form.max_per_day.data, form.fee_per_hour.data = 2, 0
        return render_template("instructor_pool/edit.html", form=form, person=None)
    if not form.validate_on_submit():
        return render_template("instructor_pool/edit.html", form=form, person=None), 422
    try:
        with transaction():
            owner = list_places(current_scope())[0]
            actor, fields = current_actor(), _fields(form)
            person = entering.nominate(owner, fields, reason=gettext("组织推荐"), actor=actor)
            unit = fields["recommended_by"] or owner.title
            told = nominating.Told(NominationKind.ORGANISATION, actor.name, unit)
            nominating.note_nomination(person, told, actor=actor)
            made = person.id
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        return render_template("instructor_pool/edit.html", form=form, person=None), 422
    flash(gettext("已推荐 %(name)s，下一步审查资格。", name=form.name.data), "success")
    return redirect(url_for("instructor_pool.show", instructor_id=made))


@blueprint.route("/instructors/<int:instructor_id>/edit", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def edit(instructor_id: int) -> ResponseReturnValue:
    """Change what is known of a person."""
    person = queries.get_instructor(current_scope(), instructor_id)
    form = _form(person)
    if request.method == "GET":
        form.show(person)
        return _edit_page(form, person)
    if not form.validate_on_submit():
        return _edit_page(form, person), 422
    try:
        with transaction():
            row = queries.get_instructor(current_scope(), instructor_id)
            entering.update_instructor(row, _fields(form), actor=current_actor(), seen=form.seen)
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        return _edit_page(form, queries.get_instructor(current_scope(), instructor_id)), 422
    flash(gettext("%(name)s 的资料已保存。", name=form.name.data), "success")
    return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))


def _edit_page(form: PersonForm, person: Any) -> str:
    return render_template(
        "instructor_pool/edit.html",
        form=form,
        person=person,
        masked_phone=mask_phone(person.phone),
        masked_id=mask_id_number(person.id_number),
    )


@blueprint.route("/instructors/<int:instructor_id>/reveal", methods=["GET", "POST"])
@requires(P.POOL_REVEAL)
def reveal(instructor_id: int) -> ResponseReturnValue:
    """Telephone and identity number in plain: one's own password again, and a reason."""
    person = queries.get_instructor(current_scope(), instructor_id)
    form = RevealForm()
    if request.method == "GET":
        return render_template("instructor_pool/reveal.html", form=form, person=person, shown=None)
    if not form.validate_on_submit():
        return render_template("instructor_pool/reveal.html", form=form, person=person, shown=None), 422
    if not _is_oneself(form):
        return render_template("instructor_pool/reveal.html", form=form, person=person, shown=None), 422
    try:
        with transaction():
            row = queries.get_instructor(current_scope(), instructor_id)
            shown = privacy.reveal(row, form.reason.data or "", actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "reason")
        person = queries.get_instructor(current_scope(), instructor_id)
        return render_template("instructor_pool/reveal.html", form=form, person=person, shown=None), 422
    person = queries.get_instructor(current_scope(), instructor_id)
    return render_template(
        "instructor_pool/reveal.html", form=RevealForm(formdata=None), person=person, shown=shown
    )


def _is_oneself(form: RevealForm) -> bool:
    """Whether the password is the actor's own; failures count towards the throttle like a sign-in."""
    user, address = current_user_row(), request.remote_addr or ""
    login = user.login
    if accounts.is_throttled(login, address):
        form.password.errors = [gettext("试得太多了，请 15 分钟后再试。")]
        return False
    if accounts.verify(login, form.password.data or "") is None:
        with transaction():
            accounts.note_failure(login, address)
        form.password.errors = [gettext("密码不对。")]
        return False
    return True
