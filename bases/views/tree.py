"""School sites as a tree, on-site bases by theme, and the seven-element checklist."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.enums import Element, Standing
from bases.forms import read_checklist
from bases.queries import bases as base_queries
from bases.queries import tree as queries
from bases.services import tree
from bases.views import blueprint
from bases.views.pages import edit_scope
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export


@blueprint.get("/tree")
@requires(P.BASE_VIEW)
def sites() -> ResponseReturnValue:
    """Main campuses with their branch and practice points; on-site bases by theme."""
    scope = current_scope()
    page = request.args.get("page", 1, type=int)
    return render_template(
        "bases/tree.html",
        forest=queries.forest(scope, page),
        themes=queries.themes(scope),
        tones=base_queries.TONES,
        standings=queries.standings,
        elements=list(Element),
    )


@blueprint.get("/checklists")
@requires(P.BASE_VIEW)
def checklists() -> ResponseReturnValue:
    """The seven elements of every site."""
    table = queries.checklist_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("bases/checklists.html", page=table.page(request.args))


@blueprint.get("/<int:base_id>/checklist")
@requires(P.BASE_VIEW)
def checklist(base_id: int) -> ResponseReturnValue:
    """The seven elements of one site, to look at or to fill in."""
    return _page(base_queries.get_base(current_scope(), base_id), {}, {})


@blueprint.post("/<int:base_id>/checklist")
@requires(P.BASE_EDIT)
def judge(base_id: int) -> ResponseReturnValue:
    """Keep what was found."""
    base = base_queries.get_kept_base(edit_scope(), base_id)
    found = read_checklist(request.form)
    try:
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            changed = tree.judge(base, found, actor=current_actor())
    except RuleBroken as refused:
        errors = {v.subject: v.sentence for v in refused.violations}
        return _page(base_queries.get_kept_base(edit_scope(), base_id), request.form, errors), refused.status
    flash(gettext("清单已保存，%(n)s 项有变动。", n=changed), "success")
    return redirect(url_for("bases.checklist", base_id=base_id))


def _page(base: Any, typed: Any, errors: dict[str, str]) -> str:
    actor = current_actor()
    return render_template(
        "bases/checklist.html",
        base=base,
        may_edit=actor.can(P.BASE_EDIT) and base_queries.can_keep(actor.scope(P.BASE_EDIT), base),
        elements=list(Element),
        standings=list(Standing),
        found=queries.standings(base),
        typed=typed,
        errors=errors,
        tones=queries.TONES,
    )
