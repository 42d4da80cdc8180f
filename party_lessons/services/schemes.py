"""Kinds of duty as staff keep them: settings, copies for one level, switching on and off."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext

from accounts.access import Actor, Scope
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import Conflict, NotAllowed, RuleBroken, Violation
from party_lessons.models import Scheme
from party_lessons.queries.facts import facts_of_scheme
from party_lessons.queries.schemes import find_same_name
from party_lessons.rules import SchemeFacts
from party_lessons.services import recounts
from party_lessons.services.obligations import new_scheme

LONGEST_NAME, LONGEST_GROUND, MOST_GROUNDS = 40, 20, 12


@dataclass(frozen=True, slots=True)
class Settings:
    """What a form says of a scheme."""

    name: str
    facts: SchemeFacts
    grounds: list[str]
    reminders: list[str]


def may_edit(scheme: Scheme, scope: Scope) -> bool:
    """The whole tree's schemes belong to whoever watches the whole tree, others to their level."""
    return scope.covers("/" if scheme.owner is None else scheme.owner.path)


def copy(scheme: Scheme, owner: OrgUnit, *, actor: Actor) -> Scheme:
    """The same for one level alone, off until somebody switches it on."""
    made = new_scheme(scheme.name, facts_of_scheme(scheme))
    made.owner, made.is_on, made.grounds = owner, False, list(scheme.grounds)
    made.reminders = list(scheme.reminders)
    if find_same_name(owner.id, scheme.name) is not None:
        raise Conflict(gettext("%(unit)s已有同名的方案。", unit=owner.title))
    session().add(made)
    session().flush()
    audit.note(session(), gettext("复制党课方案：%(name)s", name=made.name))
    return made


def amend(scheme: Scheme, said: Settings, *, scope: Scope, actor: Actor, seen: int | None = None) -> None:
    """Change a scheme; what is owed is recounted where it is on.

    NotAllowed for a scheme of a level above; RuleBroken for what cannot be.
    """
    _expect(scheme, scope, seen)
    same = find_same_name(scheme.owner_id, said.name)
    if same is not None and same is not scheme:
        raise _refused("name", gettext("已有同名的方案。"))
    grounds = [ground.strip() for ground in said.grounds if ground.strip()]
    if not grounds or len(grounds) > MOST_GROUNDS or any(len(ground) > LONGEST_GROUND for ground in grounds):
        raise _refused(
            "grounds",
            gettext(
                "免计情形每行一种，1 至 %(most)s 种，每种不超过 %(long)s 字。",
                most=MOST_GROUNDS,
                long=LONGEST_GROUND,
            ),
        )
    fresh = new_scheme(said.name, said.facts)
    for field in (
        "name", "test", "post_kinds", "levels", "class_kinds", "need", "least_minutes", "micro_minutes",
        "deadline_month", "deadline_day", "cutoff_month", "cutoff_day", "least_months_when_leaving",
    ):  # fmt: skip
        setattr(scheme, field, getattr(fresh, field))
    scheme.grounds, scheme.reminders = grounds, said.reminders
    session().flush()
    audit.note(session(), gettext("修改党课方案：%(name)s", name=scheme.name))
    if scheme.is_on:
        recounts.request(scheme=scheme, why=gettext("方案“%(name)s”修改", name=scheme.name), actor=actor)


def switch(scheme: Scheme, *, on: bool, scope: Scope, actor: Actor, seen: int | None = None) -> None:
    """Switch a scheme on or off; what is owed is recounted. What one that is off asked for counts nowhere from now on."""
    _expect(scheme, scope, seen)
    if scheme.is_on is on:
        raise Conflict(gettext("这个方案已经是这样了，请刷新后再看。"))
    scheme.is_on = on
    session().flush()
    why = (
        gettext("启用方案“%(name)s”", name=scheme.name)
        if on
        else gettext("停用方案“%(name)s”", name=scheme.name)
    )
    audit.note(session(), why)
    recounts.request(scheme=scheme, why=why, actor=actor)


def _expect(scheme: Scheme, scope: Scope, seen: int | None) -> None:
    if not may_edit(scheme, scope):
        raise NotAllowed(gettext("这是上级的方案，本级不能改；可以复制为本级方案。"))
    scheme.expect_version(seen)


def _refused(field: str, sentence: str) -> RuleBroken:
    return RuleBroken(sentence, [Violation(field, sentence, field)])
