"""Class hours of a year: people, units, and what a level asks."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_unit
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.tables import BoundTable, wants_export
from core.web import row_number
from scheduling.queries.choices import planning_unit
from trainees.forms import TargetsForm
from trainees.queries import hours as queries
from trainees.services.settings import set_targets, targets_at
from trainees.views import blueprint
from trainees.views.call_ups import YEARS_BACK, level_targets, year_asked


@blueprint.get("/hours")
@requires(P.TRAINEE_VIEW)
def people_hours() -> ResponseReturnValue:
    """Person by person."""
    at = row_number(request.args.get("at"))
    unit = get_unit(current_scope(), at) if at is not None else None
    table = queries.people_table(current_scope(), year_asked(), level_targets(), unit)
    return _hours_page(table, unit=unit)


@blueprint.get("/hours/units")
@requires(P.TRAINEE_VIEW)
def unit_hours() -> ResponseReturnValue:
    """Unit by unit."""
    table = queries.units_table(current_scope(), year_asked(), level_targets())
    return _hours_page(table, by_unit=True)


def _hours_page(table: BoundTable[Any], *, unit: Any = None, by_unit: bool = False) -> ResponseReturnValue:
    """One of the two lists, under the figures of the level."""
    if wants_export(request.args):
        return table.export(request.args)
    this_year, asked = clock.today().year, level_targets()
    return render_template(
        "trainees/hours.html",
        page=table.page(request.args),
        summary=queries.summary(current_scope(), year_asked(), asked),
        targets=asked,
        year=year_asked(),
        years=range(this_year, this_year - YEARS_BACK, -1),
        unit=unit,
        by_unit=by_unit,
    )


@blueprint.route("/targets", methods=["GET", "POST"])
@requires(P.TRAINEE_EDIT)
def targets() -> ResponseReturnValue:
    """What the own level asks; levels below without a setting of their own follow."""
    unit = planning_unit(current_scope())
    form = TargetsForm(obj=targets_at(unit.path))
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("trainees/targets.html", form=form, unit=unit)
        return page, 200 if request.method == "GET" else 422
    with transaction():
        set_targets(planning_unit(current_scope()), form.targets(), actor=current_actor())
    flash(gettext("学时要求已保存。"), "success")
    return redirect(url_for("rosters.people_hours"))
