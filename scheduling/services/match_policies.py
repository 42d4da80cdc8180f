"""Policies of matching: what matters how much, kept under a name for a level. Flush only."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from sqlalchemy import select

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from scheduling.models import MatchPolicy

LONGEST_NAME = 40
MOST = 20


def keep(owner: OrgUnit, name: str, levels: Mapping[str, int], *, actor: Actor) -> MatchPolicy:
    """Keep these levels under a name; one of the same name becomes this one. RuleBroken without a name, or when there are too many."""
    name = _sound(name)
    known = _known(owner.id)
    found = next((policy for policy in known if policy.name == name), None)
    if found is None:
        if len(known) >= MOST:
            raise RuleBroken(gettext("最多保存 %(n)s 组设置，请先删掉不用的。", n=MOST))
        found = MatchPolicy(owner_id=owner.id, name=name, levels={})
        session().add(found)
    found.levels = dict(levels)
    session().flush()
    audit.note(session(), gettext("自动排课设置：%(name)s", name=name))
    return found


def rename(policy: MatchPolicy, name: str, levels: Mapping[str, int], *, actor: Actor) -> None:
    """Call a policy otherwise and keep these levels; RuleBroken without a name, and where another one has it."""
    name = _sound(name)
    if any(other.name == name and other.id != policy.id for other in _known(policy.owner_id)):
        sentence = gettext("已有一组设置叫“%(name)s”，请换个名字。", name=name)
        raise RuleBroken(sentence, [Violation("name", sentence, "policy_name")])
    policy.name, policy.levels = name, dict(levels)
    session().flush()
    audit.note(session(), gettext("自动排课设置：%(name)s", name=name))


def _sound(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        sentence = gettext("请给这组设置起个名字，最多 %(n)s 个字。", n=LONGEST_NAME)
        raise RuleBroken(sentence, [Violation("name", sentence, "policy_name")])
    return name


def _known(owner_id: int) -> list[MatchPolicy]:
    return list(session().scalars(select(MatchPolicy).where(MatchPolicy.owner_id == owner_id)))


def drop(policy: MatchPolicy, *, actor: Actor) -> None:
    """Forget a policy; runs that used it keep what they were asked with."""
    session().delete(policy)
    session().flush()
    audit.note(session(), gettext("删除自动排课设置：%(name)s", name=policy.name))
