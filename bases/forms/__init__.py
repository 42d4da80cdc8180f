"""Forms of bases, by subject."""

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
from bases.forms.register import (
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
    "AnswerForm",
    "BaseForm",
    "ClosureForm",
    "ConclusionForm",
    "ContactForm",
    "DocumentForm",
    "InviteForm",
    "NewBaseForm",
    "RectifyForm",
    "ReportForm",
    "RevealForm",
    "StepForm",
    "VenueForm",
    "apart",
    "read_invited",
    "read_spans",
]
