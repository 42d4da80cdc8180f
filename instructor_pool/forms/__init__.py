"""Forms of the pool, by subject."""

from instructor_pool.forms.assessment import GradeForm, PolicyForm
from instructor_pool.forms.availability import AwayForm, WeeklyForm
from instructor_pool.forms.batches import BatchForm, DecisionForm, RecuseForm, SeatForm
from instructor_pool.forms.courseware import CoursewareForm, IncidentForm, OpinionForm
from instructor_pool.forms.entry import AttachmentForm, NominationForm, ReceiptForm
from instructor_pool.forms.honours import HonourForm, QuotaForm
from instructor_pool.forms.papers import (
    AppointForm,
    CodeForm,
    HolderForm,
    InvitationForm,
    LetterForm,
    SecondmentForm,
    TemplateForm,
)
from instructor_pool.forms.people import (
    ExitForm,
    PanelForm,
    PersonForm,
    ReasonForm,
    RevealForm,
    TermForm,
)
from instructor_pool.forms.publicity import (
    EntrySettingsForm,
    ObjectionAnswerForm,
    ObjectionForm,
    PublicityForm,
    PublicObjectionForm,
)

__all__ = [
    "AppointForm",
    "AttachmentForm",
    "AwayForm",
    "BatchForm",
    "CodeForm",
    "CoursewareForm",
    "DecisionForm",
    "EntrySettingsForm",
    "ExitForm",
    "GradeForm",
    "HolderForm",
    "HonourForm",
    "IncidentForm",
    "InvitationForm",
    "LetterForm",
    "NominationForm",
    "ObjectionAnswerForm",
    "ObjectionForm",
    "OpinionForm",
    "PanelForm",
    "PersonForm",
    "PolicyForm",
    "PublicObjectionForm",
    "PublicityForm",
    "QuotaForm",
    "ReasonForm",
    "ReceiptForm",
    "RecuseForm",
    "RevealForm",
    "SeatForm",
    "SecondmentForm",
    "TemplateForm",
    "TermForm",
    "WeeklyForm",
]
