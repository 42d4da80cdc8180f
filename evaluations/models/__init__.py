"""Tables of evaluations, by subject."""

from evaluations.models.feedback import FeedbackRound, FeedbackTicket, TraineeAnswer
from evaluations.models.scores import RatingAppeal, SessionScore

__all__ = ["FeedbackRound", "FeedbackTicket", "RatingAppeal", "SessionScore", "TraineeAnswer"]
