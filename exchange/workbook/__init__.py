"""The pure reader of the staff's Excel files: bytes → typed rows and problems. No database, no Flask."""

from exchange.workbook.checks import check
from exchange.workbook.problems import Problem, Unreadable
from exchange.workbook.reading import read_workbook
from exchange.workbook.rows import Known, Workbook

__all__ = ["Known", "Problem", "Unreadable", "Workbook", "check", "read_workbook"]
