"""Reading a filled-in sheet: any form, any indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from score_forms.enums import Kind
from score_forms.rules import Line

PREFIX = "mark-"


@dataclass(frozen=True)
class SheetInput:
    """What was typed: marks that can be read, the raw words to show again, and sentences by line key."""

    marks: dict[str, Decimal] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    comment: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def read_sheet(lines: Sequence[Line], posted: Mapping[str, str]) -> SheetInput:
    """Marks from fields `mark-<key>` and the comment; unreadable ones are left out."""
    sheet = SheetInput(comment=posted.get("comment", "")[:2000])
    for line in lines:
        raw = posted.get(PREFIX + line.key, "").strip()
        if line.kind is Kind.COMMENT or not raw:
            continue
        sheet.typed[line.key] = raw[:12]
        mark = _number(raw)
        if mark is not None:
            sheet.marks[line.key] = mark
    return sheet


def _number(raw: str) -> Decimal | None:
    try:
        mark = Decimal(raw)
    except InvalidOperation:
        return None
    return mark if mark.is_finite() and abs(mark) < 1000 else None
