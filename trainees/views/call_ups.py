"""Double and clashing call-ups of a level, and one person over all classes."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_place, current_scope, requires
from core import clock
from core.db import transaction
from core.tables import wants_export
from core.web import row_number
from trainees.queries import call_ups as queries
from trainees.queries import hours as hour_queries
from trainees.queries.rosters import classes_of, get_trainee
from trainees.rules import Targets
from trainees.services import call_ups as services
from trainees.services.settings import targets_at
from trainees.views import blueprint

YEARS_BACK = 4


def year_asked() -> int:
    """The year of the address, else this one."""
    year = row_number(request.args.get("year"))
    today = clock.today().year
    return year if year is not None and today - YEARS_BACK <= year <= today + 1 else today


def level_targets() -> Targets:
    """What the level one looks at asks."""
    place = current_place()
    return targets_at(place.path if place else current_scope().root or "/")


@blueprint.get("/call-ups")
@requires(P.TRAINEE_VIEW)
def call_ups() -> ResponseReturnValue:
    """All warnings of the level."""
    targets = level_targets()
    table = queries.call_up_table(current_scope(), year_asked(), targets.most_call_ups)
    if wants_export(request.args):
        return table.export(request.args)
    return render_template(
        "trainees/call_ups.html", page=table.page(request.args), year=year_asked(), most=targets.most_call_ups
    )


@blueprint.get("/people/<int:trainee_id>")
@requires(P.TRAINEE_VIEW)
def person(trainee_id: int) -> ResponseReturnValue:
    """One person: classes, attendance and hours of a year, and what the call-ups bring up."""
    scope, year = current_scope(), year_asked()
    found = get_trainee(scope, trainee_id)
    targets = targets_at(found.unit.path)
    return render_template(
        "trainees/person.html",
        person=found,
        year=year,
        this_year=clock.today().year,
        classes=classes_of(scope, found.id, year),
        warned=queries.warned_of(scope, found.id, year, targets.most_call_ups),
        hours=hour_queries.hours_of(found.id, year),
        target=targets.of(found.kind),
        may_review=current_actor().can(P.TRAINEE_EDIT),
    )


@blueprint.post("/people/<int:trainee_id>/review")
@requires(P.TRAINEE_EDIT)
def review(trainee_id: int) -> ResponseReturnValue:
    """See one warning off, with the reason; or open it again."""
    year, mark = year_asked(), request.form.get("mark", "")[:80]
    with transaction():
        found = get_trainee(current_scope(), trainee_id)
        if request.form.get("open"):
            services.take_back(found, mark, actor=current_actor())
        else:
            services.review(found, mark, reason=request.form.get("reason", ""), actor=current_actor())
    flash(gettext("已保存。"), "success")
    return redirect(url_for("rosters.person", trainee_id=trainee_id, year=year))
