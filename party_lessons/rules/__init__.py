"""The yearly party-lesson duty as pure policy: what is owed, what counts, where it stands, what is still possible."""

from party_lessons.rules.audience import Audience, LessonFacts, eligible, is_for
from party_lessons.rules.duties import Due, PostFacts, SchemeFacts, due_in
from party_lessons.rules.forecast import Demand, Outlook, forecast
from party_lessons.rules.serving import Ahead, Served, Want, served
from party_lessons.rules.standing import DueFacts, Standing, standing

__all__ = [
    "Ahead",
    "Audience",
    "Demand",
    "Due",
    "DueFacts",
    "LessonFacts",
    "Outlook",
    "PostFacts",
    "SchemeFacts",
    "Served",
    "Standing",
    "Want",
    "due_in",
    "eligible",
    "forecast",
    "is_for",
    "served",
    "standing",
]
