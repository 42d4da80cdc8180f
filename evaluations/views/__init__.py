"""Pages of evaluation on one blueprint; trainees' own page, which needs no sign-in, on another."""

from flask import Blueprint

blueprint = Blueprint("evaluations", __name__)
trainee_pages = Blueprint("trainees", __name__)

# The route modules register on the blueprints above.
from evaluations.views import appeals, classes, feedback, instructors, ratings, supervision, trainees  # noqa: E402

__all__ = [
    "appeals",
    "blueprint",
    "classes",
    "feedback",
    "instructors",
    "ratings",
    "supervision",
    "trainee_pages",
    "trainees",
]
