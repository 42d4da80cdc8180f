"""The old .xls: parsed in a process of its own, see legacy_child."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from exchange.enums import Refusal
from exchange.workbook.archive import MAX_COLUMNS, MAX_ROWS
from exchange.workbook.grid import Cell
from exchange.workbook.problems import Unreadable

CHILD = Path(__file__).with_name("legacy_child.py")
PATIENCE = 90  # seconds
_MOMENTS: Mapping[str, Callable[[str], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def read_legacy(data: bytes) -> dict[str, Any]:
    """What the child found: `visible` sheets (name, rows, merges) and `hidden` names; raises Unreadable."""
    command = [sys.executable, "-I", str(CHILD), str(MAX_ROWS), str(MAX_COLUMNS)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE, check=True)  # noqa: S603  (our own file)
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unreadable(Refusal.BROKEN) from error
    if "refusal" in found:
        raise Unreadable(Refusal(found["refusal"]), rows=MAX_ROWS, columns=MAX_COLUMNS)
    for sheet in found["visible"]:
        sheet["rows"] = [[_cell(value) for value in row] for row in sheet["rows"]]
    return found


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        kind, text = value
        return _MOMENTS[kind](text) if kind in _MOMENTS else str(text)
    cell: Cell = value
    return None if cell == "" else cell
