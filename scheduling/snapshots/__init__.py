"""What the engine is given: pool, bases, duties and sessions of one plan, read once and frozen."""

from scheduling.snapshots.building import Snapshot, build_problem, plan_of, weighted
from scheduling.snapshots.comparing import changes_between
from scheduling.snapshots.desk import Desk, Option
from scheduling.snapshots.kept_desks import desk
from scheduling.snapshots.keys import Key, key, number
from scheduling.snapshots.nearby import Hand

__all__ = [
    "Desk",
    "Hand",
    "Key",
    "Option",
    "Snapshot",
    "build_problem",
    "changes_between",
    "desk",
    "key",
    "number",
    "plan_of",
    "weighted",
]
