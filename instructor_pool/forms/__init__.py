"""Forms of the pool, by subject."""

from instructor_pool.forms.people import (
    AwayForm,
    ExitForm,
    PanelForm,
    PersonForm,
    ReasonForm,
    RevealForm,
    TermForm,
)

__all__ = ["AwayForm", "ExitForm", "PanelForm", "PersonForm", "ReasonForm", "RevealForm", "TermForm"]
