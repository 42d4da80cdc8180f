"""Yearly assessments: runs, the ranked table, one person's year, the level's policy, one's own years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_unit
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from core.web import row_number
from core.words import labelled
from instructor_pool import queries
from instructor_pool.enums import AssessmentGrade, AssessmentRemark, Consequence, ExitReason, Outcome
from instructor_pool.forms import GradeForm, PolicyForm
from instructor_pool.rules import life
from instructor_pool.rules.assessment import Policy, assess, used_up_by_incidents
from instructor_pool.services import assessing
from instructor_pool.views.blueprint import blueprint

YEARS_BACK = 5


@blueprint.get("/instructors/assessments")
@requires(P.SCORE_VIEW)
def assessments() -> ResponseReturnValue:
    """Runs so far, and asking for another."""
    table = queries.runs_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    may_run = current_actor().can(P.POOL_EDIT)
    this_year = clock.today().year
    return render_template(
        "instructor_pool/assessments.html",
        page=table.page(request.args),
        pools=queries.list_pools(current_scope(P.POOL_EDIT)) if may_run else [],
        years=range(this_year, this_year - YEARS_BACK, -1),
        # In the first months it is the year before that is assessed.
        usual=this_year - 1 if clock.today().month <= 3 else this_year,
    )


@blueprint.post("/instructors/assessments")
@requires(P.POOL_EDIT)
def request_assessment() -> ResponseReturnValue:
    """Ask for a pool's year to be worked out, or worked out anew."""
    with transaction():
        owner = get_unit(current_scope(), row_number(request.form.get("unit")) or 0)
        run = assessing.request(owner, row_number(request.form.get("year")) or 0, actor=current_actor())
        run_id = run.id
    return redirect(url_for("instructor_pool.assessment_run", run_id=run_id))


@blueprint.get("/instructors/assessments/<int:run_id>")
@requires(P.SCORE_VIEW)
def assessment_run(run_id: int) -> ResponseReturnValue:
    """One year: progress while it is worked out, else how it came out and the ranked table."""
    run = queries.get_assessment_run(current_scope(), run_id)
    table = queries.year_table(run.id)
    if wants_export(request.args):
        return table.export(request.args)
    actor, path = current_actor(), run.owner.path
    spread = queries.distribution(run.id)
    return render_template(
        "instructor_pool/assessment_run.html",
        **_progress_facts(run),
        page=table.page(request.args),
        spread=spread,
        tones={grade: queries.grade_badge(grade).tone for grade, _n in spread.grades},
        is_whole=run.until is not None and (run.until.month, run.until.day) == (12, 31),
        may_run=actor.scope(P.POOL_EDIT).covers(path) and run.published_at is None,
        may_publish=actor.scope(P.POOL_APPROVE).covers(path) and run.published_at is None,
    )


@blueprint.get("/instructors/assessments/<int:run_id>/progress")
@requires(P.SCORE_VIEW)
def assessment_progress(run_id: int) -> ResponseReturnValue:
    """The bar, asked for again and again; the whole page comes anew once the run has ended."""
    run = queries.get_assessment_run(current_scope(), run_id)
    answer = make_response(
        render_template("instructor_pool/_assessment_progress.html", **_progress_facts(run))
    )
    if run.state not in assessing.ACTIVE:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _progress_facts(run: Any) -> dict[str, Any]:
    return {"run": run, "badge_of_state": queries.run_badge(run), "is_active": run.state in assessing.ACTIVE}


@blueprint.post("/instructors/assessments/<int:run_id>/publish")
@requires(P.POOL_APPROVE)
def publish_assessment(run_id: int) -> ResponseReturnValue:
    """Publish the year to everybody in it."""
    with transaction():
        run = queries.get_assessment_run(current_scope(), run_id)
        seen = _seen()
        told = assessing.publish(run, actor=current_actor(), seen=seen)
    flash(gettext("已公布，通知了 %(n)s 位有账号的讲师。", n=told), "success")
    return redirect(url_for("instructor_pool.assessment_run", run_id=run_id))


@blueprint.route("/instructors/assessments/policy/<int:unit_id>", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def assessment_policy(unit_id: int) -> ResponseReturnValue:
    """How a level weighs a year."""
    owner = get_unit(current_scope(), unit_id)
    form = PolicyForm(obj=queries.policy_of(owner))
    if request.method == "GET":
        return _policy_page(form, owner)
    if not form.validate_on_submit():
        return _policy_page(form, owner), 422
    try:
        with transaction():
            assessing.set_policy(get_unit(current_scope(), unit_id), form.policy(), actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "feedback")
        return _policy_page(form, get_unit(current_scope(), unit_id)), 422
    flash(gettext("已保存，下次测算起用新的办法。"), "success")
    return redirect(url_for("instructor_pool.assessments"))


def _policy_page(form: PolicyForm, owner: Any) -> str:
    return render_template("instructor_pool/assessment_policy.html", form=form, owner=owner, usual=Policy())


@blueprint.get("/instructors/assessments/people/<int:assessment_id>")
@requires(P.SCORE_VIEW)
def assessment(assessment_id: int) -> ResponseReturnValue:
    """One person's year with the numbers behind it, and what can be done about it."""
    row = queries.get_assessment(current_scope(), assessment_id)
    return _person_page(row, _grade_form(row))


def _grade_form(row: Any) -> GradeForm:
    form = GradeForm()
    form.offer(row.grade)
    if not form.is_submitted():
        form.version.data = str(row.version)
    return form


def _person_page(row: Any, form: GradeForm, wrong: Mapping[str, str] | None = None) -> str:
    actor, path = current_actor(), row.instructor.owner.path
    is_own = row.instructor.user_id is not None and row.instructor.user_id == actor.user_id
    waits = row.run.published_at is not None and row.outcome is None and row.instructor.state in life.IN_POOL
    may_approve = actor.scope(P.POOL_APPROVE).covers(path)
    used_up = used_up_by_incidents(row.minor, row.serious, row.run.rules)
    return render_template(
        "instructor_pool/assessment.html",
        **explained(row),
        form=form,
        wrong=wrong or {},
        may_grade=actor.scope(P.YEAR_GRADE).covers(path) and not is_own,
        may_warn=waits and row.consequence is Consequence.WARNING and actor.scope(P.POOL_EDIT).covers(path),
        may_end=waits and row.consequence is Consequence.EXIT and may_approve,
        waits_for_approver=waits and row.consequence is Consequence.EXIT and not may_approve,
        why=ExitReason.BREACH_OF_DISCIPLINE if used_up else ExitReason.FAILED_ASSESSMENT,
    )


def explained(row: Any) -> dict[str, Any]:
    """What a page needs to open a year to its parts."""
    result = assess(row.figures, row.run.rules)
    return {
        "row": row,
        "policy": row.run.rules,
        "parts": {part.key: part for part in result.parts},
        "expected": result.expected,
        "remarks": [AssessmentRemark(word).label for word in row.remarks],
        "badge_of_grade": queries.grade_badge(row.grade),
        "badge_of_consequence": queries.consequence_badge(row),
    }


@blueprint.post("/instructors/assessments/people/<int:assessment_id>/grade")
@requires(P.YEAR_GRADE)
def grade_assessment(assessment_id: int) -> ResponseReturnValue:
    """Set another grade than the one proposed."""
    row = queries.get_assessment(current_scope(), assessment_id)
    form = _grade_form(row)
    if not form.validate_on_submit():
        return _person_page(row, form), 422
    try:
        with transaction():
            row = queries.get_assessment(current_scope(), assessment_id)
            grade, reason = AssessmentGrade(form.grade.data), form.reason.data or ""
            assessing.adjust(row, grade, reason, actor=current_actor(), seen=form.seen)
            name = row.instructor.name
    except RuleBroken as refused:
        put_errors(form, refused, "grade")
        return _person_page(queries.get_assessment(current_scope(), assessment_id), form), 422
    flash(gettext("%(name)s 的等次现在是「%(grade)s」。", name=name, grade=grade.label), "success")
    return redirect(url_for("instructor_pool.assessment", assessment_id=assessment_id))


@blueprint.post("/instructors/assessments/people/<int:assessment_id>/warn")
@requires(P.POOL_EDIT)
def warn_assessment(assessment_id: int) -> ResponseReturnValue:
    """Give the warning that was proposed."""
    return _settle(assessment_id, Outcome.WARNED)


@blueprint.post("/instructors/assessments/people/<int:assessment_id>/keep")
@requires(P.POOL_APPROVE)
def keep_assessment(assessment_id: int) -> ResponseReturnValue:
    """Decide against the exit that was proposed."""
    return _settle(assessment_id, Outcome.KEPT)


def _settle(assessment_id: int, outcome: Outcome) -> ResponseReturnValue:
    act = assessing.warn if outcome is Outcome.WARNED else assessing.keep
    try:
        with transaction():
            row = queries.get_assessment(current_scope(), assessment_id)
            seen = _seen()
            act(row, request.form.get("reason", ""), actor=current_actor(), seen=seen)
            name = row.instructor.name
    except RuleBroken as refused:
        if not refused.violations:
            raise
        row = queries.get_assessment(current_scope(), assessment_id)
        return _person_page(row, _grade_form(row), {outcome.value: refused.sentence}), 422
    flash(labelled(name, outcome.label), "success")
    return redirect(url_for("instructor_pool.assessment", assessment_id=assessment_id))


@blueprint.get("/me/assessments")
@requires(P.OWN_TEACHING)
def own_assessments() -> ResponseReturnValue:
    """One's own published years, each opened to its parts."""
    person = queries.get_own(current_actor())
    years = [explained(row) for row in queries.list_published(person.id)]
    return render_template("instructor_pool/own_assessments.html", years=years)


def _seen() -> int | None:
    return row_number(request.form.get("version")) or None
