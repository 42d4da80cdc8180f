"""The public form, the receipt, and one's own nominations."""

from __future__ import annotations

from datetime import timedelta

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from accounts.web import current_actor, public, requires
from core.db import transaction
from core.errors import RuleBroken
from core.refusals import put_errors
from core.settings import get_setting
from core.tables import wants_export
from core.throttle import admit
from instructor_pool import queries
from instructor_pool.enums import EngagementMode, NominationKind, SourceCategory
from instructor_pool.forms import NominationForm, ReceiptForm
from instructor_pool.rules import life
from instructor_pool.services import nominating
from instructor_pool.services.nominating import Told
from instructor_pool.services.register import InstructorFields
from instructor_pool.views.attachments import uploads_of
from instructor_pool.views.blueprint import blueprint

PER_HOUR = 20
"""Nominations an hour from one address (an office shares one); the setting `nominations_per_hour` changes it."""
LOOKS = 30
"""Receipts tried in a quarter of an hour from one address."""
MOST_TOGETHER = 20 * 1024 * 1024


def _actor() -> Actor:
    found: Actor | None = g.get("actor")
    return found or Actor(None, gettext("公开推荐"))


def _address() -> str:
    return request.remote_addr or ""


@blueprint.route("/nominate", methods=["GET", "POST"])
@public
def nominate_publicly() -> ResponseReturnValue:
    """Put somebody forward; with or without an account."""
    form = NominationForm()
    units = queries.list_receiving_units()
    form.offer([(u.id, f"{u.name} {u.committee}".strip()) for u in units])
    if request.method == "GET":
        form.unit.data = request.args.get("unit", type=int) or (units[0].id if len(units) == 1 else None)
        form.kind.data = (
            NominationKind.ONESELF.value if g.actor is None else NominationKind.ORGANISATION.value
        )
        form.nominator_name.data = g.actor.name if g.actor else ""
        return _page(form)
    if not form.validate_on_submit():
        return _page(form), 422
    found = uploads_of(form)
    if sum(len(u.data) for u in found) > MOST_TOGETHER:
        form.files.errors = [gettext("文件合计超过 20 MB，请分次补交或压缩后再传。")]
        return _page(form), 422
    with transaction():
        most = get_setting("nominations_per_hour", PER_HOUR)
        allowed = admit("nominate", _address(), most=most, window=timedelta(hours=1))
    if not allowed:
        form.name.errors = [gettext("这个网络地址提交得太多了，请一小时后再试。")]
        return _page(form), 429
    try:
        with transaction():
            owner = next(u for u in queries.list_receiving_units() if u.id == form.unit.data)
            receipt = nominating.receive(
                owner, _fields(form), _told(form), uploads=found, link=form.link.data or "", actor=_actor()
            )
            code, name = receipt.code, receipt.person.name
    except RuleBroken as refused:
        put_errors(form, refused, "name")
        return _page(form), 422
    return render_template("instructor_pool/received.html", code=code, name=name)


def _page(form: NominationForm) -> str:
    return render_template("instructor_pool/nominate.html", form=form)


def _fields(form: NominationForm) -> InstructorFields:
    return InstructorFields(
        name=form.name.data or "",
        phone=form.phone.data or None,
        work_unit=form.work_unit.data or "",
        post_title=form.post_title.data or "",
        professional_title=form.professional_title.data or "",
        source_category=SourceCategory(form.source_category.data),
        engagement_mode=EngagementMode.APPOINTED,
        is_volunteer=form.is_volunteer.data,
        research=form.research.data or "",
        recommended_by=(form.nominator_unit.data or form.nominator_name.data or "")[:80],
    )


def _told(form: NominationForm) -> Told:
    kind = NominationKind(form.kind.data)
    own = kind is NominationKind.ONESELF
    return Told(
        kind,
        "" if own else form.nominator_name.data or "",
        "" if own else form.nominator_unit.data or "",
        "" if own else form.nominator_phone.data or "",
        form.topics.data or "",
        form.statement.data or "",
    )


@blueprint.route("/nominate/receipt", methods=["GET", "POST"])
@public
def receipt() -> ResponseReturnValue:
    """How far a nomination has come; the code is posted, so that it stands in no address."""
    form = ReceiptForm()
    if request.method == "GET" or not form.validate_on_submit():
        page = render_template("instructor_pool/receipt.html", form=form, nomination=None)
        return (page, 422) if request.method == "POST" else page
    with transaction():
        allowed = admit("receipt", _address(), most=LOOKS, window=timedelta(minutes=15))
    if not allowed:
        form.code.errors = [gettext("试得太多了，请 15 分钟后再试。")]
        return render_template("instructor_pool/receipt.html", form=form, nomination=None), 429
    found = nominating.find_by_receipt(form.code.data or "")
    if found is None:
        form.code.errors = [gettext("没有这个回执码，请核对后再填。")]
        return render_template("instructor_pool/receipt.html", form=form, nomination=None), 404
    return render_template(
        "instructor_pool/receipt.html",
        form=form,
        nomination=found,
        person=found.instructor,
        steps=life.way(found.instructor.state, found.instructor.engagement_mode),
        surname=found.instructor.name[:1],
    )


@blueprint.get("/me/nominations")
@requires(P.OWN_ACCOUNT)
def own_nominations() -> ResponseReturnValue:
    """Those one made while signed in."""
    listing = queries.nominations_table(current_actor())
    if wants_export(request.args):
        return listing.export(request.args)
    return render_template(
        "instructor_pool/own_nominations.html",
        page=listing.page(request.args),
        url=url_for("instructor_pool.nominate_publicly"),
    )
