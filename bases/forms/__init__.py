"""Forms of bases, by subject."""

from bases.forms.checklist import read_checklist
from bases.forms.filing import (
    AnswerForm,
    ConclusionForm,
    DocumentForm,
    InviteForm,
    RectifyForm,
    ReportForm,
    StepForm,
    read_invited,
)
from bases.forms.funding import CancelForm, GrantForm, SpendingForm
from bases.forms.register import (
    BUFFERS,
    BaseForm,
    ClosureForm,
    ContactForm,
    NewBaseForm,
    RevealForm,
    VenueForm,
    apart,
    read_spans,
)

__all__ = [
    "BUFFERS",
    "AnswerForm",
    "BaseForm",
    "CancelForm",
    "ClosureForm",
    "ConclusionForm",
    "ContactForm",
    "DocumentForm",
    "GrantForm",
    "InviteForm",
    "NewBaseForm",
    "RectifyForm",
    "ReportForm",
    "RevealForm",
    "SpendingForm",
    "StepForm",
    "VenueForm",
    "apart",
    "read_checklist",
    "read_invited",
    "read_spans",
]
