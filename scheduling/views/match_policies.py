"""What matters how much in matching: kept under a name, renamed, and dropped; proposals beside one another."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.web import row_numbers
from scheduling.queries import choices, comparing
from scheduling.queries.match_policies import get_policy
from scheduling.rules.match_policies import levels_of
from scheduling.services import match_policies
from scheduling.views import blueprint
from scheduling.views.runs import run_form

KEPT = ("unit", "tier", "first", "last", "seconds")
"""What else the form of a run says."""


@blueprint.post("/policies")
@requires(P.SCHEDULE_EDIT)
def keep_policy() -> ResponseReturnValue:
    """Keep the sliders of the form under a name."""
    return _kept(None)


@blueprint.post("/policies/<int:policy_id>/rename")
@requires(P.SCHEDULE_EDIT)
def rename_policy(policy_id: int) -> ResponseReturnValue:
    """Call a policy otherwise, with the sliders as they stand."""
    return _kept(policy_id)


def _kept(policy_id: int | None) -> ResponseReturnValue:
    """The form again with everything that was chosen; a name that will not do is said beside it."""
    levels, name = levels_of(request.form), request.form.get("policy_name", "")
    try:
        with transaction():
            if policy_id is None:
                owner = choices.planning_unit(current_scope())
                kept = match_policies.keep(owner, name, levels, actor=current_actor())
            else:
                kept = get_policy(current_scope(), policy_id)
                match_policies.rename(kept, name, levels, actor=current_actor())
            said: dict[str, Any] = {"policy": kept.id}
            name = kept.name
    except RuleBroken as refused:
        return run_form(request.form, levels, refused.sentence), 422
    flash(gettext("“%(name)s”已保存，以后排课可以直接选用。", name=name), "success")
    said |= {key: request.form.getlist(key) for key in (*KEPT, "class_id") if request.form.get(key)}
    return redirect(url_for("scheduling.new_run", _anchor="wishes", **said))


@blueprint.post("/policies/<int:policy_id>/drop")
@requires(P.SCHEDULE_EDIT)
def drop_policy(policy_id: int) -> ResponseReturnValue:
    """Forget a policy."""
    with transaction():
        policy = get_policy(current_scope(), policy_id)
        name = policy.name
        match_policies.drop(policy, actor=current_actor())
    flash(gettext("“%(name)s”已删除。", name=name), "success")
    return redirect(url_for("scheduling.new_run"))


@blueprint.get("/runs/compare")
@requires(P.SCHEDULE_EDIT)
def compare_runs() -> ResponseReturnValue:
    """Two to four proposals of one plan side by side."""
    found = comparing.compare(current_scope(), row_numbers(request.args.getlist("run")))
    return render_template("scheduling/compare.html", found=found)
