"""Papers of a base's file: adding, reading, taking away."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.enums import DocumentKind
from bases.forms import DocumentForm
from bases.queries import bases as base_queries
from bases.queries.filing import get_document, get_own_seat
from bases.services import documents
from bases.views import blueprint
from bases.views.pages import edit_scope
from core import refusals
from core.db import transaction
from core.files import download


@blueprint.route("/<int:base_id>/documents/new", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def add_document(base_id: int) -> ResponseReturnValue:
    """Put a paper on file."""
    base_queries.get_kept_base(edit_scope(), base_id)
    form = DocumentForm()
    form.offer()

    def put() -> None:
        base = base_queries.get_kept_base(edit_scope(), base_id)
        documents.add_document(base, DocumentKind(form.kind.data), form.upload(), actor=current_actor())

    if form.is_submitted() and form.validate() and refusals.went_in(form, "file", put):
        flash(gettext("材料已存入档案。"), "success")
        return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="documents"))
    base = base_queries.get_kept_base(edit_scope(), base_id)
    page = render_template("bases/document.html", base=base, form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/<int:base_id>/documents/<int:document_id>")
@requires(P.BASE_VIEW)
def document(base_id: int, document_id: int) -> ResponseReturnValue:
    """A paper, as a download."""
    base = base_queries.get_base(current_scope(), base_id)
    return download(get_document(base, document_id).file)


@blueprint.post("/<int:base_id>/documents/<int:document_id>/remove")
@requires(P.BASE_EDIT)
def remove_document(base_id: int, document_id: int) -> ResponseReturnValue:
    """Take a paper off the file."""
    with transaction():
        base = base_queries.get_kept_base(edit_scope(), base_id)
        documents.remove_document(base, get_document(base, document_id), actor=current_actor())
    flash(gettext("材料已删除。"), "success")
    return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="documents"))


@blueprint.get("/site-reviews/<int:review_id>/documents/<int:document_id>")
@requires(P.SITE_SCORE)
def document_to_review(review_id: int, document_id: int) -> ResponseReturnValue:
    """The same for somebody who is asked to score the base."""
    seat = get_own_seat(current_actor(), review_id)
    return download(get_document(seat.review.base, document_id).file)
