"""Tables of the pool: its people, and how they come in."""

from instructor_pool.models.assessment import Assessment, AssessmentRun
from instructor_pool.models.batches import ReviewBatch, ReviewConflict
from instructor_pool.models.courseware import Courseware, TeachingIncident
from instructor_pool.models.duplicates import DistinctPeople
from instructor_pool.models.entry import Attachment, Nomination
from instructor_pool.models.honours import Honour
from instructor_pool.models.papers import AppointmentCertificate, CommitmentLetter, LetterTemplate
from instructor_pool.models.people import (
    AvailabilityHint,
    Instructor,
    Qualification,
    Reviewer,
    ReviewPanel,
    StateChange,
    Unavailability,
    WeeklyTime,
)
from instructor_pool.models.publicity import Objection, Publicity
from instructor_pool.models.terms import RenewalBatch, RenewalLine, TermAlert

__all__ = [
    "AppointmentCertificate",
    "Assessment",
    "AssessmentRun",
    "Attachment",
    "AvailabilityHint",
    "CommitmentLetter",
    "Courseware",
    "DistinctPeople",
    "Honour",
    "Instructor",
    "LetterTemplate",
    "Nomination",
    "Objection",
    "Publicity",
    "Qualification",
    "RenewalBatch",
    "RenewalLine",
    "ReviewBatch",
    "ReviewConflict",
    "ReviewPanel",
    "Reviewer",
    "StateChange",
    "TeachingIncident",
    "TermAlert",
    "Unavailability",
    "WeeklyTime",
]
