"""Tables of evaluations, by subject."""

from evaluations.models.classes import ClassClosing, InstructorScore
from evaluations.models.feedback import FeedbackRound, FeedbackTicket, TraineeAnswer
from evaluations.models.scores import RatingAppeal, SessionScore

__all__ = [
    "ClassClosing",
    "FeedbackRound",
    "FeedbackTicket",
    "InstructorScore",
    "RatingAppeal",
    "SessionScore",
    "TraineeAnswer",
]
