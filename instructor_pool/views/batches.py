"""Review batches: making one, its ranked page, pending decisions, applying them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import list_places
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from core.web import row_numbers
from core.words import labelled
from instructor_pool import queries
from instructor_pool.enums import BatchDecision
from instructor_pool.forms import BatchForm, DecisionForm, SeatForm
from instructor_pool.rules.picture import picture
from instructor_pool.services import batches as reviews
from instructor_pool.views.blueprint import blueprint


@blueprint.get("/instructors/batches")
@requires(P.POOL_VIEW)
def batches() -> ResponseReturnValue:
    """Every batch within reach."""
    table = queries.batches_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("instructor_pool/batches.html", page=table.page(request.args))


@blueprint.post("/instructors/candidates/check")
@requires(P.POOL_EDIT)
def check_candidates() -> ResponseReturnValue:
    """Pass the ticked ones against whom nothing stands; say of the others what is missing."""
    ids = row_numbers(request.form.getlist("ids"))
    with transaction():
        people = queries.list_by_ids(current_scope(), ids)
        passed, left = reviews.check_eligibility(people, actor=current_actor())
        lines = [labelled(p.name, "、".join(gap.label for gap in found)) for p, found in left]
        n = len(passed)
    if n:
        flash(gettext("%(n)s 位候选人资格审查通过。", n=n), "success")
    for line in lines[:10]:
        flash(gettext("没有通过 — %(line)s。补齐后再审，或打开档案单独办理。", line=line), "warning")
    if not n and not lines:
        flash(gettext("请选「已推荐」的候选人。"), "warning")
    return redirect(url_for("instructor_pool.candidates"))


def _new_form(scope: Any, owner: Any) -> tuple[BatchForm, dict[int, Any]]:
    form = BatchForm()
    people = queries.list_reviewable(scope, owner.id)
    form.people.choices = [(p.id, f"{p.name} · {p.work_unit}") for p in people]
    offered: dict[int, str] = {}
    for person in people[:1]:
        offered = {u.id: f"{u.name}({n})" for u, n in queries.list_evaluators(person)}
    for person in people[1:]:
        offered |= {u.id: f"{u.name}({n})" for u, n in queries.list_evaluators(person)}
    form.reviewers.choices = list(offered.items())
    return form, {p.id: p for p in people}


@blueprint.route("/instructors/batches/new", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def new_batch() -> ResponseReturnValue:
    """Make a batch and seat its panels."""
    owner = list_places(current_scope())[0]
    form, people = _new_form(current_scope(), owner)
    if request.method == "GET":
        form.title.data = gettext("%(month)s 评审", month=f"{clock.today():%Y-%m}")
        form.people.data = list(people)
    elif form.validate_on_submit():
        try:
            with transaction():
                owner = list_places(current_scope())[0]
                chosen = set(form.people.data or ())
                rows = [p for p in queries.list_reviewable(current_scope(), owner.id) if p.id in chosen]
                made = reviews.open_batch(
                    owner,
                    form.title.data or "",
                    rows,
                    panel=reviews.Panel(form.size.data or 3, tuple(form.reviewers.data or ())),
                    due=form.due.data,
                    actor=current_actor(),
                ).id
        except RuleBroken as refused:
            put_errors(form, refused, "reviewers")
        else:
            flash(gettext("批次已建立，评审人会在待办里看到。"), "success")
            return redirect(url_for("instructor_pool.batch", batch_id=made))
    page = render_template("instructor_pool/new_batch.html", form=form, people=people)
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/instructors/batches/<int:batch_id>")
@requires(P.POOL_VIEW)
def batch(batch_id: int) -> ResponseReturnValue:
    """The whole batch: ranked, as a picture, with what is pending."""
    row = queries.get_batch(current_scope(), batch_id)
    actor = current_actor()
    rows = queries.standings(row, actor)
    table = queries.standings_table(rows)
    if wants_export(request.args):
        return table.export(request.args)
    shown = [r for r in rows if r.rank is not None]
    dots = [(r.rank, r.person.name, bool(r.passed), r.mean, r.spread) for r in shown if r.spread is not None]
    return render_template(
        "instructor_pool/batch.html",
        batch=row,
        page=table.page(request.args),
        rows=rows,
        far=[r for r in shown if r.agreement and r.agreement.far],
        picture=picture(dots, row.panels[0].form.pass_mark) if row.panels else None,  # type: ignore[arg-type]
        pass_mark=row.panels[0].form.pass_mark if row.panels else 0,
        counts=[(d, sum(1 for p in row.panels if p.decision is d)) for d in BatchDecision],
        undecided=sum(1 for p in row.panels if p.decision is None),
        complete=sum(1 for p in row.panels if queries.is_complete(p)),
        can_edit=actor.scope(P.POOL_EDIT).covers(row.owner.path),
    )


def _panel(batch_row: Any, panel_id: int) -> Any:
    found = next((p for p in batch_row.panels if p.id == panel_id), None)
    if found is None:
        raise NotFound(gettext("这位候选人不在这个批次里。"))
    return found


@blueprint.route("/instructors/batches/<int:batch_id>/panels/<int:panel_id>", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def decide(batch_id: int, panel_id: int) -> ResponseReturnValue:
    """One candidate of a batch: the sheets, how far they agree, and the pending decision."""
    row = queries.get_batch(current_scope(), batch_id)
    panel = _panel(row, panel_id)
    form = DecisionForm()
    form.offer()
    if request.method == "GET":
        form.decision.data = panel.decision.value if panel.decision else ""
        form.reason.data = panel.decision_reason
        return _decide_page(row, panel_id, form)
    if not form.validate_on_submit():
        return _decide_page(row, panel_id, form), 422
    try:
        with transaction():
            row = queries.get_batch(current_scope(), batch_id)
            word = BatchDecision(form.decision.data) if form.decision.data else None
            reviews.decide(row, panel_id, word, form.reason.data or "", actor=current_actor())
    except RuleBroken as refused:
        put_errors(form, refused, "reason")
        return _decide_page(queries.get_batch(current_scope(), batch_id), panel_id, form), 422
    flash(gettext("已记下，执行批次时才生效。"), "success")
    return redirect(url_for("instructor_pool.batch", batch_id=batch_id))


def _decide_page(row: Any, panel_id: int, form: DecisionForm) -> str:
    panel = _panel(row, panel_id)
    standing = next(r for r in queries.standings(row, current_actor()) if r.panel.id == panel_id)
    seats = SeatForm()
    seated = {r.user_id for r in panel.reviewers}
    seats.reviewer.choices = [
        (u.id, gettext("%(name)s(待评 %(n)s 项)", name=u.name, n=n))
        for u, n in queries.list_evaluators(panel.instructor)
        if u.id not in seated
    ]
    return render_template(
        "instructor_pool/decide.html", batch=row, panel=panel, standing=standing, form=form, seats=seats
    )


@blueprint.post("/instructors/batches/<int:batch_id>/panels/<int:panel_id>/seats")
@requires(P.POOL_EDIT)
def add_seat(batch_id: int, panel_id: int) -> ResponseReturnValue:
    """One more reviewer for a panel at work."""
    raw = request.form.get("reviewer", "")
    with transaction():
        panel = _panel(queries.get_batch(current_scope(), batch_id), panel_id)
        offered = {str(u.id): u for u, _n in queries.list_evaluators(panel.instructor)}
        if raw not in offered:
            raise RuleBroken(gettext("请选评审人。"))
        reviews.seat_reviewer(panel, offered[raw], actor=current_actor())
    flash(gettext("评审人已增加。"), "success")
    return redirect(url_for("instructor_pool.decide", batch_id=batch_id, panel_id=panel_id))


@blueprint.post("/instructors/batches/<int:batch_id>/suggest")
@requires(P.POOL_EDIT)
def suggest_batch(batch_id: int) -> ResponseReturnValue:
    """Fill in by the pass mark what nobody has decided."""
    with transaction():
        n = reviews.suggest(queries.get_batch(current_scope(), batch_id), actor=current_actor())
    flash(gettext("按合格线填了 %(n)s 位，可以逐个再改。", n=n), "success" if n else "warning")
    return redirect(url_for("instructor_pool.batch", batch_id=batch_id))


@blueprint.post("/instructors/batches/<int:batch_id>/apply")
@requires(P.POOL_EDIT)
def apply_batch(batch_id: int) -> ResponseReturnValue:
    """Carry out what is pending, all at once."""
    with transaction():
        counts = reviews.apply(queries.get_batch(current_scope(), batch_id), actor=current_actor())
    told = ",".join(f"{decision.label} {n}" for decision, n in counts.items())
    flash(gettext("批次已执行：%(told)s。", told=told), "success")
    return redirect(url_for("instructor_pool.batch", batch_id=batch_id))


@blueprint.post("/instructors/batches/<int:batch_id>/remind")
@requires(P.POOL_EDIT)
def remind_batch(batch_id: int) -> ResponseReturnValue:
    """Tell everybody who has sheets to hand in."""
    with transaction():
        n = reviews.remind(queries.get_batch(current_scope(), batch_id), actor=current_actor())
    flash(gettext("已提醒 %(n)s 位评审人。", n=n), "success")
    return redirect(url_for("instructor_pool.batch", batch_id=batch_id))
