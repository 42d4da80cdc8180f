"""A class's report as a workbook and as a Word document, with the same words as the page."""

from __future__ import annotations

from flask_babel import gettext

from core.docx import Grid, Paragraph, write
from core.excel import CellValue, Sheet, SheetColumn
from core.when import day_text
from evaluations import rules
from evaluations.queries.reports import ClassReport, LessonLine


def facts_of(report: ClassReport) -> list[tuple[str, str]]:
    """The head of the report: (what, how much)."""
    klass = report.klass
    span = day_text(klass.starts_on, year=True)
    if klass.ends_on != klass.starts_on:
        span = f"{span} – {day_text(klass.ends_on)}"
    return [
        (gettext("班次"), f"{klass.number} {klass.name}"),
        (gettext("举办单位"), klass.host_name),
        (gettext("时间"), span),
        (gettext("计划人数"), str(klass.size)),
        (gettext("平均到课"), str(report.attendance) if report.attendance is not None else "—"),
        (gettext("授课课次"), str(report.held)),
        (gettext("取消课次"), str(report.cancelled)),
        (gettext("授课学时"), f"{report.hours:f}".rstrip("0").rstrip(".") if report.hours else "0"),
    ]


def headings() -> list[str]:
    """Of the table of sessions."""
    return [gettext("日期"), gettext("课程"), gettext("讲师"), gettext("督导评分"), gettext("学员评课")]


def cells_of(line: LessonLine) -> list[str]:
    """One session; trainees' mean only where it may be seen."""
    row = line.session
    return [
        day_text(row.day),
        row.course_name,
        row.instructor.name if row.instructor else "—",
        gettext("%(mean)s 分(%(n)s 份)", mean=line.supervisors_mean, n=line.supervisors)
        if line.supervisors
        else "—",
        gettext("%(mean)s 分(%(n)s 份)", mean=line.trainees_mean, n=line.trainees)
        if line.trainees
        else gettext("不足 %(few)s 份", few=rules.FEWEST_SHOWN),
    ]


def said_by_instructors(report: ClassReport) -> list[str]:
    """What instructors gave the class: one sentence for those who did not sign, one for each who did."""
    found = report.instructors
    said = (
        gettext("不署名的 %(n)s 份平均 %(mean)s 分。", n=found.unsigned, mean=found.mean)
        if found.mean is not None
        else gettext("不署名的不足 %(few)s 份，不显示。", few=rules.FEWEST_SHOWN)
    )
    signed = [
        gettext(
            "%(name)s：%(total)s 分。%(comment)s",
            name=s.instructor.name,
            total=s.sheet.total,
            comment=s.sheet.comment,
        )
        for s in found.signed
    ]
    return [said, *found.comments, *signed]


def document_of(report: ClassReport) -> bytes:
    """The report as Word opens it."""
    title = gettext("%(name)s结班报告", name=report.klass.name)
    parts: list[Paragraph | Grid] = [
        Paragraph(title, "center", 18, bold=True),
        Grid([[gettext("项目"), gettext("内容")], *[list(pair) for pair in facts_of(report)]], [1, 3]),
        Paragraph(gettext("一、课次与评价"), bold=True),
        Grid([headings(), *[cells_of(line) for line in report.lessons]], [2, 4, 2, 3, 3]),
        Paragraph(gettext("二、讲师对班次的评价"), bold=True),
        *[Paragraph(text, size=12) for text in said_by_instructors(report)],
        Paragraph(gettext("三、结班评估"), bold=True),
    ]
    closing = report.closing
    if closing is None:
        return write([*parts, Paragraph(gettext("还没有结班。"), size=12)])
    rows = [[gettext("部分"), gettext("指标"), gettext("得分"), gettext("满分")]]
    for part in report.parts:
        rows += [
            [gettext(part.title), gettext(name), str(points), str(most)] for name, points, most in part.lines
        ]
        rows.append([gettext(part.title), gettext("得分率"), f"{part.percent}%", ""])
    rows.append([gettext("总分"), "", str(closing.sheet.total), "100"])
    signed = gettext(
        "评估人：%(name)s  %(day)s", name=closing.closed_by, day=day_text(closing.closed_at.date(), year=True)
    )
    return write(
        [
            *parts,
            Grid(rows, [2, 3, 1, 1]),
            *([Paragraph(closing.sheet.comment, size=12)] if closing.sheet.comment else []),
            Paragraph(signed, "right", 12),
        ]
    )


def sheets_of(report: ClassReport) -> list[Sheet]:
    """The report as a workbook: facts, sessions, the four parts, instructors' words."""
    name = report.klass.name
    points: list[list[CellValue]] = [
        [gettext(part.title), gettext(title), got, most]
        for part in report.parts
        for title, got, most in part.lines
    ]
    closing = report.closing
    note = (
        gettext("总分 %(total)s，%(who)s 评", total=closing.sheet.total, who=closing.closed_by)
        if closing
        else gettext("还没有结班。")
    )
    return [
        Sheet(
            gettext("班次情况"),
            [SheetColumn(gettext("项目")), SheetColumn(gettext("内容"), width=40)],
            [list(pair) for pair in facts_of(report)],
            name,
        ),
        Sheet(
            gettext("课次与评价"),
            [SheetColumn(h) for h in headings()],
            [cells_of(x) for x in report.lessons],
            name,
        ),
        Sheet(
            gettext("结班评估"),
            [
                SheetColumn(gettext("部分")),
                SheetColumn(gettext("指标")),
                SheetColumn(gettext("得分"), "number"),
                SheetColumn(gettext("满分"), "number"),
            ],
            points,
            name,
            note,
        ),
        Sheet(
            gettext("讲师的话"),
            [SheetColumn(gettext("讲师对班次的评价"), width=80)],
            [[text] for text in said_by_instructors(report)],
            name,
        ),
    ]
