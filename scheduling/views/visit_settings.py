"""The settings of visits: each level for its own bases."""

from __future__ import annotations

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import list_places
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from scheduling.forms.visit_settings import VisitSettingsForm
from scheduling.queries.visit_settings import visit_settings
from scheduling.services.visit_settings import set_visit_settings
from scheduling.views.visits import blueprint


@blueprint.route("/settings", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def settings() -> ResponseReturnValue:
    """How long bases have to answer, when nobody came, how long a code serves, and how many a coach takes."""
    owner = list_places(current_scope())[0]
    form = VisitSettingsForm(data=asdict(visit_settings(owner)))
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("scheduling/visit_settings.html", form=form, unit=owner)
        return (page, 422) if request.method == "POST" else page
    with transaction():
        owner = list_places(current_scope())[0]
        set_visit_settings(owner, form.settings(), actor=current_actor())
    flash(gettext("参观设置已保存。"), "success")
    return redirect(url_for("visits.settings"))
