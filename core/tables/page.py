"""One page of a list, ready for the template: rows, chips, links. Knows nothing of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic
from urllib.parse import urlencode

from core.tables.parts import Cell, Column, Filter, Label, RowT

PAGE_SIZES = (25, 50, 100, 200)


@dataclass(frozen=True)
class TableRow(Generic[RowT]):
    """One row: its key (for selection), its page, its cells and the object itself."""

    key: str
    url: str
    cells: Sequence[Cell]
    obj: RowT


@dataclass(frozen=True)
class Chip:
    """A filter in force and the address without it."""

    label: Label
    value: Label
    remove_url: str


@dataclass(frozen=True)
class FilterState:
    """A filter with its options and the value in force ("" when none)."""

    filter: Filter
    options: Sequence[tuple[str, Label]]
    value: str

    @property
    def value_label(self) -> Label:
        """The value in force in the person's words."""
        return next((label for value, label in self.options if value == self.value), self.value)


@dataclass(frozen=True)
class TablePage(Generic[RowT]):
    """What `templates/_table.html` renders. All addresses are relative (`?…`)."""

    name: str
    title: Label
    all_columns: Sequence[Column[RowT]]
    columns: Sequence[Column[RowT]]
    rows: Sequence[TableRow[RowT]]
    filters: Sequence[FilterState]
    total: int
    page: int
    size: int
    q: str
    sort_key: str
    sort_desc: bool
    has_search: bool
    search_hint: Label
    has_row_pages: bool
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Number of the first row on this page, 0 when the list is empty."""
        return (self.page - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Number of the last row on this page."""
        return min(self.page * self.size, self.total)

    @property
    def is_filtered(self) -> bool:
        """True when a search or a filter narrows the list."""
        return bool(self.q) or any(state.value for state in self.filters)

    @property
    def page_sizes(self) -> Sequence[int]:
        """Sizes a person may choose, with the one in force."""
        return sorted({*PAGE_SIZES, self.size})

    @property
    def chips(self) -> list[Chip]:
        """The filters in force, each with the address that removes it."""
        return [
            Chip(state.filter.label, state.value_label, self.url(**{state.filter.key: None}))
            for state in self.filters
            if state.value
        ]

    @property
    def clear_url(self) -> str:
        """The address without search and filters."""
        return self.url(q=None, **{state.filter.key: None for state in self.filters})

    @property
    def export_url(self) -> str:
        """The address of this list as an Excel file: all pages, the same filters and columns."""
        return self.url(page=self.page, export="xlsx", cols=[column.key for column in self.columns])

    @property
    def window(self) -> list[int | None]:
        """Page numbers to offer, None where some are left out: `1 … 4 5 6 … 20`."""
        near = {1, self.pages, *range(self.page - 1, self.page + 2)}
        shown: list[int | None] = []
        for number in sorted(n for n in near if 1 <= n <= self.pages):
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return shown

    def url(self, **changes: Any) -> str:
        """This address with `changes`; None removes an argument. Goes to page 1 unless `page` is given."""
        params: dict[str, Any] = {**self.params, "page": None, **changes}
        pairs: list[tuple[str, str]] = []
        for key, value in params.items():
            values = value if isinstance(value, (list, tuple)) else [value]
            pairs.extend((key, str(item)) for item in values if item not in (None, "", 0))
        return "?" + urlencode(pairs)

    def sort_url(self, column: Column[RowT]) -> str:
        """The address sorted by `column`; a second press turns the direction round."""
        turn = column.key == self.sort_key and not self.sort_desc
        return self.url(sort=f"-{column.key}" if turn else column.key)

    def aria_sort(self, column: Column[RowT]) -> str:
        """The value of aria-sort for a column heading."""
        if column.key != self.sort_key:
            return "none"
        return "descending" if self.sort_desc else "ascending"

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Arguments a form must carry along as hidden fields, leaving out `without` and the page."""
        skip = {*without, "page", "export"}
        pairs: list[tuple[str, str]] = []
        for key, value in self.params.items():
            if key not in skip:
                values = value if isinstance(value, (list, tuple)) else [value]
                pairs.extend((key, str(item)) for item in values if item not in (None, ""))
        return pairs
