"""One thing wrong with a workbook, and the exceptions the reader raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext

from exchange.enums import CLOSE, ProblemCode, Refusal, Severity, SheetKind

ERRORS = frozenset(
    {
        ProblemCode.COLUMN_MISSING,
        ProblemCode.NAME_MISSING,
        ProblemCode.ID_NUMERIC,
        ProblemCode.ID_MALFORMED,
        ProblemCode.ID_CHECK_DIGIT,
        ProblemCode.PERSON_CONTRADICTS,
        ProblemCode.DATE_BROKEN,
        ProblemCode.YEAR_MONTH_BROKEN,
        ProblemCode.INTERVAL_REVERSED,
        ProblemCode.REQUIRED_MISSING,
        ProblemCode.ROW_CONTRADICTS,
        ProblemCode.CLASS_REPEATED,
        ProblemCode.CLASS_UNKNOWN,
        ProblemCode.SESSION_REPEATED,
        ProblemCode.PERSON_AMBIGUOUS,
    }
)
"""Codes that block the import wherever they stand; the others do so only in a required cell."""


class Unreadable(Exception):
    """The file cannot be opened at all; `refusal` says why."""

    def __init__(self, refusal: Refusal, **params: object) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
        self.params = params

    @property
    def sentence(self) -> str:
        """The reason in the user's language."""
        return self.refusal.label % self.params


class FieldError(Exception):
    """A parser cannot use a cell."""

    def __init__(self, code: ProblemCode, **params: object) -> None:
        super().__init__(str(code))
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Problem:
    """Where, what and how bad. `row` counts from 1 as Excel shows it, 0 for the whole sheet."""

    kind: SheetKind
    sheet: str
    row: int
    column: str
    header: str
    severity: Severity
    code: ProblemCode
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The problem in the user's language."""
        text = self.code.label % self.params if self.params else self.code.label
        return text + gettext(CLOSE) % self.params if self.params.get("close") else text

    @property
    def place(self) -> str:
        """The cell as Excel names it: `P12`, `12` for a row, empty for a sheet."""
        return f"{self.column}{self.row}" if self.row else self.column
