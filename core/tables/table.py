"""The definition of a list and the two things it can do: one page, or the whole as Excel."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from flask import Response, after_this_request, has_request_context, request
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy import inspect as inspect_entity
from sqlalchemy.orm import InstrumentedAttribute, Session

from core import clock
from core.excel import MAX_ROWS, CellValue, Sheet, SheetColumn, workbook_response
from core.tables.page import PAGE_SIZES, FilterState, TablePage, TableRow
from core.tables.parts import (
    Args,
    Column,
    Filter,
    Label,
    RowT,
    SortExpression,
    Statement,
    clean_arg,
)
from core.words import labelled

_RESERVED = frozenset({"q", "page", "size", "sort", "cols", "export"})
_COOKIE_AGE = 365 * 24 * 3600
_MAX_PAGE = 1_000_000
_EXCEL_KINDS = {"number": "number", "date": "date", "percent": "percent"}


@dataclass(frozen=True)
class Table(Generic[RowT]):
    """A list. `search` is the text column in which every word of the search box must occur, or says of a word what
    it asks of a row: where the text is that of several tables, looking through each alone is far less work.

    `default_sort` is a column key, "-key" for descending. `row_url` gives a row its page, `row_key` what its
    checkbox sends (default: `row.id`). Extra address arguments to carry along go in `keep`. `joins` adds outer joins
    that showing and putting in order need and counting does not.
    """

    name: str
    title: Label
    columns: Sequence[Column[RowT]]
    default_sort: str
    filters: Sequence[Filter] = ()
    search: SortExpression | Callable[[str], ColumnElement[bool]] | None = None
    search_hint: Label = ""
    """What may be typed into the search box, in words."""
    page_size: int = 50
    row_url: Callable[[RowT], str] | None = None
    row_key: Callable[[RowT], object] | None = None
    keep: Sequence[str] = ()
    joins: Callable[[Statement], Statement] | None = None

    def __post_init__(self) -> None:
        """Refuse a definition whose names would collide in the address, or that hides what its search looks through."""
        if self.search is not None and not self.search_hint:
            raise ValueError(f"table {self.name}: search_hint says what may be typed")
        taken = [item.key for item in self.filters]
        if _RESERVED.intersection(taken) or len(set(taken)) != len(taken):
            raise ValueError(f"table {self.name}: filter keys must be unique and not {sorted(_RESERVED)}")
        sortable = {column.key for column in self.columns if column.sort is not None}
        if self.default_sort.removeprefix("-") not in sortable:
            raise ValueError(f"table {self.name}: default_sort must name a sortable column")

    def bind(self, session: Session, stmt: Statement) -> "BoundTable[RowT]":
        """This list over one scoped statement: what a feature's queries hand to its views."""
        return BoundTable(self, session, stmt)

    def page(self, session: Session, stmt: Statement, args: Args) -> TablePage[RowT]:
        """One page: two statements (count, rows), whatever the arguments are.

        `stmt` selects one entity (rows are its objects) or several columns (rows are tuples). Use selectinload,
        not joinedload, for collections. Arguments that make no sense fall back to the defaults.
        """
        states = self._filter_states(args)
        q = clean_arg(args.get("q", "")) if self.search is not None else ""
        stmt = self._narrow(stmt, states, q)
        total = session.scalar(select(func.count()).select_from(stmt.order_by(None).subquery())) or 0
        size = page_size(args, self.page_size)
        pages = max(1, -(-total // size))
        number = min(whole(args.get("page", ""), default=1), pages)
        key, descending = self._sort(args)
        stmt = self._cut(self._joined(stmt), key, descending, size, (number - 1) * size)
        columns = chosen_columns(self.name, self.columns, args, remember=True)
        return TablePage(
            name=self.name,
            title=self.title,
            all_columns=self.columns,
            columns=columns,
            rows=[self._row(obj, columns) for obj in _fetch(session, stmt)],
            filters=states,
            total=total,
            page=number,
            size=size,
            q=q,
            sort_key=key,
            sort_desc=descending,
            has_search=self.search is not None,
            search_hint=self.search_hint,
            has_row_pages=self.row_url is not None,
            params=self._params(args, states, q, size),
        )

    def matching(self, session: Session, stmt: Statement, args: Args) -> list[RowT]:
        """All rows that the filters and the search leave, in the order the page shows; as many as a sheet holds."""
        q = clean_arg(args.get("q", "")) if self.search is not None else ""
        stmt = self._narrow(stmt, self._filter_states(args), q)
        return list(_fetch(session, self._ordered(self._joined(stmt), *self._sort(args)).limit(MAX_ROWS)))

    def export(self, session: Session, stmt: Statement, args: Args) -> Response:
        """The list as Excel: all pages, with the filters, order and columns the page shows."""
        states = self._filter_states(args)
        q = clean_arg(args.get("q", "")) if self.search is not None else ""
        key, descending = self._sort(args)
        columns = chosen_columns(self.name, self.columns, args, remember=False)
        stmt = self._joined(self._narrow(stmt, states, q))
        stmt = self._ordered(stmt, key, descending).limit(MAX_ROWS + 1)
        stmt = stmt.execution_options(yield_per=500)

        def lines() -> Iterator[list[CellValue]]:
            for obj in _fetch(session, stmt):
                yield [column.cell(obj).exported for column in columns]

        sheet = Sheet(
            name=str(self.title),
            title=str(self.title),
            note=export_note(states, q),
            columns=[sheet_column(column) for column in columns],
            rows=lines(),
        )
        return workbook_response(f"{self.title} {clock.today():%Y-%m-%d}", [sheet])

    def narrowed(self, stmt: Statement, args: Args) -> Statement:
        """The statement with the filters and the search of the address, for what shows the same rows otherwise."""
        q = clean_arg(args.get("q", "")) if self.search is not None else ""
        return self._narrow(stmt, self._filter_states(args), q)

    def _filter_states(self, args: Args) -> list[FilterState]:
        states = []
        for item in self.filters:
            options = item.options()
            states.append(FilterState(item, options, item.read(args, options)))
        return states

    def _narrow(self, stmt: Statement, states: Sequence[FilterState], q: str) -> Statement:
        for state in states:
            if state.value:
                stmt = state.filter.apply(stmt, state.value)
        for word in q.split()[:5]:
            stmt = stmt.where(self._has(word))
        return stmt

    def _joined(self, stmt: Statement) -> Statement:
        return stmt if self.joins is None else self.joins(stmt)

    def _has(self, word: str) -> ColumnElement[bool]:
        if self.search is None:
            return true()
        if isinstance(self.search, (ColumnElement, InstrumentedAttribute)):
            return self.search.icontains(word, autoescape=True)
        return self.search(word)

    def _sort(self, args: Args) -> tuple[str, bool]:
        asked = args.get("sort", "")
        sortable = {column.key for column in self.columns if column.sort is not None}
        chosen = asked if asked.removeprefix("-") in sortable else self.default_sort
        return chosen.removeprefix("-"), chosen.startswith("-")

    def _sorted_by(self, key: str) -> SortExpression:
        expression = next(column.sort for column in self.columns if column.key == key)
        if expression is None:
            raise ValueError(f"table {self.name}: column {key} cannot be sorted")
        return expression

    def _ordered(self, stmt: Statement, key: str, descending: bool) -> Statement:
        expression = self._sorted_by(key)
        order = _in_order(expression, descending, _may_be_empty(expression, stmt))
        # The key last so that pages never overlap.
        return stmt.order_by(None).order_by(order, *_primary_key(stmt))

    def _cut(self, stmt: Statement, key: str, descending: bool, size: int, skipped: int) -> Statement:
        """So many rows in order. Of a list of objects only keys are put in order: whole rows cost the database far more."""
        ordered = self._ordered(stmt, key, descending)
        keys = _primary_key(stmt)
        if len(stmt.column_descriptions) > 1 or len(keys) != 1:
            return ordered.limit(size).offset(skipped)
        expression = self._sorted_by(key)
        found = stmt.order_by(None).add_columns(expression.label("sorted_by")).subquery()
        row = found.c[keys[0].key]
        order = _in_order(found.c.sorted_by, descending, _may_be_empty(expression, stmt))
        few = select(row).order_by(order, row).limit(size).offset(skipped)
        return ordered.where(keys[0].in_(few))

    def _row(self, obj: RowT, columns: Sequence[Column[RowT]]) -> TableRow[RowT]:
        key = self.row_key(obj) if self.row_key else getattr(obj, "id", "")
        url = self.row_url(obj) if self.row_url else ""
        return TableRow(str(key), url, [column.cell(obj) for column in columns], obj)

    def _params(self, args: Args, states: Sequence[FilterState], q: str, size: int) -> dict[str, Any]:
        """The arguments in force, without those that equal the defaults."""
        params: dict[str, Any] = {name: clean_arg(args.get(name, "")) for name in self.keep}
        params["q"] = q
        params.update({state.filter.key: state.value for state in states})
        key, descending = self._sort(args)
        sort = f"-{key}" if descending else key
        params["sort"] = "" if sort == self.default_sort else sort
        params["size"] = "" if size == self.page_size else size
        return {name: value for name, value in params.items() if value != ""}


@dataclass(frozen=True)
class BoundTable(Generic[RowT]):
    """A list over one statement; views call `page` or `export` with `request.args`."""

    table: Table[RowT]
    session: Session
    stmt: Statement

    def page(self, args: Args) -> TablePage[RowT]:
        """One page of rows."""
        return self.table.page(self.session, self.stmt, args)

    def matching(self, args: Args) -> list[RowT]:
        """All rows that the filters and the search of the address leave."""
        return self.table.matching(self.session, self.stmt, args)

    def export(self, args: Args) -> Response:
        """All rows as an Excel download."""
        return self.table.export(self.session, self.stmt, args)

    def narrowed(self, args: Args) -> Statement:
        """The statement behind the rows that the filters of the address leave."""
        return self.table.narrowed(self.stmt, args)


def _fetch(session: Session, stmt: Statement) -> Iterator[Any]:
    result = session.execute(stmt)
    return iter(result.scalars() if len(stmt.column_descriptions) == 1 else result)


def _in_order(expression: SortExpression, descending: bool, may_be_empty: bool) -> ColumnElement[Any]:
    """Empty values last on every database; where there are none nothing is said of them, or PostgreSQL finds no index."""
    order = expression.desc() if descending else expression.asc()
    return order.nulls_last() if may_be_empty else order


def _may_be_empty(expression: SortExpression, stmt: Statement) -> bool:
    """Whether a row may have no such value; of rows that are joined to the listed ones nobody knows."""
    listed = stmt.column_descriptions[0].get("entity") if stmt.column_descriptions else None
    own = isinstance(expression, InstrumentedAttribute) and expression.class_ is listed
    return not own or bool(getattr(expression.expression, "nullable", True))


def _primary_key(stmt: Statement) -> Sequence[Any]:
    """The first entity's primary key; nothing for grouped or plain-column statements."""
    entity = stmt.column_descriptions[0].get("entity") if stmt.column_descriptions else None
    if entity is None or stmt.column_descriptions[0]["expr"] is not entity:
        return ()
    mapper = inspect_entity(entity).mapper
    return [getattr(entity, mapper.get_property_by_column(column).key) for column in mapper.primary_key]


def page_size(args: Args, default: int) -> int:
    """Rows a page: the size asked for when it is one of those offered."""
    size = whole(args.get("size", ""), default=default)
    return size if size in PAGE_SIZES else default


def chosen_columns(
    name: str, columns: Sequence[Column[RowT]], args: Args, *, remember: bool
) -> list[Column[RowT]]:
    """The columns asked for in the address, else the remembered ones, else the defaults."""
    known = {column.key for column in columns}
    asked = [key for key in args.getlist("cols") if key in known]
    cookie = f"cols_{name}"
    if asked and remember and has_request_context():
        _remember(cookie, asked)
    if not asked and has_request_context():
        asked = [key for key in request.cookies.get(cookie, "").split(".") if key in known]
    if not asked:
        return [column for column in columns if column.default]
    return [column for column in columns if column.key in asked]


def whole(raw: str, *, default: int) -> int:
    """A positive number from the address, or the default."""
    return min(int(raw), _MAX_PAGE) if raw.isascii() and raw.isdigit() and int(raw[:8]) > 0 else default


def _remember(cookie: str, keys: Sequence[str]) -> None:
    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            cookie,
            ".".join(keys),
            max_age=_COOKIE_AGE,
            httponly=True,
            secure=request.is_secure,
            samesite="Lax",
        )
        return response


def sheet_column(column: Column[Any]) -> SheetColumn:
    """A column as the Excel writer wants it."""
    kind = _EXCEL_KINDS.get(column.kind, "text")
    return SheetColumn(str(column.label), kind, column.width)  # type: ignore[arg-type]


def export_note(states: Sequence[FilterState], q: str) -> str:
    """What an export says of its filters and day."""
    parts = [labelled(str(state.filter.label), str(state.value_label)) for state in states if state.value]
    if q:
        parts.append(gettext("搜索：%(q)s", q=q))
    when = gettext("导出于 %(day)s", day=f"{clock.today():%Y-%m-%d}")
    return gettext("；").join([when, *parts])
