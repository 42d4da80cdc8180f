"""How each level asks, reminds, looks for substitutes and freezes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from core.settings import get_setting
from scheduling.rules.answers import AnswerPolicy

KEY = "answer_policy:{}"
DAYS = "days_to_answer"
"""The days to answer of a level that has said nothing of its own [common]."""


def policy_of(owner_id: int) -> AnswerPolicy:
    """What a level has set; usual practice for the rest."""
    kept: dict[str, Any] = get_setting(KEY.format(owner_id), {})
    known = {field.name for field in fields(AnswerPolicy)}
    usual = {DAYS: get_setting(DAYS, AnswerPolicy().days_to_answer)}
    return AnswerPolicy(**(usual | {name: value for name, value in kept.items() if name in known}))
