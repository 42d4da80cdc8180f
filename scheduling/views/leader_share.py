"""Leaders' share of class hours of a level: semesters, the year, and class by class."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from accounts.enums import P
from accounts.web import current_scope, requires
from core import clock
from core.tables import wants_export
from core.web import row_number
from scheduling.queries import leader_share as queries
from scheduling.views import blueprint

YEARS_BACK = 3


@blueprint.get("/leader-share")
@requires(P.SCHEDULE_VIEW)
def leader_share() -> ResponseReturnValue:
    """Totals on top, classes below."""
    this_year = clock.today().year
    asked = row_number(request.args.get("year"))
    year = asked if asked is not None and this_year - YEARS_BACK <= asked <= this_year + 1 else this_year
    table = queries.share_table(current_scope(), year)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "scheduling/leader_share.html",
        page=table.page(request.args),
        main=queries.shares_of(current_scope(), year, main_only=True),
        every=queries.shares_of(current_scope(), year, main_only=False),
        least=queries.LEAST_PERCENT,
        year=year,
        years=range(this_year + 1, this_year - YEARS_BACK - 1, -1),
    )
