"""What a session asks of its base: guides, coaches and sets."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.enums import BaseResourceKind
from core.db import transaction
from core.errors import Conflict, RuleBroken
from scheduling.queries import needs as need_queries
from scheduling.queries import sessions as session_queries
from scheduling.services import needing
from scheduling.views import blueprint


@blueprint.route("/sessions/<int:session_id>/needs", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def session_needs(session_id: int) -> ResponseReturnValue:
    """So many pieces of each kind from the base it is held at."""
    row = session_queries.get_own_session(current_scope(), session_id)
    typed = request.form
    wrong: dict[str, str] = {}
    if request.method == "POST":
        wanted, wrong = _read()
        try:
            if not wrong:
                with transaction():
                    row = session_queries.get_own_session(current_scope(), session_id)
                    seen = request.form.get("version", type=int)
                    needing.ask_for(row, wanted, actor=current_actor(), seen=seen)
                flash(gettext("已保存。"), "success")
                return redirect(url_for("scheduling.show_session", session_id=session_id))
        except (RuleBroken, Conflict) as refused:
            found = refused.violations if isinstance(refused, RuleBroken) else ()
            wrong = {v.subject if v.subject in set(BaseResourceKind) else "": v.sentence for v in found}
            wrong = wrong or {"": refused.sentence}
            row = session_queries.get_own_session(current_scope(), session_id)
    asked = need_queries.asked_by([row.id]).get(row.id, {})
    page = render_template(
        "scheduling/needs.html",
        row=row,
        kinds=list(BaseResourceKind),
        counts={**need_queries.usual_of(row), **asked},
        usual=need_queries.usual_of(row),
        stock=need_queries.stock_at(row),
        typed=typed,
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _read() -> tuple[dict[BaseResourceKind, int], dict[str, str]]:
    wanted: dict[BaseResourceKind, int] = {}
    wrong: dict[str, str] = {}
    for kind in BaseResourceKind:
        text = request.form.get(kind.value, "").strip() or "0"
        if text.isascii() and text.isdigit() and len(text) < 4:
            wanted[kind] = int(text)
        else:
            wrong[kind.value] = gettext("%(what)s：请填写数字。", what=kind.label)
    return wanted, wrong
