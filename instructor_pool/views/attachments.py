"""What was handed in for a candidate: adding, taking away, reading."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.files import download
from core.refusals import put_errors
from instructor_pool import queries
from instructor_pool.forms import AttachmentForm
from instructor_pool.services import nominating
from instructor_pool.services.nominating import Upload
from instructor_pool.views.blueprint import blueprint


def uploads_of(form: AttachmentForm) -> list[Upload]:
    """The files that were really chosen, read once."""
    return [Upload(f.filename, f.read()) for f in form.files.data or () if f and f.filename]


@blueprint.route("/instructors/<int:instructor_id>/attachments", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def attachments(instructor_id: int) -> ResponseReturnValue:
    """Add files or the address of a video to a candidate."""
    person = queries.get_instructor(current_scope(), instructor_id)
    form = AttachmentForm()
    if request.method == "POST" and form.validate_on_submit():
        try:
            with transaction():
                row = queries.get_instructor(current_scope(), instructor_id)
                n = _add(row, form)
        except RuleBroken as refused:
            put_errors(form, refused, "files")
            person = queries.get_instructor(current_scope(), instructor_id)
        else:
            flash(gettext("已添加 %(n)s 个附件。", n=n), "success")
            return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))
    page = render_template("instructor_pool/attach.html", form=form, person=person)
    return (page, 422) if request.method == "POST" else page


def _add(person: Any, form: AttachmentForm) -> int:
    found = uploads_of(form)
    link = form.link.data or ""
    if not found and not link:
        raise RuleBroken(gettext("请选文件或填网址。"))
    for upload in found:
        nominating.attach_file(person, upload, actor=current_actor())
    if link:
        nominating.attach_link(person, link, actor=current_actor())
    return len(found) + bool(link)


@blueprint.get("/instructors/attachments/<int:attachment_id>")
@requires(P.POOL_VIEW)
def attachment(attachment_id: int) -> ResponseReturnValue:
    """A file, as a download."""
    row = queries.get_attachment(current_scope(), attachment_id)
    if row.file is None:
        raise NotFound(gettext("没有这个附件，或不在您的管理范围内。"))
    return download(row.file)


@blueprint.post("/instructors/attachments/<int:attachment_id>/remove")
@requires(P.POOL_EDIT)
def remove_attachment(attachment_id: int) -> ResponseReturnValue:
    """Take an attachment away."""
    with transaction():
        row = queries.get_attachment(current_scope(), attachment_id)
        instructor_id = row.instructor_id
        nominating.remove_attachment(row, actor=current_actor())
    flash(gettext("附件已删除。"), "success")
    return redirect(url_for("instructor_pool.show", instructor_id=instructor_id))
