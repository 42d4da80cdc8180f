"""Reading a filled-in sheet and a draft of a form: any form, any indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from core.words import Labelled
from score_forms.enums import Kind, Scale
from score_forms.rules import Line

PREFIX = "mark-"
KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
Choice = TypeVar("Choice", bound=Labelled)


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


@dataclass(frozen=True)
class DraftInput:
    """A draft as typed: lines in their order, and what the pressed button asks for beside saving."""

    title: str
    pass_mark: int | None
    """None where what was typed is no whole number."""
    lines: tuple[Line, ...]
    wish: str = ""


def read_draft(posted: MultiDict[str, str]) -> DraftInput:
    """The form builder's fields: one `key` a row in order, then `title-<key>` and so on; `do` is the button.

    `do` is save, issue, add, up-<key>, down-<key> or remove-<key>; moves are done here.
    """
    wish = posted.get("do", "save")
    lines = [_line(key, posted) for key in dict.fromkeys(posted.getlist("key")) if KEY.fullmatch(key)]
    verb, _, key = wish.partition("-")
    at = next((n for n, line in enumerate(lines) if line.key == key), None)
    if verb == "add":
        lines.insert(_before_comment(lines), _fresh(lines))
    elif at is not None and verb == "remove":
        del lines[at]
    elif at is not None and verb in ("up", "down"):
        to = at + (1 if verb == "down" else -1)
        if 0 <= to < len(lines):
            lines[at], lines[to] = lines[to], lines[at]
    return DraftInput(
        posted.get("form_title", "").strip(), _whole(posted.get("pass_mark", "")), tuple(lines), wish
    )


def _line(key: str, posted: Mapping[str, str]) -> Line:
    kind = _member(Kind, posted.get(f"kind-{key}", ""), Kind.POINTS)
    is_points = kind is Kind.POINTS
    return Line(
        key,
        posted.get(f"title-{key}", "").strip()[:80],
        kind,
        _whole(posted.get(f"most-{key}", "")) or 0 if is_points else 0,
        posted.get(f"help-{key}", "").strip()[:200],
        _member(Scale, posted.get(f"scale-{key}", ""), Scale.POINTS) if is_points else Scale.POINTS,
        posted.get(f"section-{key}", "").strip()[:40],
    )


def _fresh(lines: Sequence[Line]) -> Line:
    taken = {line.key for line in lines}
    number = next(n for n in range(1, len(lines) + 2) if f"item{n}" not in taken)
    section = next((line.section for line in reversed(lines) if line.kind is Kind.POINTS), "")
    scale = next((line.scale for line in reversed(lines) if line.kind is Kind.POINTS), Scale.POINTS)
    return Line(f"item{number}", "", Kind.POINTS, 10, "", scale, section)


def _before_comment(lines: Sequence[Line]) -> int:
    return len(lines) - 1 if lines and lines[-1].kind is Kind.COMMENT else len(lines)


def _whole(raw: str) -> int | None:
    raw = raw.strip()
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else None


def _member(kind: type[Choice], raw: str, default: Choice) -> Choice:
    return next((m for m in kind if m.value == raw), default)
