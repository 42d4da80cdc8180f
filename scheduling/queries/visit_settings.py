"""What holds for visits at the bases of a level: its own settings, else those of the nearest level above."""

from __future__ import annotations

from sqlalchemy import select

from accounts.models import OrgUnit
from core.db import session
from core.settings import Setting
from scheduling.rules.visits import VisitSettings


def setting_key(owner_id: int) -> str:
    """Where a level keeps them."""
    return f"visits:{owner_id}"


def visit_settings(owner: OrgUnit) -> VisitSettings:
    """Those that hold for the bases and plans of a unit; one statement."""
    keys = [setting_key(int(unit_id)) for unit_id in owner.path.strip("/").split("/")]
    kept = {row.key: row.value for row in session().scalars(select(Setting).where(Setting.key.in_(keys)))}
    nearest: dict[str, int] = next((kept[key] for key in reversed(keys) if key in kept), {})
    return VisitSettings(**nearest)
