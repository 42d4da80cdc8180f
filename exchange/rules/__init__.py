"""What an import would do: a checked workbook beside what the database holds gives a plan. Pure."""

from exchange.rules.changes import Change, Difference, PersonRef, Plan, UnitChange, fingerprint
from exchange.rules.facts import Stored, StoredRow
from exchange.rules.plan import make_plan

__all__ = [
    "Change",
    "Difference",
    "PersonRef",
    "Plan",
    "Stored",
    "StoredRow",
    "UnitChange",
    "fingerprint",
    "make_plan",
]
