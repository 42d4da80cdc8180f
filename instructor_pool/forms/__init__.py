"""Forms of the pool, by subject."""

from instructor_pool.forms.courseware import CoursewareForm, IncidentForm, OpinionForm
from instructor_pool.forms.entry import AttachmentForm, NominationForm, ReceiptForm
from instructor_pool.forms.people import (
    AwayForm,
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
    "CoursewareForm",
    "ExitForm",
    "IncidentForm",
    "NominationForm",
    "OpinionForm",
    "PanelForm",
    "PersonForm",
    "ReasonForm",
    "ReceiptForm",
    "RevealForm",
    "TermForm",
]
