"""The staff's filing sheet as a workbook, and one base's file as a Word document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext

from bases.models import BaseStateChange, TeachingBase
from bases.services.register import main_venue
from core import clock
from core.docx import Grid, Paragraph, write
from core.excel import CellValue, Sheet, SheetColumn
from core.when import day_text


def _columns() -> list[SheetColumn]:
    """The staff's own columns, in their order."""
    return [
        SheetColumn(gettext("名称"), width=24),
        SheetColumn(gettext("类型")),
        SheetColumn(gettext("主管单位"), width=20),
        SheetColumn(gettext("地址"), width=24),
        SheetColumn(gettext("联系人")),
        SheetColumn(gettext("电话")),
        SheetColumn(gettext("单批容量"), "number"),
        SheetColumn(gettext("日最大批次"), "number"),
        SheetColumn(gettext("开放时段"), width=28),
        SheetColumn(gettext("讲解员数"), "number"),
        SheetColumn(gettext("时长"), "number"),
        SheetColumn(gettext("对应课程"), width=28),
        SheetColumn(gettext("预约提前量")),
        SheetColumn(gettext("挂牌级别")),
        SheetColumn(gettext("文号"), width=20),
        SheetColumn(gettext("日期"), "date"),
        SheetColumn(gettext("有效期"), "date"),
    ]


def _row(base: TeachingBase) -> list[CellValue]:
    venue = main_venue(base)
    return [
        base.name,
        base.kind.label,
        base.supervising_unit,
        base.address or (base.town.name if base.town else ""),
        base.contact_name,
        base.masked_phone,
        venue.capacity if venue else None,
        venue.max_per_day if venue else None,
        base.opening_text,
        base.guides,
        base.visit_minutes,
        base.courses_text,
        lead_text(base),
        base.designation_level.label if base.designation_level else "",
        base.document_number,
        base.designated_on,
        base.expires_on,
    ]


def lead_text(base: TeachingBase) -> str:
    """How long ahead one books, as staff write it."""
    return f"{base.lead_time}{base.lead_unit.label}" if base.lead_time else gettext("不用提前")


def filing_sheet(bases: Iterable[TeachingBase]) -> Sheet:
    """现场教学基地备案表: one line a base; telephones stay masked, as everywhere but behind a reason."""
    title = gettext("现场教学基地备案表")
    note = gettext("导出于 %(day)s", day=f"{clock.today():%Y-%m-%d}")
    return Sheet(title, _columns(), (_row(base) for base in bases), title, note)


def file_of(base: TeachingBase, changes: Sequence[BaseStateChange]) -> bytes:
    """One base's file on A4: what the filing sheet says of it, its venues, and its way so far."""
    facts = [
        [column.heading, "" if value is None else str(value)]
        for column, value in zip(_columns(), _row(base), strict=True)
    ]
    venues = [
        [v.name, str(v.capacity), str(v.groups), str(v.max_per_day or gettext("不限"))] for v in base.venues
    ]
    parts: list[Paragraph | Grid] = [
        Paragraph(base.name, "center", 18, bold=True),
        Paragraph(
            gettext(
                "状态：%(state)s，%(day)s 打印",
                state=base.state.label,
                day=day_text(clock.today(), year=True),
            ),
            "center",
            10.5,
        ),
        Grid([[gettext("项目"), gettext("内容")], *facts], (3, 7)),
        Paragraph(gettext("教学点"), "left", 14, bold=True),
        Grid(
            [
                [gettext("名称"), gettext("单批容量"), gettext("同时接待批次"), gettext("日最大批次")],
                *venues,
            ],
            (4, 2, 2, 2),
        ),
    ]
    if changes:
        steps = [
            [f"{c.at:%Y-%m-%d}", f"{c.before.label} → {c.after.label}", c.by_name, c.reason]
            for c in reversed(changes)
        ]
        parts += [
            Paragraph(gettext("经过"), "left", 14, bold=True),
            Grid(
                [[gettext("日期"), gettext("变动"), gettext("办理人"), gettext("理由")], *steps], (2, 3, 2, 3)
            ),
        ]
    return write(parts)
