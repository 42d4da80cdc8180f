"""Server-side list pages: columns, filters, search, sorting, pages and export of exactly what is shown.

A feature defines a `Table` beside its queries, binds it to a scoped statement and hands the result to a
view; `templates/_table.html` renders it. See docs/how-to/add-a-page.md.
"""

from core.tables.listed import Choice, ListedTable
from core.tables.page import Chip, FilterState, TablePage, TableRow
from core.tables.parts import Badge, Cell, Column, Filter, Statement, Tone, wants_export
from core.tables.table import BoundTable, Table

__all__ = [
    "Badge",
    "BoundTable",
    "Cell",
    "Chip",
    "Choice",
    "Column",
    "Filter",
    "FilterState",
    "ListedTable",
    "Statement",
    "Table",
    "TablePage",
    "TableRow",
    "Tone",
    "wants_export",
]
