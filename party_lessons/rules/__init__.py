"""The yearly party-lesson duty as pure policy: what is owed, what counts, where it stands, what is still possible."""

from party_lessons.rules.audience import Audience, LessonFacts, eligible, is_for
from party_lessons.rules.demands import Cap, Demand, Outlook
from party_lessons.rules.duties import Due, PostFacts, due_in
from party_lessons.rules.forecast import forecast
from party_lessons.rules.program import Program, Solve
from party_lessons.rules.schemes import SCHEME_A, SCHEME_B, SCHEME_C, SHIPPED, SchemeFacts
from party_lessons.rules.serving import Ahead, Served, Want, served
from party_lessons.rules.standing import DueFacts, Standing, facts_of, standing, tally

__all__ = [
    "SCHEME_A",
    "SCHEME_B",
    "SCHEME_C",
    "SHIPPED",
    "Ahead",
    "Audience",
    "Cap",
    "Demand",
    "Due",
    "DueFacts",
    "LessonFacts",
    "Outlook",
    "PostFacts",
    "Program",
    "SchemeFacts",
    "Served",
    "Solve",
    "Standing",
    "Want",
    "due_in",
    "eligible",
    "facts_of",
    "forecast",
    "is_for",
    "served",
    "standing",
    "tally",
]
