"""What matters how much in matching: kept under a name, and dropped; proposals beside one another."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.web import row_numbers
from scheduling.queries import choices, comparing
from scheduling.queries.match_policies import get_policy
from scheduling.rules.match_policies import levels_of
from scheduling.services import match_policies
from scheduling.views import blueprint


@blueprint.post("/policies")
@requires(P.SCHEDULE_EDIT)
def keep_policy() -> ResponseReturnValue:
    """Keep the sliders of the form under a name."""
    with transaction():
        owner = choices.planning_unit(current_scope())
        kept = match_policies.keep(
            owner, request.form.get("policy_name", ""), levels_of(request.form), actor=current_actor()
        )
        policy_id, name = kept.id, kept.name
    flash(gettext("“%(name)s”已保存，以后排课可以直接选用。", name=name), "success")
    return redirect(url_for("scheduling.new_run", policy=policy_id))


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
