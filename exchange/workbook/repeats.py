"""Rows that stand twice in a file: merged when they agree, errors when they do not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields, replace
from typing import Any, Protocol, TypeVar

from exchange.enums import ProblemCode, SheetKind
from exchange.workbook.layout import COLUMNS
from exchange.workbook.rows import InstructorRow

Note = Callable[..., None]
"""`note(row, code, field, **params)` files a problem with a row."""


class Row(Protocol):
    """What every row of a sheet has."""

    @property
    def sheet(self) -> str: ...
    @property
    def row(self) -> int: ...


R = TypeVar("R", bound=Row)


def differences(kind: SheetKind, first: Any, second: Any) -> list[str]:
    """The staff's own words for the columns in which two rows say different things."""
    found = []
    for name in (f.name for f in fields(first) if f.name in COLUMNS[kind]):
        one, two = getattr(first, name), getattr(second, name)
        if one not in (None, ()) and two not in (None, ()) and one != two:
            found.append(COLUMNS[kind][name][0])
    return found


def merged(first: Any, second: Any) -> Any:
    """`first`, its blanks filled from `second`."""
    blanks = {f.name: getattr(second, f.name) for f in fields(first) if getattr(first, f.name) in (None, ())}
    return replace(first, **blanks)


def once(
    rows: Sequence[R], kind: SheetKind, key: Callable[[R], Hashable], name: Callable[[R], str], note: Note
) -> list[R]:
    """One row a key; agreeing repeats are merged with a warning, contradicting ones noted as errors."""
    kept: dict[Hashable, R] = {}
    for row in rows:
        first = kept.setdefault(key(row), row)
        if first is row:
            continue
        apart = differences(kind, first, row)
        code = ProblemCode.ROW_CONTRADICTS if apart else ProblemCode.ROW_REPEATED
        params = {"columns": "、".join(apart)} if apart else {}
        note(row, code, "name", name=name(row), other=first.row, **params)
        if not apart:
            kept[key(row)] = merged(first, row)
    return list(kept.values())


def people_once(rows: Sequence[InstructorRow], note: Note) -> list[InstructorRow]:
    """One row a person: the same ID number, or the same name and phone when one row has no ID number."""
    kept: list[InstructorRow] = []
    by_number: dict[str, int] = {}
    by_phone: dict[str, list[int]] = {}
    for row in rows:
        at = by_number.get(row.id_number or "")
        sharing = by_phone.get(row.phone or "", [])
        if at is None:
            at = next((i for i in sharing if _same_person(kept[i], row)), None)
        if at is not None:
            apart = differences(SheetKind.INSTRUCTORS, kept[at], row)
            code = ProblemCode.PERSON_CONTRADICTS if apart else ProblemCode.PERSON_REPEATED
            params = {"columns": "、".join(apart)} if apart else {}
            note(row, code, "name", name=row.name, other=kept[at].row, **params)
            kept[at] = kept[at] if apart else merged(kept[at], row)
            continue
        if sharing:
            other = kept[sharing[0]]
            note(
                row, ProblemCode.PHONE_SHARED, "phone", name=row.name, other=other.row, other_name=other.name
            )
        kept.append(row)
        if row.id_number:
            by_number[row.id_number] = len(kept) - 1
        if row.phone:
            by_phone.setdefault(row.phone, []).append(len(kept) - 1)
    return kept


def _same_person(first: InstructorRow, second: InstructorRow) -> bool:
    return first.name == second.name and not (first.id_number and second.id_number)
