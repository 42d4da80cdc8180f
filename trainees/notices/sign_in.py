"""签到表: the sheet people sign at the door, as Excel and as Word."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from core.docx import Grid, Paragraph, write
from core.excel import CellValue, Sheet, SheetColumn
from core.when import day_text, span_text
from scheduling.models import Session
from trainees.enums import Came, RecordedBy
from trainees.queries.attending import came_by_session
from trainees.queries.rosters import list_enrolments

SPARE = 5
"""Empty lines for who comes unannounced."""


def headings() -> list[str]:
    """The staff's own columns."""
    return [
        gettext("序号"),
        gettext("姓名"),
        gettext("单位"),
        gettext("职务"),
        gettext("签到"),
        gettext("备注"),
    ]


def lines_of(row: Session) -> list[list[str]]:
    """One line a trainee; what is known already stands in it, and the place to sign stays empty otherwise."""
    came = came_by_session(row.id)
    lines = []
    for number, item in enumerate(list_enrolments(row.class_id), 1):
        found = came.get(item.id)
        signed = gettext("已扫码") if found is not None and found.source is RecordedBy.CODE else ""
        note = ""
        if found is not None and found.came is not Came.PRESENT:
            note = f"{found.came.label} {found.reason}".strip()
        person = item.trainee
        lines.append([str(number), person.name, person.unit_name, item.post, signed, note])
    return lines


def about(row: Session) -> str:
    """When, what, who and where, in one line."""
    when = span_text(row.start, row.end) if row.start and row.end else day_text(row.day)
    parts = [when, row.course_name]
    if row.instructor is not None:
        parts.append(gettext("授课人：%(name)s", name=row.instructor.name))
    if row.venue is not None:
        parts.append(gettext("地点：%(name)s", name=row.venue.name))
    return "  ".join(parts)


def title(row: Session) -> str:
    """What stands on top."""
    return gettext("%(name)s签到表", name=row.training_class.name)


def sheet_of(row: Session, lines: Sequence[Sequence[str]]) -> Sheet:
    """For Excel."""
    kinds = {0: "number"}
    widths = (6, 12, 28, 18, 14, 16)
    columns = [
        SheetColumn(text, kinds.get(n, "text"), widths[n])  # type: ignore[arg-type]
        for n, text in enumerate(headings())
    ]
    rows: list[list[CellValue]] = [[int(line[0]), *line[1:]] for line in lines]
    rows += [[len(lines) + n, "", "", "", "", ""] for n in range(1, SPARE + 1)]
    return Sheet(gettext("签到表"), columns, rows, title=title(row), note=about(row))


def document_of(row: Session, lines: Sequence[Sequence[str]]) -> bytes:
    """For Word."""
    spare = [[str(len(lines) + n), "", "", "", "", ""] for n in range(1, SPARE + 1)]
    return write(
        [
            Paragraph(title(row), "center", 18, bold=True),
            Paragraph(about(row), "left", 11),
            Grid([headings(), *lines, *spare], (7, 14, 30, 17, 18, 14)),
        ]
    )
