"""The matching engine: frozen data in, a plan out; no database, no web.

``solve`` finds a plan, ``check`` recomputes one from the definitions, ``rank`` and ``explain`` answer for one session.
"""

from scheduling.engine.arranging import Undecided
from scheduling.engine.capacities import Part, Supplies
from scheduling.engine.check import CheckReport, check
from scheduling.engine.conflict import Conflict, Rearrangement, conflict_of_pins
from scheduling.engine.costs import COSTS
from scheduling.engine.explain import Chosen, Explanation, explain, explain_in
from scheduling.engine.explain_format import explanation_document
from scheduling.engine.freeing import Freeing
from scheduling.engine.gaps import Gap, gap_of
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
from scheduling.engine.rematch import Rematch, rematch
from scheduling.engine.requirements import Requirement
from scheduling.engine.rules import RULES
from scheduling.engine.run import Progress, SolveOptions
from scheduling.engine.shortage import Capacity, Shortage
from scheduling.engine.solve import solve
from scheduling.engine.state import Placement, State
from scheduling.engine.users import users

__all__ = [
    "COSTS",
    "RULES",
    "TEXTS",
    "Assignment",
    "BadFile",
    "Candidate",
    "Capacity",
    "CheckReport",
    "Chosen",
    "Conflict",
    "Current",
    "Duty",
    "Excluded",
    "Explanation",
    "Freeing",
    "Gap",
    "Index",
    "Instructor",
    "Leader",
    "NoSuchSession",
    "Part",
    "PinsContradict",
    "Place",
    "Placement",
    "Plan",
    "Problem",
    "Progress",
    "Ranking",
    "Rearrangement",
    "Reason",
    "Rematch",
    "Requirement",
    "Resource",
    "Series",
    "Session",
    "Shortage",
    "SolveOptions",
    "State",
    "Status",
    "Supplies",
    "TrainingClass",
    "Undecided",
    "Venue",
    "Violation",
    "Weights",
    "check",
    "conflict_of_pins",
    "dump_plan",
    "dump_problem",
    "explain",
    "explain_in",
    "explanation_document",
    "gap_of",
    "load_plan",
    "load_problem",
    "rank",
    "rank_in",
    "read_plan",
    "read_problem",
    "rematch",
    "solve",
    "users",
    "write_plan",
    "write_problem",
]
