"""Bases that are free on a day or a span of days: the register's search, with what is booked."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_scope, requires
from bases.queries.register import look_of
from core.tables import wants_export
from scheduling.queries.free_bases import MOST_DAYS, free_table, read_span
from scheduling.views import blueprint


@blueprint.get("/free-bases")
@requires(P.BASE_VIEW)
def free_bases() -> ResponseReturnValue:
    """The register, narrowed to what is free; with every other filter of the register."""
    scope = current_scope()
    look, span = look_of(scope, request.args), read_span(request.args)
    table = free_table(scope, look, span)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "scheduling/free_bases.html", page=table.page(request.args), look=look, span=span, most=MOST_DAYS
    )
