"""What stays of a session: materials kept with it, and what was agreed to be done afterwards. Flush only."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from flask_babel import gettext
from sqlalchemy import func, select

from accounts.access import Actor
from core import audit, clock, files
from core.db import session
from core.errors import RuleBroken, Violation
from core.words import labelled
from scheduling.models import FollowUp, Session, SessionMaterial

MOST_MATERIALS = 30
LONGEST_TITLE = 120
KINDS = files.DOCUMENTS | files.PICTURES


def add_file(row: Session, title: str, name: str, data: bytes, *, actor: Actor) -> SessionMaterial:
    """Keep an outline or a photo, sealed; RuleBroken when the file is none of the kinds taken, or there are too many."""
    file = files.keep(name, data, field="file", kinds=KINDS)
    return _add(row, title.strip() or file.name, actor, file_id=file.id)


def add_link(row: Session, title: str, url: str, *, actor: Actor) -> SessionMaterial:
    """Keep the address of something kept elsewhere; RuleBroken when it is no web address."""
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 400:
        sentence = gettext("请填写完整的网址，以 http:// 或 https:// 开头。")
        raise RuleBroken(sentence, [Violation("url", sentence, "url")])
    return _add(row, title.strip() or parts.hostname, actor, url=url)


def _add(
    row: Session, title: str, actor: Actor, *, file_id: int | None = None, url: str = ""
) -> SessionMaterial:
    count = select(func.count()).select_from(SessionMaterial).where(SessionMaterial.session_id == row.id)
    if (session().scalar(count) or 0) >= MOST_MATERIALS:
        raise RuleBroken(gettext("一个课次最多存 %(n)s 份材料，请先删掉不用的。", n=MOST_MATERIALS))
    made = SessionMaterial(
        session_id=row.id,
        title=title[:LONGEST_TITLE],
        file_id=file_id,
        url=url,
        added_at=clock.now(),
        added_by=actor.name,
    )
    session().add(made)
    session().flush()
    audit.note(session(), labelled(row.full_name, made.title))
    return made


def remove_material(item: SessionMaterial, *, actor: Actor) -> None:
    """Take it away, the file with it."""
    audit.note(session(), labelled(item.session.course_name, item.title))
    file = item.file
    session().delete(item)
    session().flush()
    if file is not None:
        session().delete(file)
        session().flush()


def agree(row: Session, what: str, who: str, due_on: date, *, actor: Actor) -> FollowUp:
    """Write down who does what until when."""
    made = FollowUp(
        session_id=row.id,
        what=what.strip(),
        who=who.strip(),
        due_on=due_on,
        added_at=clock.now(),
        added_by=actor.name,
    )
    session().add(made)
    session().flush()
    audit.note(session(), labelled(row.full_name, made.what))
    return made


def finish(item: FollowUp, result: str, *, actor: Actor, seen: int | None = None) -> None:
    """It is done; what came of it may be said."""
    item.expect_version(seen)
    if item.done_at is not None:
        raise RuleBroken(gettext("这一项已经办结。"))
    item.done_at, item.done_by, item.result = clock.now(), actor.name, result.strip()[:300]
    session().flush()
    audit.note(session(), item.what)


def reopen(item: FollowUp, *, actor: Actor, seen: int | None = None) -> None:
    """It was not done after all."""
    item.expect_version(seen)
    item.done_at, item.done_by, item.result = None, "", ""
    session().flush()
    audit.note(session(), item.what)


def drop(item: FollowUp, *, actor: Actor) -> None:
    """It was written down by mistake."""
    audit.note(session(), item.what)
    session().delete(item)
    session().flush()
