"""审计: what was done, by whom, and whether the chain still holds. For the auditor alone."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import requires
from core.audit import broken_links
from core.db import session
from core.tables import wants_export
from core.trail import audit_table, get_record, local_text

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("/")
@requires(P.AUDIT_VIEW)
def index() -> ResponseReturnValue:
    """The trail."""
    table = audit_table()
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("pages/audit.html", page=table.page(request.args))


@blueprint.get("/<int:record_id>")
@requires(P.AUDIT_VIEW)
def show(record_id: int) -> ResponseReturnValue:
    """One record with every change it holds."""
    record = get_record(record_id)
    return render_template("pages/audit_record.html", record=record, at=local_text(record.at))


@blueprint.post("/verify")
@requires(P.AUDIT_VIEW)
def verify() -> ResponseReturnValue:
    """Go through the whole chain: does every record follow from its content and the one before it?"""
    broken = broken_links(session().connection())
    if broken:
        shown = "、".join(str(number) for number in broken[:20])
        flash(
            gettext("有 %(n)s 条记录对不上，可能被改过。编号：%(which)s", n=len(broken), which=shown), "error"
        )
    else:
        flash(gettext("整条审计链完好，没有记录被改动。"), "success")
    return redirect(url_for("audit.index"))
