"""Commitment letters and their template; certificates, and the page on which anybody checks one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import list_places
from accounts.web import current_actor, current_scope, public, requires
from core import paper, qr
from core.codes import in_fours
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.files import MIME, FileKind, download, download_bytes
from core.refusals import put_errors
from core.throttle import admit, is_spent
from core.when import read_day
from instructor_pool import queries
from instructor_pool.forms import CodeForm, HolderForm, TemplateForm
from instructor_pool.rules.certificates import plain_code, wording
from instructor_pool.rules.letters import NEEDED, PLACEHOLDERS
from instructor_pool.services import appointing, certificates
from instructor_pool.services.nominating import Upload
from instructor_pool.views.blueprint import blueprint

MISSES = 20
"""Codes nobody has, and names compared, in a quarter of an hour from one address."""
WINDOW = timedelta(minutes=15)


def _letter(instructor_id: int) -> tuple[bytes, str]:
    person = queries.get_instructor(current_scope(), instructor_id)
    start, end = appointing.proposed_term(person)
    data = appointing.letter(
        person, read_day(request.args.get("start")) or start, read_day(request.args.get("end")) or end
    )
    return data, gettext("聘期责任书-%(name)s", name=person.name)


@blueprint.get("/instructors/<int:instructor_id>/letter.docx")
@requires(P.POOL_EDIT)
def letter_word(instructor_id: int) -> ResponseReturnValue:
    """The commitment letter as a Word document."""
    data, name = _letter(instructor_id)
    return download_bytes(data, f"{name}.docx", MIME[FileKind.DOCX])


@blueprint.get("/instructors/<int:instructor_id>/letter.pdf")
@requires(P.POOL_EDIT)
def letter_pdf(instructor_id: int) -> ResponseReturnValue:
    """The same as PDF."""
    data, name = _letter(instructor_id)
    return download_bytes(paper.pdf_of(data), f"{name}.pdf", MIME[FileKind.PDF])


@blueprint.get("/instructors/<int:instructor_id>/letter/scan")
@requires(P.POOL_EDIT)
def letter_scan(instructor_id: int) -> ResponseReturnValue:
    """The signed letter as it was handed in."""
    person = queries.get_instructor(current_scope(), instructor_id)
    row = queries.find_letter(person.id)
    if row is None or row.scan is None:
        raise NotFound(gettext("没有签字的扫描件。"))
    return download(row.scan)


@blueprint.route("/instructors/letter-template", methods=["GET", "POST"])
@requires(P.POOL_EDIT)
def letter_template() -> ResponseReturnValue:
    """What one's letters are made from; another document can be put in its place."""
    form = TemplateForm()
    if request.method == "POST" and form.validate_on_submit():
        chosen = form.file.data
        try:
            if not chosen or not chosen.filename:
                raise RuleBroken(gettext("请选一个 Word 文档。"))
            upload = Upload(chosen.filename, chosen.read())
            with transaction():
                owner = list_places(current_scope())[0]
                appointing.set_letter_template(owner, upload, actor=current_actor())
        except RuleBroken as refused:
            put_errors(form, refused, "file")
        else:
            flash(gettext("模板已更换，以后生成的责任书用它。"), "success")
            return redirect(url_for("instructor_pool.letter_template"))
    owner = list_places(current_scope())[0]
    page = render_template(
        "instructor_pool/letter_template.html",
        form=form,
        unit=owner,
        row=queries.find_letter_template(owner),
        placeholders=PLACEHOLDERS,
        needed=NEEDED,
    )
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/instructors/letter-template.docx")
@requires(P.POOL_EDIT)
def letter_template_file() -> ResponseReturnValue:
    """The template in force, to be changed in Word."""
    owner = list_places(current_scope())[0]
    name = gettext("聘期责任书模板")
    return download_bytes(queries.letter_template(owner), f"{name}.docx", MIME[FileKind.DOCX])


@blueprint.post("/instructors/letter-template/reset")
@requires(P.POOL_EDIT)
def reset_letter_template() -> ResponseReturnValue:
    """Go back to the built-in one."""
    with transaction():
        owner = list_places(current_scope())[0]
        appointing.set_letter_template(owner, None, actor=current_actor())
    flash(gettext("已恢复自带模板。"), "success")
    return redirect(url_for("instructor_pool.letter_template"))


@blueprint.get("/instructors/<int:instructor_id>/certificate")
@requires(P.POOL_VIEW)
def certificate(instructor_id: int) -> ResponseReturnValue:
    """A certificate to be printed."""
    person = queries.get_instructor(current_scope(), instructor_id)
    row = queries.find_certificate(person.id)
    if row is None:
        raise NotFound(gettext("%(name)s 还没有聘任证书。", name=person.name))
    address = url_for("instructor_pool.check_certificate", certificate_code=row.code, _external=True)
    return render_template(
        "instructor_pool/certificate.html",
        person=person,
        row=row,
        status=queries.certificate_status(row),
        picture=qr.picture(address, scale=4),
        address=address,
        code=in_fours(row.code),
        words=wording(person.name, person.owner.name, row.valid_from, row.valid_until, row.issued_on),
    )


@blueprint.post("/instructors/<int:instructor_id>/certificate")
@requires(P.POOL_EDIT)
def issue_certificate(instructor_id: int) -> ResponseReturnValue:
    """A certificate for somebody who came into the pool before the system."""
    with transaction():
        person = queries.get_instructor(current_scope(), instructor_id)
        number = certificates.issue(person, actor=current_actor()).number
    flash(gettext("证书 %(number)s 已生成，可以打印。", number=number), "success")
    return redirect(url_for("instructor_pool.certificate", instructor_id=instructor_id))


@blueprint.route("/certificates", methods=["GET", "POST"])
@public
def check_code() -> ResponseReturnValue:
    """Type the code of a certificate, for whoever cannot scan it."""
    form = CodeForm()
    if request.method == "POST" and form.validate_on_submit():
        return redirect(
            url_for(
                "instructor_pool.check_certificate", certificate_code=plain_code(form.code.data or "") or "-"
            )
        )
    page = render_template("instructor_pool/certificate_code.html", form=form, unknown=False)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/certificates/<certificate_code>", methods=["GET", "POST"])
@public
def check_certificate(certificate_code: str) -> ResponseReturnValue:
    """Whether a certificate holds: number, pool, term and state, never who it is; a name can be compared."""
    address = request.remote_addr or ""
    if is_spent("certificate", address, most=MISSES):
        return _not_found(429)
    row = queries.find_certificate_by_code(plain_code(certificate_code))
    if row is None:
        with transaction():
            admit("certificate", address, most=MISSES, window=WINDOW)
        return _not_found(404)
    form, matches = HolderForm(), None
    if request.method == "POST" and form.validate_on_submit():
        with transaction():
            admit("certificate", address, most=MISSES, window=WINDOW)
        row = queries.find_certificate_by_code(plain_code(certificate_code))
        matches = row is not None and row.instructor.name == form.name.data
    return _status_page(row, form, matches), 422 if form.errors else 200


def _not_found(status: int) -> ResponseReturnValue:
    form = CodeForm(formdata=None)
    if status == 429:
        form.code.errors = [gettext("试得太多了，请 15 分钟后再试。")]
    page = render_template("instructor_pool/certificate_code.html", form=form, unknown=status == 404)
    return page, status


def _status_page(row: Any, form: HolderForm, matches: bool | None) -> str:
    return render_template(
        "instructor_pool/certificate_check.html",
        row=row,
        form=form,
        matches=matches,
        status=queries.certificate_status(row),
    )
