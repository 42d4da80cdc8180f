"""Renewing terms in batches: who is due, what would happen, done at once, taken back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import row_number, row_numbers
from instructor_pool import queries
from instructor_pool.enums import Consequence
from instructor_pool.rules.terms import next_term
from instructor_pool.services import renewing
from instructor_pool.views.blueprint import blueprint


@blueprint.get("/instructors/renewals")
@requires(P.POOL_VIEW)
def renewals() -> ResponseReturnValue:
    """Terms that have ended or end within 90 days, with what the last year proposes."""
    table = queries.renewals_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    may_renew = current_actor().can(P.POOL_EDIT)
    return render_template(
        "instructor_pool/renewals.html", page=table.page(request.args), may_renew=may_renew
    )


@blueprint.post("/instructors/renewals/preview")
@requires(P.POOL_EDIT)
def preview_renewals() -> ResponseReturnValue:
    """What renewing the ticked people would do; nothing is written."""
    ids = _ids()
    if not ids:
        raise RuleBroken(gettext("请先选人。"))
    return _preview(ids, None)


def _preview(ids: set[int], refused: RuleBroken | None) -> ResponseReturnValue:
    rows = queries.list_renewable(current_scope(), ids)
    if not rows:
        raise RuleBroken(gettext("选中的人现在都不用续聘，可能已经办过。"))
    ticked = _ids() if refused is not None else None
    return render_template(
        "instructor_pool/renewals_preview.html",
        lines=[_line(row, ticked) for row in rows],
        refused=refused,
        reason=request.form.get("reason", "")[:280],
    ), 422 if refused else 200


def _line(row: Any, ticked: set[int] | None) -> dict[str, Any]:
    person, grade, consequence, outcome, year = row
    years = queries.policy_of(person.owner).term_years
    start, end = next_term(person.term_end, clock.today(), years)
    is_against = consequence is Consequence.EXIT and outcome is None
    return {
        "person": person,
        "grade": queries.grade_badge(grade) if grade else None,
        "year": year,
        "consequence": consequence,
        "is_against": is_against,
        "start": start,
        "end": end,
        # Against the proposal nobody is renewed by leaving a tick where it stood.
        "is_ticked": not is_against if ticked is None else person.id in ticked,
    }


@blueprint.post("/instructors/renewals")
@requires(P.POOL_EDIT)
def renew_all() -> ResponseReturnValue:
    """Renew the ticked people, all or none."""
    ids = _ids()
    seen = {i: row_number(request.form.get(f"version-{i}")) or 0 for i in ids}
    try:
        with transaction():
            people = [row[0] for row in queries.list_renewable(current_scope(), ids)]
            if len(people) < len(ids):
                raise RuleBroken(gettext("选中的人有的已经办过，请重新选人。"))
            reason = request.form.get("reason", "")
            batch = renewing.renew_all(people, seen, reason=reason, actor=current_actor())
            batch_id, n = batch.id, len(people)
    except RuleBroken as refused:
        if not refused.violations:
            raise
        return _preview(_offered(), refused)
    undo = url_for("instructor_pool.take_back_renewals", renewal_id=batch_id)
    flash({"text": gettext("%(n)s 人已续聘。", n=n), "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("instructor_pool.renewals"))


@blueprint.post("/instructors/renewals/<int:renewal_id>/take-back")
@requires(P.POOL_EDIT)
def take_back_renewals(renewal_id: int) -> ResponseReturnValue:
    """Give everybody of a batch the old term back."""
    with transaction():
        batch = queries.get_renewal_batch(current_scope(), renewal_id)
        n = renewing.take_back(batch, actor=current_actor())
    flash(gettext("已撤销，%(n)s 人恢复原来的聘期。", n=n), "success")
    return redirect(url_for("instructor_pool.renewals"))


def _ids() -> set[int]:
    return set(row_numbers(request.form.getlist("ids"))) - {0}


def _offered() -> set[int]:
    """Everybody on the preview, ticked or not."""
    names = (name.removeprefix("version-") for name in request.form if name.startswith("version-"))
    return set(row_numbers(names)) - {0}
