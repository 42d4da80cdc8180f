"""Who came in a year: a level with its bases, and one base by month."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.queries import bases as base_queries
from core import clock
from core.tables import wants_export
from scheduling.queries import visit_figures as figures
from scheduling.views import own_pages
from scheduling.views.visits import blueprint


def _year() -> int:
    this = clock.today().year
    year = request.args.get("year", this, type=int)
    return year if abs(year - this) <= 50 else this


def _years() -> range:
    this = clock.today().year
    return range(this, this - 5, -1)


@blueprint.get("/figures")
@requires(P.BASE_VIEW)
def level_figures() -> ResponseReturnValue:
    """All bases of the level, by month and base by base."""
    year, scope = _year(), current_scope()
    table = figures.bases_table(scope, year)
    if wants_export(request.args):
        return table.export(request.args)
    months = figures.by_month(figures.bases_in(scope), year)
    return render_template(
        "scheduling/visit_figures.html",
        page=table.page(request.args),
        months=months,
        total=figures.total(months),
        before=figures.total(figures.by_month(figures.bases_in(scope), year - 1)),
        year=year,
        years=_years(),
    )


@blueprint.get("/figures/<int:base_id>")
@requires(P.BASE_VIEW)
def base_figures(base_id: int) -> ResponseReturnValue:
    """One base of the register."""
    base = base_queries.get_kept_base(current_scope(), base_id)
    return _base(base.id, base.name)


@own_pages.get("/base-bookings/figures")
@requires(P.OWN_BASE)
def own_figures() -> ResponseReturnValue:
    """The bases the account manages, together."""
    user_id = current_actor().user_id or 0
    names = [base.name for base in base_queries.list_own_bases(user_id)]
    return _base(None, "、".join(names), user_id)


def _base(base_id: int | None, name: str, user_id: int = 0) -> ResponseReturnValue:
    year = _year()
    which = [base_id] if base_id is not None else figures.bases_managed_by(user_id)
    months = figures.by_month(which, year)
    if wants_export(request.args):
        return figures.months_workbook(name, year, months)
    return render_template(
        "scheduling/visit_base_figures.html",
        name=name,
        is_own=base_id is None,
        months=months,
        total=figures.total(months),
        before=figures.total(figures.by_month(which, year - 1)),
        year=year,
        years=_years(),
    )
