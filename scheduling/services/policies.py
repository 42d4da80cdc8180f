"""A level's own figures for asking, reminding, waves and freezing. Flush only."""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from core.settings import set_setting
from scheduling.queries.policies import KEY
from scheduling.rules.answers import LIMITS, AnswerPolicy


def set_policy(unit: OrgUnit, policy: AnswerPolicy, *, actor: Actor) -> None:
    """Keep a level's figures; they hold for what is asked from now on. RuleBroken names each that cannot be."""
    broken = [
        Violation(name, gettext("请填 %(least)s 到 %(most)s。", least=least, most=most), name)
        for name, (least, most) in LIMITS.items()
        if not least <= getattr(policy, name) <= most
    ]
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
    set_setting(KEY.format(unit.id), asdict(policy))
    audit.note(session(), unit.name)
