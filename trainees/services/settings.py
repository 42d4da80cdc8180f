"""What a level sets for its trainees: class hours a year and how often the same is not too much."""

from __future__ import annotations

from decimal import Decimal

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit
from core.db import session
from core.settings import get_setting, set_setting
from trainees.rules import Targets

KEY = "trainee_targets"


def targets_at(path: str) -> Targets:
    """What holds for the unit at `path`: its own setting, else that of the nearest level above, else [0 §7]."""
    kept: dict[str, dict[str, float]] = get_setting(KEY, {})
    above = sorted((p for p in kept if path.startswith(p)), key=len)
    if not above:
        return Targets()
    found = kept[above[-1]]
    return Targets(
        Decimal(str(found["member"])), Decimal(str(found["committee"])), int(found["most_call_ups"])
    )


def set_targets(unit: OrgUnit, targets: Targets, *, actor: Actor) -> None:
    """Set them for a unit and all below it that set nothing of their own."""
    kept: dict[str, dict[str, float]] = dict(get_setting(KEY, {}))
    kept[unit.path] = {
        "member": float(targets.member),
        "committee": float(targets.committee),
        "most_call_ups": targets.most_call_ups,
    }
    set_setting(KEY, kept)
    audit.note(session(), unit.name)
