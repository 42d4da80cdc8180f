"""The page that the code shown on site opens: without sign-in, for one party, for some minutes."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.access import Actor
from accounts.web import public
from core import dead_ends
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from scheduling.enums import CheckInSource
from scheduling.forms.visits import CheckInForm
from scheduling.queries import base_days
from scheduling.services import receiving, site_codes
from scheduling.views import own_pages

TRIES = dead_ends.Tries("check-in", 30)


@own_pages.route("/check-in/<code>", methods=["GET", "POST"])
@public
def check_in(code: str) -> ResponseReturnValue:
    """How many are there; counted once."""
    booking_id = site_codes.read_code(code)
    if booking_id is None:
        return dead_ends.unknown(
            TRIES, gettext("到场签到"), gettext("签到码不对或已过期，请到基地重新扫码。")
        )
    booking = base_days.get_party(None, booking_id)
    form = CheckInForm(people=booking.party.people, groups=booking.party.groups)
    if request.method == "GET" or not form.validate_on_submit():
        return _page(booking_id, form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            receiving.check_in(
                base_days.get_party(None, booking_id),
                form.people.data or 0,
                form.groups.data or 1,
                actor=Actor(None, gettext("现场扫码")),
                source=CheckInSource.CODE,
            )
    except RuleBroken as refused:
        put_errors(form, refused, "people")
        return _page(booking_id, form), 422
    return redirect(url_for("teaching.check_in", code=code), 303)


def _page(booking_id: int, form: CheckInForm) -> str:
    booking = base_days.get_party(None, booking_id)
    return render_template(
        "scheduling/check_in.html",
        booking=booking,
        form=form,
        when=base_days.when_of(booking),
        came=base_days.check_in_of(booking),
        can_check_in=base_days.can_check_in(booking),
    )
