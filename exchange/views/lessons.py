"""The staff's own sheets of lessons held, taken back in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from exchange.forms import UploadForm
from exchange.services.lessons import take_lessons
from exchange.views import blueprint


@blueprint.route("/lessons", methods=["GET", "POST"])
@requires(P.DUTY_REPORT)
def lessons() -> ResponseReturnValue:
    """Take the staff's sheets of lessons held back in."""
    form = UploadForm()
    if request.method == "GET":
        return render_template("exchange/lessons.html", form=form, more=[])
    if not form.validate_on_submit():
        return render_template("exchange/lessons.html", form=form, more=[]), 422
    try:
        with transaction():
            taken = take_lessons(form.file.data.read(), scope=current_scope(), actor=current_actor())
    except RuleBroken as refused:
        more = [violation.sentence for violation in refused.violations] or [refused.sentence]
        return render_template("exchange/lessons.html", form=form, more=more), 422
    flash(gettext("新报送 %(new)s 条，已有 %(known)s 条。", new=taken.reported, known=taken.known), "success")
    return redirect(url_for("duties.report_list"))
