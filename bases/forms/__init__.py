"""Forms of bases, by subject."""

from bases.forms.register import (
    BaseForm,
    ClosureForm,
    ContactForm,
    NewBaseForm,
    RevealForm,
    StepForm,
    VenueForm,
    apart,
    read_spans,
)

__all__ = [
    "BaseForm",
    "ClosureForm",
    "ContactForm",
    "NewBaseForm",
    "RevealForm",
    "StepForm",
    "VenueForm",
    "apart",
    "read_spans",
]
