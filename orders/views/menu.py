"""The menu: courses, packages, people; each line can be ordered."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_scope, requires
from core.tables import wants_export
from core.web import row_number
from orders.queries import menu
from orders.views import blueprint
from scheduling.queries import packages as package_queries


def _campaign() -> int | None:
    """The intake somebody is answering, carried along to the order."""
    return row_number(request.args.get("campaign"))


@blueprint.get("/menu")
@requires(P.ORDER_VIEW)
def courses() -> ResponseReturnValue:
    """Courses to order."""
    table = menu.courses_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "orders/menu.html", page=table.page(request.args), kind="courses", campaign=_campaign()
    )


@blueprint.get("/menu/packages")
@requires(P.ORDER_VIEW)
def packages() -> ResponseReturnValue:
    """Packages to order (课堂+基地)."""
    table = package_queries.menu_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "orders/menu.html", page=table.page(request.args), kind="packages", campaign=_campaign()
    )


@blueprint.get("/menu/lecturers")
@requires(P.ORDER_VIEW)
def lecturers() -> ResponseReturnValue:
    """People who may teach, with their courses."""
    table = menu.lecturers_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "orders/menu.html", page=table.page(request.args), kind="lecturers", campaign=_campaign()
    )
