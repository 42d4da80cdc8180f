"""The form a page shows."""

from __future__ import annotations

from core.db import transaction
from score_forms.enums import Purpose
from score_forms.models import ScoreForm
from score_forms.queries import find_current_form
from score_forms.services import current_form, ensure_default_forms


def form_in_force(purpose: Purpose, path: str) -> ScoreForm:
    """The form in force at the unit with `path`; the very first reader makes the defaults, later ones only read."""
    found = find_current_form(purpose, path)
    if found is None:
        with transaction():
            ensure_default_forms()
        found = current_form(purpose, path)
    return found
