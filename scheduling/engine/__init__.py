"""The matching engine: frozen data in, a plan out; no database, no web.

``solve`` finds a plan, ``check`` recomputes one from the definitions, ``rank`` and ``explain`` answer for one session.
"""

from scheduling.engine.check import CheckReport, check
from scheduling.engine.costs import COSTS
from scheduling.engine.explain import Chosen, Explanation, Freeing, explain, explain_in
from scheduling.engine.index import Index
from scheduling.engine.model import (
    Assignment,
    Current,
    Duty,
    Instructor,
    Leader,
    Place,
    Plan,
    Problem,
    Resource,
    Series,
    Session,
    Status,
    TrainingClass,
    Venue,
    Weights,
)
from scheduling.engine.pins import PinsContradict
from scheduling.engine.plan_format import dump_plan, load_plan, read_plan, write_plan
from scheduling.engine.problem_format import dump_problem, load_problem, read_problem, write_problem
from scheduling.engine.rank import Candidate, Excluded, NoSuchSession, Ranking, rank, rank_in
from scheduling.engine.reading import BadFile
from scheduling.engine.reasons import TEXTS, Reason, Violation
from scheduling.engine.rules import RULES
from scheduling.engine.run import Progress, SolveOptions
from scheduling.engine.solve import solve
from scheduling.engine.state import Placement, State

__all__ = [
    "COSTS",
    "RULES",
    "TEXTS",
    "Assignment",
    "BadFile",
    "Candidate",
    "CheckReport",
    "Chosen",
    "Current",
    "Duty",
    "Excluded",
    "Explanation",
    "Freeing",
    "Index",
    "Instructor",
    "Leader",
    "NoSuchSession",
    "PinsContradict",
    "Place",
    "Placement",
    "Plan",
    "Problem",
    "Progress",
    "Ranking",
    "Reason",
    "Resource",
    "Series",
    "Session",
    "SolveOptions",
    "State",
    "Status",
    "TrainingClass",
    "Venue",
    "Violation",
    "Weights",
    "check",
    "dump_plan",
    "dump_problem",
    "explain",
    "explain_in",
    "load_plan",
    "load_problem",
    "rank",
    "rank_in",
    "read_plan",
    "read_problem",
    "solve",
    "write_plan",
    "write_problem",
]
