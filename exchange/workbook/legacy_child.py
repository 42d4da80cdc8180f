"""Reads an .xls from standard input and writes its cells as JSON: a process of its own, with little memory.

The old format lets a file of a few kilobytes claim four billion cells, and the parser takes the memory
before anyone can ask. Here that kills nothing but this process. Imports nothing of the product.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import date, datetime, time
from typing import Any

import python_calamine as calamine

MEMORY = 384 * 1024 * 1024
SECONDS = 60


def limit() -> None:
    """Bound memory and time where the system can."""
    try:
        import resource  # noqa: PLC0415  (there is none on Windows)
    except ImportError:
        return
    # Shared libraries are mapped already; what counts is what comes on top.
    pages = int(open("/proc/self/statm").read().split()[0]) if sys.platform == "linux" else 0  # noqa: SIM115
    bound = MEMORY + pages * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def plain(cell: object) -> object:
    """A cell as JSON takes it: dates and times are tagged."""
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, str | float | int | bool):
        return cell
    return ["other", str(cell)]


def read(data: bytes, most_rows: int, most_columns: int) -> dict[str, Any]:
    """Visible sheets with their merged ranges, hidden names, or why it cannot be read."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        return {"refusal": "encrypted"}
    visible: list[dict[str, Any]] = []
    hidden: list[str] = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            hidden.append(meta.name)
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.total_height > most_rows or sheet.total_width > most_columns:
            return {"refusal": "too_many_cells"}
        rows = [[plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        visible.append({"name": meta.name, "rows": rows, "merges": sheet.merged_cell_ranges or []})
    return {"visible": visible, "hidden": hidden}


if __name__ == "__main__":
    limit()
    json.dump(read(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
