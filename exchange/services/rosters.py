"""A class's roster on its way in: upload, preview, confirmation. Flush only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.access import Actor, Scope
from core import audit, clock
from core.db import session
from core.errors import NotFound, RuleBroken, Violation
from core.files import safe_name
from core.sealed import seal_bytes, unseal_bytes
from exchange.models import RosterImport
from exchange.workbook import Unreadable
from exchange.workbook.roster import RosterFile, RosterRow, read_roster
from scheduling.models import TrainingClass
from scheduling.queries.classes import planned_by
from trainees.queries.call_ups import Warned, warned_if_joined
from trainees.services import rosters
from trainees.services.rosters import Entered
from trainees.services.settings import targets_at


def upload(klass: TrainingClass, file_name: str, data: bytes, *, actor: Actor) -> RosterImport:
    """Take a file in; RuleBroken when it is no workbook, or the class is closed."""
    if klass.closed_at is not None:
        raise RuleBroken(gettext("班次已经结班，名册不能再改。"))
    try:
        read_roster(data)
    except Unreadable as refused:
        said = refused.sentence
        raise RuleBroken(said, [Violation(str(refused.refusal), said, "file")]) from refused
    digest = hashlib.sha256(data).hexdigest()
    row = RosterImport(
        class_id=klass.id,
        uploaded_by_id=actor.user_id,
        uploaded_at=clock.now(),
        file_name=safe_name(file_name),
        sha256=digest,
        content=seal_bytes(data, f"roster:{digest}"),
    )
    session().add(row)
    session().flush()
    return row


def get_import(scope: Scope, import_id: int) -> RosterImport:
    """An uploaded roster of a class planned inside the scope."""
    stmt = (
        select(RosterImport)
        .join(RosterImport.training_class)
        .where(RosterImport.id == import_id, planned_by(scope))
        .options(joinedload(RosterImport.training_class).joinedload(TrainingClass.owner))
    )
    found = session().scalar(stmt)
    if found is None:
        raise NotFound(gettext("没有这次导入，或不在您的管理范围内。"))
    return found


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One line and what will become of it."""

    item: RosterRow
    is_known: bool
    """The person was in other classes."""
    is_enrolled: bool
    """And stands on this roster already."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming would do."""

    file: RosterFile
    lines: tuple[Foreseen, ...]
    warned: tuple[Warned, ...]

    @property
    def added(self) -> int:
        """How many would be new on the roster."""
        return sum(1 for line in self.lines if not line.is_enrolled)


def preview(row: RosterImport, scope: Scope) -> Preview:
    """Read the file against the rosters as they are now; nothing is written."""
    file = read_roster(_content(row))
    klass = row.training_class
    found = rosters.foresee(klass, [item.line for item in file.rows])
    lines = tuple(
        Foreseen(item, person is not None, enrolled)
        for item, (person, enrolled) in zip(file.rows, found, strict=True)
    )
    people = {person.id for person, _enrolled in found if person is not None}
    most = targets_at(klass.owner.path).most_call_ups
    return Preview(file, lines, tuple(warned_if_joined(scope, klass, people, most)))


def apply(row: RosterImport, *, actor: Actor) -> Entered:
    """Put the file's lines on the roster; RuleBroken while a cell is wrong, or when it was done already."""
    if row.finished_at is not None:
        raise RuleBroken(gettext("这个文件已经处理过，请重新上传。"))
    file = read_roster(_content(row))
    if file.errors:
        raise RuleBroken(gettext("文件里还有 %(n)s 处错误，没有导入。请改好后重新上传。", n=file.errors))
    if not file.rows:
        raise RuleBroken(gettext("文件里没有学员。"))
    done = rosters.enter(row.training_class, [item.line for item in file.rows], actor=actor)
    row.added, row.changed = done.added, done.changed
    _finish(row)
    return done


def cancel(row: RosterImport, *, actor: Actor) -> None:
    """Give it up; nothing was written."""
    if row.finished_at is None:
        _finish(row)
    audit.note(session(), row.file_name)


def _finish(row: RosterImport) -> None:
    row.finished_at, row.content = clock.now(), None
    session().flush()


def _content(row: RosterImport) -> bytes:
    if row.content is None:
        raise RuleBroken(gettext("这个文件已经处理过，请重新上传。"))
    return unseal_bytes(row.content, f"roster:{row.sha256}")
