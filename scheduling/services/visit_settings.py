"""What a level decides for visits at its bases. Flush only."""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.settings import set_setting
from scheduling.queries.visit_settings import setting_key
from scheduling.rules.visits import VisitSettings


def set_visit_settings(owner: OrgUnit, wanted: VisitSettings, *, actor: Actor) -> None:
    """What holds for the bases and plans of `owner` from now on, and for levels below without settings of their own."""
    set_setting(setting_key(owner.id), asdict(wanted))
    audit.note(session(), gettext("修改参观设置：%(unit)s", unit=owner.title))
