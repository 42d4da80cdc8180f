"""What a session asks of the base it is held at: guides, coaches and sets. Flush only."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from accounts.access import Actor
from bases.enums import BaseResourceKind
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from scheduling.models import Session, SessionNeed
from scheduling.queries.needs import asked_by, sites_of, usual_of
from scheduling.rules.needs import MOST_PIECES
from scheduling.services import checking, claiming


def ask_for(
    row: Session, wanted: Mapping[BaseResourceKind, int], *, actor: Actor, seen: int | None = None
) -> None:
    """Let a session take so many pieces of each kind from the base it is held at.

    A kind that is left out goes back to what every session of its method takes. People who were told keep what they
    were told; the base's pieces are claimed or given back at once. RuleBroken or Conflict names what runs short,
    when, and who has it.
    """
    row.expect_version(seen)
    if not row.is_live:
        raise RuleBroken(gettext("这个课次%(state)s，不能再改。", state=row.state.label))
    broken = [
        Violation("count", gettext("数量应在 0 到 %(most)s 之间。", most=MOST_PIECES), kind.value)
        for kind, count in wanted.items()
        if not 0 <= count <= MOST_PIECES
    ]
    if broken:
        raise RuleBroken(gettext("没有保存。"), broken)
    usual = usual_of(row)
    _write(row, {kind: count for kind, count in wanted.items() if count != usual.get(kind, 0)})
    _check(row)
    claiming.settle_pieces(row)
    text = "、".join(f"{kind.label} {count}" for kind, count in wanted.items()) or gettext("按惯例")
    audit.note(session(), f"{row.full_name} {text}")


def _write(row: Session, wanted: Mapping[BaseResourceKind, int]) -> None:
    before = asked_by([row.id]).get(row.id, {})
    for kind in set(before) - set(wanted):
        session().delete(session().get_one(SessionNeed, (row.id, kind)))
    for kind, count in wanted.items():
        if kind in before:
            session().get_one(SessionNeed, (row.id, kind)).count = count
        else:
            session().add(SessionNeed(session_id=row.id, kind=kind, count=count))
    session().flush()


def _check(row: Session) -> None:
    """Refuse what the base the session stands at has not, or has for others at that time."""
    if row.venue_id is None or row.start is None:
        return
    sites = sites_of([row])
    base = sites.venues[row.venue_id].base
    for kind, count, there in sites.lacking(row, row.venue_id):
        sentence = claiming.lacking_text(base, kind.label, count, there)
        raise RuleBroken(sentence, [Violation("lacking", sentence, kind.value)])
    short = checking.shortages_of(row)
    if short:
        raise RuleBroken(short[0].sentence, short)
