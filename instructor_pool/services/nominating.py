"""Putting people forward: by a party organisation, by themselves, by colleagues; what is handed in with it [2]."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock, files
from core.codes import in_fours, paper_code
from core.db import session
from core.errors import RuleBroken, Violation
from core.sealed import blind
from instructor_pool import queries
from instructor_pool.enums import NominationKind
from instructor_pool.models import Attachment, Instructor, Nomination
from instructor_pool.rules import life
from instructor_pool.rules.nominations import MOST_ATTACHMENTS, link_problem, plain_receipt
from instructor_pool.services import entering
from instructor_pool.services.register import InstructorFields


@dataclass(frozen=True, slots=True)
class Told:
    """What the nominator says: who they are and why."""

    kind: NominationKind
    nominator_name: str = ""
    nominator_unit: str = ""
    nominator_phone: str = ""
    topics: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """The code, shown this once, with which the nomination is followed."""

    person: Instructor
    code: str


def receive(
    owner: OrgUnit,
    fields: InstructorFields,
    told: Told,
    *,
    uploads: Sequence[Upload] = (),
    link: str = "",
    actor: Actor,
) -> Receipt:
    """Take a nomination. Somebody who is a candidate already (same name and telephone) gets one more, told to nobody."""
    person = _known(owner, fields) or entering.nominate(owner, fields, reason=told.kind.label, actor=actor)
    code = note_nomination(person, told, actor=actor)
    # Whoever nominates a candidate anew often sends the same courseware anew.
    known = queries.list_attachments(person.id)
    digests, urls = {row.file.sha256 for row in known if row.file}, {row.url for row in known}
    for upload in uploads:
        if hashlib.sha256(upload.data).hexdigest() not in digests:
            attach_file(person, upload, actor=actor)
    if link and link.strip() not in urls:
        attach_link(person, link, actor=actor)
    return Receipt(person, code)


def _known(owner: OrgUnit, fields: InstructorFields) -> Instructor | None:
    phone = fields.get("phone")
    if not phone:
        return None
    return queries.find_candidate(owner.id, fields["name"], blind(phone, "phone"))


def note_nomination(person: Instructor, told: Told, *, actor: Actor) -> str:
    """Write who put `person` forward; answers the receipt code, of which only a digest is kept."""
    code = paper_code(16)
    row = Nomination(
        instructor_id=person.id,
        kind=told.kind,
        nominator_name=told.nominator_name,
        nominator_unit=told.nominator_unit,
        topics=told.topics,
        statement=told.statement,
        nominated_by_id=actor.user_id,
        received_at=clock.now(),
        receipt_hash=blind(code, "receipt"),
    )
    row.nominator_phone = told.nominator_phone or None
    session().add(row)
    session().flush()
    return in_fours(code)


def find_by_receipt(typed: str) -> Nomination | None:
    """The nomination a receipt belongs to."""
    return queries.find_nomination(blind(plain_receipt(typed), "receipt"))


def attach_file(person: Instructor, upload: Upload, *, actor: Actor) -> Attachment:
    """Add a PDF, PPTX or DOCX to a candidate; RuleBroken (about `files`) says what is wrong with it."""
    _refuse_late(person)
    return _attach(person, Attachment(file=files.keep(upload.name, upload.data)), actor=actor)


def attach_link(person: Instructor, url: str, *, actor: Actor) -> Attachment:
    """Add the address of a video."""
    _refuse_late(person)
    if link_problem(url):
        sentence = gettext("请填写以 http:// 或 https:// 开头的完整网址。")
        raise RuleBroken(sentence, [Violation("link", sentence, "link")])
    return _attach(person, Attachment(url=url.strip()), actor=actor)


def _attach(person: Instructor, row: Attachment, *, actor: Actor) -> Attachment:
    if queries.count_attachments(person.id) >= MOST_ATTACHMENTS:
        sentence = gettext("附件最多 %(n)s 个。", n=MOST_ATTACHMENTS)
        raise RuleBroken(sentence, [Violation("many", sentence, "files")])
    row.instructor_id, row.added_at, row.added_by_id = person.id, clock.now(), actor.user_id
    session().add(row)
    session().flush()
    return row


def _refuse_late(person: Instructor) -> None:
    if person.state not in life.CANDIDATES:
        raise RuleBroken(gettext("%(name)s 已不是候选人，附件不能再改。", name=person.name))


def remove_attachment(row: Attachment, *, actor: Actor) -> None:
    """Take an attachment away, unless a reviewer has scored with it in view."""
    person = row.instructor
    _refuse_late(person)
    if queries.has_sheets(person.id):
        raise RuleBroken(gettext("评审人已经按现有附件打分，附件不能再删。"))
    audit.note(session(), gettext("删除 %(name)s 的附件", name=person.name))
    file = row.file
    session().delete(row)
    session().flush()
    if file is not None:
        session().delete(file)
        session().flush()
