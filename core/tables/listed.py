"""The same list page over rows that are computed, not selected: filters are predicates, the order is given."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic

from flask import Response

from core import clock
from core.excel import MAX_ROWS, Sheet, workbook_response
from core.tables.page import FilterState, TablePage, TableRow
from core.tables.parts import Args, Column, Filter, Label, RowT, Statement, clean_arg
from core.tables.table import chosen_columns, export_note, page_size, sheet_column, whole


def _unchanged(stmt: Statement, _value: str) -> Statement:
    return stmt


@dataclass(frozen=True)
class Choice(Generic[RowT]):
    """One filter: `keeps` says whether a row stays under the chosen value."""

    key: str
    label: Label
    keeps: Callable[[RowT, str], bool]
    choices: Sequence[tuple[str, Label]]


@dataclass(frozen=True)
class ListedTable(Generic[RowT]):
    """A list over rows at hand. `search` gives the text in which every word typed must occur."""

    name: str
    title: Label
    columns: Sequence[Column[RowT]]
    rows: Sequence[RowT]
    filters: Sequence[Choice[RowT]] = ()
    search: Callable[[RowT], str] | None = None
    search_hint: Label = ""
    row_url: Callable[[RowT], str] | None = None
    row_key: Callable[[RowT], object] = id
    keep: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse a definition that hides what its search looks through."""
        if self.search is not None and not self.search_hint:
            raise ValueError(f"table {self.name}: search_hint says what may be typed")

    def page(self, args: Args) -> TablePage[RowT]:
        """One page of rows; arguments that make no sense fall back to the defaults."""
        states, q = self._states(args), self._words(args)
        found = list(self._kept(states, q))
        size = page_size(args, 50)
        number = min(whole(args.get("page", ""), default=1), max(1, -(-len(found) // size)))
        columns = chosen_columns(self.name, self.columns, args, remember=True)
        shown = found[(number - 1) * size : number * size]
        params: dict[str, object] = {name: clean_arg(args.get(name, "")) for name in self.keep}
        params |= {"q": q, **{state.filter.key: state.value for state in states}}
        params["size"] = "" if size == 50 else size
        return TablePage(
            name=self.name,
            title=self.title,
            all_columns=self.columns,
            columns=columns,
            rows=[self._row(row, columns) for row in shown],
            filters=states,
            total=len(found),
            page=number,
            size=size,
            q=q,
            sort_key="",
            sort_desc=False,
            has_search=self.search is not None,
            search_hint=self.search_hint,
            has_row_pages=self.row_url is not None,
            params={name: value for name, value in params.items() if value != ""},
        )

    def matching(self, args: Args) -> list[RowT]:
        """The rows that the filters and the search of the address leave."""
        return list(self._kept(self._states(args), self._words(args)))

    def export(self, args: Args) -> Response:
        """All rows as Excel, with the filters and columns the page shows."""
        states, q = self._states(args), self._words(args)
        columns = chosen_columns(self.name, self.columns, args, remember=False)
        rows = list(self._kept(states, q))[: MAX_ROWS + 1]
        sheet = Sheet(
            name=str(self.title),
            title=str(self.title),
            note=export_note(states, q),
            columns=[sheet_column(column) for column in columns],
            rows=([column.cell(row).exported for column in columns] for row in rows),
        )
        return workbook_response(f"{self.title} {clock.today():%Y-%m-%d}", [sheet])

    def _states(self, args: Args) -> list[FilterState]:
        states = []
        for item in self.filters:
            read = Filter(item.key, item.label, _unchanged, item.choices)
            states.append(FilterState(read, read.options(), read.read(args, read.options())))
        return states

    def _words(self, args: Args) -> str:
        return clean_arg(args.get("q", "")) if self.search is not None else ""

    def _kept(self, states: Sequence[FilterState], q: str) -> Iterable[RowT]:
        asked = [(c, s.value) for c, s in zip(self.filters, states, strict=True) if s.value]
        words = q.lower().split()[:5]
        for row in self.rows:
            text = self.search(row).lower() if self.search is not None and words else ""
            if all(choice.keeps(row, value) for choice, value in asked) and all(
                word in text for word in words
            ):
                yield row

    def _row(self, row: RowT, columns: Sequence[Column[RowT]]) -> TableRow[RowT]:
        url = self.row_url(row) if self.row_url else ""
        return TableRow(str(self.row_key(row)), url, [column.cell(row) for column in columns], row)
