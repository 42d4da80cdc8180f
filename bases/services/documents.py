"""Papers of a base's file: adding and taking away."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor
from bases.enums import DocumentKind
from bases.models import BaseDocument, TeachingBase
from bases.queries.filing import list_documents
from bases.rules.life import rests_on
from core import audit, clock, files
from core.db import session
from core.errors import RuleBroken

MOST_DOCUMENTS = 40


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    name: str
    data: bytes


def add_document(base: TeachingBase, kind: DocumentKind, upload: Upload, *, actor: Actor) -> BaseDocument:
    """Put a paper on file; RuleBroken when the file is none of the kinds that are taken, or the file is full."""
    if len(list_documents(base.id)) >= MOST_DOCUMENTS:
        raise RuleBroken(gettext("一个基地最多存 %(n)s 份材料，请先删掉不用的。", n=MOST_DOCUMENTS))
    row = BaseDocument(
        base_id=base.id,
        kind=kind,
        file=files.keep(upload.name, upload.data, field="file"),
        added_at=clock.now(),
        added_by_id=actor.user_id,
        added_by=actor.name,
    )
    session().add(row)
    session().flush()
    audit.note(session(), gettext("%(base)s：存入%(kind)s", base=base.name, kind=kind.label))
    return row


def remove_document(base: TeachingBase, row: BaseDocument, *, actor: Actor) -> None:
    """Take a paper off the file; RuleBroken for the last one of a kind that the base's state rests on."""
    same = [d for d in list_documents(base.id) if d.kind is row.kind]
    if row.kind is DocumentKind.RECTIFICATION_REPORT:
        raise RuleBroken(gettext("整改报告要留档，不能删除。"))
    if row.kind in rests_on(base.state) and len(same) == 1:
        raise RuleBroken(
            gettext("基地%(state)s，%(kind)s至少要留一份。", state=base.state.label, kind=row.kind.label)
        )
    file = row.file
    session().delete(row)
    session().flush()
    session().delete(file)
    audit.note(session(), gettext("%(base)s：删除%(kind)s", base=base.name, kind=row.kind.label))
    session().flush()
