"""Showing what is masked: needs a reason and is always on the audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from instructor_pool.models import Instructor

SHORTEST_REASON = 4


@dataclass(frozen=True, slots=True)
class Revealed:
    """Personal data in plain, for one answer only."""

    phone: str
    id_number: str


def reveal(person: Instructor, reason: str, *, actor: Actor) -> Revealed:
    """Telephone and identity number in plain; who asked and why goes on the audit trail in the same transaction."""
    if len(reason.strip()) < SHORTEST_REASON:
        sentence = gettext("请写明查看的原因(至少 %(n)s 个字)。", n=SHORTEST_REASON)
        raise RuleBroken(sentence, [Violation("reason", sentence, "reason")])
    audit.note(
        session(),
        gettext("查看 %(name)s 的电话和身份证号：%(reason)s", name=person.name, reason=reason.strip()),
    )
    return Revealed(person.phone or "", person.id_number or "")
