"""The yearly party-lesson duty as pure policy: what is owed, what counts, where it stands, what is still possible."""

from party_lessons.rules.audience import LessonFacts, eligible
from party_lessons.rules.duties import Due, PostFacts, SchemeFacts, due_in
from party_lessons.rules.forecast import Demand, Outlook, forecast
from party_lessons.rules.standing import DueFacts, Standing, standing

__all__ = [
    "Demand",
    "Due",
    "DueFacts",
    "LessonFacts",
    "Outlook",
    "PostFacts",
    "SchemeFacts",
    "Standing",
    "due_in",
    "eligible",
    "forecast",
    "standing",
]
