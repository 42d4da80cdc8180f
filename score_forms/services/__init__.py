"""The verbs of forms: filling in, and writing new versions."""

from score_forms.services.filling import (
    current_form,
    ensure_default_forms,
    fault_sentence,
    fill_in,
    violations,
)

__all__ = ["current_form", "ensure_default_forms", "fault_sentence", "fill_in", "violations"]
