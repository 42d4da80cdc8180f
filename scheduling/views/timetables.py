"""The timetable of a class for whoever has its address: phone first, on paper as a QR code."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, public, requires
from core import dead_ends
from core.db import transaction
from core.qr import picture
from notifications.queries.server import site_address
from scheduling.queries import classes as class_queries
from scheduling.queries import feeds as queries
from scheduling.queries.timetable import told_lines_of
from scheduling.services import feeds as services
from scheduling.views import blueprint, own_pages

TRIES = dead_ends.Tries("timetable", 60)


@blueprint.get("/classes/<int:class_id>/public")
@requires(P.SCHEDULE_EDIT)
def public_timetable(class_id: int) -> ResponseReturnValue:
    """Whether the timetable is public, and its QR code for the notice board."""
    klass = class_queries.get_own_class(current_scope(), class_id)
    shown = queries.public_of(klass.id)
    site = site_address() or request.url_root.rstrip("/")
    address = f"{site}{url_for('teaching.class_timetable', token=shown.token)}" if shown else ""
    return render_template(
        "scheduling/public_timetable.html",
        klass=klass,
        shown=shown,
        address=address,
        code=picture(address) if address else "",
    )


@blueprint.post("/classes/<int:class_id>/public/open")
@requires(P.SCHEDULE_EDIT)
def open_public_timetable(class_id: int) -> ResponseReturnValue:
    """Show it."""
    with transaction():
        services.open_public(class_queries.get_own_class(current_scope(), class_id), actor=current_actor())
    flash(gettext("课程表已公开，凭码可看。"), "success")
    return redirect(url_for("scheduling.public_timetable", class_id=class_id))


@blueprint.post("/classes/<int:class_id>/public/close")
@requires(P.SCHEDULE_EDIT)
def close_public_timetable(class_id: int) -> ResponseReturnValue:
    """Show it no more."""
    with transaction():
        services.close_public(class_queries.get_own_class(current_scope(), class_id), actor=current_actor())
    flash(gettext("已关闭，原来的码不能再用。"), "success")
    return redirect(url_for("scheduling.public_timetable", class_id=class_id))


@own_pages.get("/t/<token>")
@public
def class_timetable(token: str) -> ResponseReturnValue:
    """What was published of the class, as it hangs on the wall: no telephone, nobody but lecturers."""
    shown = queries.find_public(token) if len(token) < 60 else None
    if shown is None:
        return dead_ends.unknown(TRIES, gettext("课程表"), gettext("没有这张课程表，或已关闭。"))
    klass = shown.training_class
    page = render_template("scheduling/class_timetable.html", klass=klass, days=told_lines_of(klass))
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
