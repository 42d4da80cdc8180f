"""Forms of the pool, by subject."""

from instructor_pool.forms.assessment import GradeForm, PolicyForm
from instructor_pool.forms.availability import AwayForm, WeeklyForm
from instructor_pool.forms.batches import BatchForm, DecisionForm, RecuseForm, SeatForm
from instructor_pool.forms.courseware import CoursewareForm, IncidentForm, OpinionForm
from instructor_pool.forms.entry import AttachmentForm, NominationForm, ReceiptForm
from instructor_pool.forms.people import (
    ExitForm,
    PanelForm,
    PersonForm,
    ReasonForm,
    RevealForm,
    TermForm,
)

__all__ = [
    "AttachmentForm",
    "AwayForm",
    "BatchForm",
    "CoursewareForm",
    "DecisionForm",
    "ExitForm",
    "GradeForm",
    "IncidentForm",
    "NominationForm",
    "OpinionForm",
    "PanelForm",
    "PersonForm",
    "PolicyForm",
    "ReasonForm",
    "ReceiptForm",
    "RecuseForm",
    "RevealForm",
    "SeatForm",
    "TermForm",
    "WeeklyForm",
]
