"""What a list is made of: columns, filters, and the values a cell may hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from flask_babel.speaklater import LazyString
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement
from werkzeug.datastructures import MultiDict

from core.excel import CellValue
from core.when import read_day

RowT = TypeVar("RowT")
Label: TypeAlias = str | LazyString
Tone = Literal["ok", "warn", "bad", "info", "idle", "accent"]
Kind = Literal["text", "number", "date", "badge", "link", "percent", "tags"]
Statement = Select[*tuple[Any, ...]]
SortExpression = ColumnElement[Any] | InstrumentedAttribute[Any]
Args = MultiDict[str, str]

_DEFAULT_ICONS: dict[Tone, str] = {
    "ok": "check",
    "warn": "alert",
    "bad": "x-circle",
    "info": "info",
    "idle": "dot",
    "accent": "dot",
}


@dataclass(frozen=True)
class Badge:
    """A state in words; `tone` chooses the colour and the icon that repeats it."""

    text: Label
    tone: Tone = "idle"
    icon: str = ""

    def __str__(self) -> str:
        return str(self.text)

    @property
    def icon_name(self) -> str:
        """The icon beside the word: the given one, else the tone's own."""
        return self.icon or _DEFAULT_ICONS[self.tone]


Value: TypeAlias = CellValue | Badge | LazyString | Sequence[str]


@dataclass(frozen=True)
class Cell:
    """One value ready to show: `note` is a smaller second line, `url` makes the value a link."""

    value: Value
    kind: Kind
    note: str = ""
    url: str = ""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to show; the page prints a dash."""
        return self.value is None or self.value == "" or (self.kind == "tags" and not self.value)

    @property
    def tags(self) -> Sequence[str]:
        """The words of a `tags` cell."""
        return [] if isinstance(self.value, str) or not isinstance(self.value, Sequence) else self.value

    @property
    def exported(self) -> CellValue:
        """The same value for Excel: numbers and dates stay what they are, the rest is text."""
        if isinstance(self.value, (Badge, LazyString)):
            value: CellValue = str(self.value)
        elif isinstance(self.value, Sequence) and not isinstance(self.value, str):
            value = "、".join(str(item) for item in self.value)
        else:
            value = self.value
        return f"{value} {self.note}".strip() if self.note and isinstance(value, str) else value


@dataclass(frozen=True)
class Column(Generic[RowT]):
    """One column. `sort` is what it is ordered by (None: not sortable); percent values are 0..1.

    `default=False` hides it until it is chosen. `note` and `url` are asked per row.
    """

    key: str
    label: Label
    value: Callable[[RowT], Value]
    sort: SortExpression | None = None
    kind: Kind = "text"
    default: bool = True
    note: Callable[[RowT], str | None] | None = None
    url: Callable[[RowT], str | None] | None = None
    width: int | None = None

    def cell(self, row: RowT) -> Cell:
        """This column's value in one row."""
        note = self.note(row) if self.note else None
        url = self.url(row) if self.url else None
        return Cell(self.value(row), self.kind, note or "", url or "")


@dataclass(frozen=True)
class Filter:
    """One filter. With `choices` (pairs, or a callable giving them) an unknown value is ignored.

    Without, the person types: `kind` "text" or "date" (ISO day, checked before `apply` sees it).
    """

    key: str
    label: Label
    apply: Callable[[Statement, str], Statement]
    choices: Sequence[tuple[str, Label]] | Callable[[], Sequence[tuple[str, Label]]] | None = None
    kind: Literal["choice", "text", "date"] = "text"

    def options(self) -> list[tuple[str, Label]]:
        """The pairs (value, label) to choose from; empty when the person types."""
        if self.choices is None:
            return []
        return list(self.choices() if callable(self.choices) else self.choices)

    def read(self, args: Args, options: Sequence[tuple[str, Label]]) -> str:
        """The value asked for, or "" when none or when it makes no sense."""
        raw = clean_arg(args.get(self.key, ""))
        if self.choices is not None:
            return raw if any(raw == value for value, _label in options) else ""
        return raw if self.kind != "date" or read_day(raw) else ""


def wants_export(args: Args) -> bool:
    """True when the address asks for the list as an Excel file."""
    return args.get("export") == "xlsx"


def clean_arg(raw: str) -> str:
    """A typed argument made safe for the database: no control characters, at most 100 long."""
    text = "".join(char for char in raw if char.isprintable())
    return text.encode("utf-8", "replace").decode("utf-8").strip()[:100]
