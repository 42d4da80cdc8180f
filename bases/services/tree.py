"""Where a school site belongs, and how far it has the seven elements [2]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor
from bases.enums import BaseKind, Element, Standing
from bases.models import SiteElement, TeachingBase
from bases.queries.tree import list_children
from bases.rules.tree import PARENTS, may_belong
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation

LONGEST_NOTE = 200


def check_place(base: TeachingBase | None, kind: BaseKind, parent: TeachingBase | None) -> None:
    """RuleBroken when a site of the kind may not belong to `parent`, or those below it could not stay."""
    if parent is not None:
        if not may_belong(kind, parent.kind):
            allowed = "、".join(k.label for k in PARENTS[kind])
            sentence = (
                gettext("%(kind)s要归在%(allowed)s下面。", kind=kind.label, allowed=allowed)
                if allowed
                else gettext("主校区没有上级校区。")
            )
            raise _refused(sentence, "parent")
        if base is not None and (parent.id == base.id or parent.owner_id != base.owner_id):
            raise _refused(gettext("上级校区要在同一名录里，不能是自己。"), "parent")
    stranded = [
        child for child in (list_children(base.id) if base else ()) if not may_belong(child.kind, kind)
    ]
    if stranded:
        names = "、".join(child.name for child in stranded[:3])
        raise _refused(
            gettext("下面还有 %(names)s，不能改成%(kind)s。", names=names, kind=kind.label), "kind"
        )


def _refused(sentence: str, subject: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation("place", sentence, subject)])


@dataclass(frozen=True, slots=True)
class Judged:
    """How far an element is there, and a word on it."""

    standing: Standing
    note: str = ""


def judge(base: TeachingBase, found: Mapping[Element, Judged], *, actor: Actor) -> int:
    """Keep what was found; elements that say the same as before keep their day and name. How many changed.

    RuleBroken for what is lacking without a word on it: somebody has to know what to do.
    """
    silent = [e for e, j in found.items() if j.standing is not Standing.MET and not j.note.strip()]
    if silent:
        wrong = [
            Violation("note", gettext("%(what)s不齐，请写明缺什么。", what=e.label), e.value) for e in silent
        ]
        raise RuleBroken(gettext("清单没有保存。"), wrong)
    kept = {row.element: row for row in base.elements}
    changed = 0
    for element, judged in found.items():
        note = judged.note.strip()[:LONGEST_NOTE]
        row = kept.get(element)
        if row is not None and (row.standing, row.note) == (judged.standing, note):
            continue
        changed += 1
        if row is None:
            row = SiteElement(element=element)
            base.elements.append(row)
        row.standing, row.note = judged.standing, note
        row.judged_on, row.judged_by_id, row.judged_by = clock.today(), actor.user_id, actor.name
    audit.note(session(), gettext("%(base)s：七要素清单", base=base.name))
    session().flush()
    return changed
