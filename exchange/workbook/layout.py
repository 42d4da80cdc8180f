"""Which sheet is which, where its header stands, and what its columns mean.

A sheet is known by its columns; its name only settles a tie. The header may stand in any of the
first ten rows, columns in any order, and extra ones are listed and left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exchange.enums import SheetKind
from exchange.workbook.grid import Cell, Grid, as_text

HEADER_ROWS = 10

Spec = Mapping[str, tuple[str, ...]]
"""Field → accepted headers, the first being the staff's own."""

COLUMNS: Mapping[SheetKind, Spec] = {
    SheetKind.INSTRUCTORS: {
        "name": ("姓名", "讲师姓名", "教师姓名"),
        "gender": ("性别",),
        "birth": ("出生年月", "出生日期", "出生时间"),
        "ethnicity": ("民族",),
        "political_status": ("政治面貌",),
        "education": ("学历", "文化程度", "最高学历"),
        "major": ("专业", "所学专业"),
        "unit": ("工作单位", "单位", "所在单位"),
        "post": ("职务", "现任职务", "行政职务"),
        "professional_title": ("职称", "专业技术职务"),
        "source": ("来源类别", "师资类别", "类别"),
        "engagement": ("聘任方式", "聘用方式", "入库方式"),
        "research": ("研究方向", "研究领域", "擅长领域"),
        "courses": ("可授课程", "可授课题", "授课专题", "主讲课程", "可授专题", "课题"),
        "phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"),
        "id_number": ("身份证号", "身份证号码", "身份证", "公民身份号码"),
        "nominated_by": ("推荐单位", "推荐党组织"),
        "term_from": ("聘期起", "聘期开始", "聘期自", "聘任日期"),
        "term_to": ("聘期止", "聘期结束", "聘期至", "聘期届满"),
        "certificate": ("证书号", "聘书号", "聘任证书号", "证书编号"),
        "town": ("所在镇街", "镇街", "乡镇街道", "所在乡镇"),
        "weekly_limit": ("每周上限", "周上限", "每周最多"),
        "monthly_limit": ("每月上限", "月上限", "每月最多"),
        "remark": ("备注", "说明"),
    },
    SheetKind.BASES: {
        "name": ("名称", "基地名称", "阵地名称", "教学点名称"),
        "kind": ("类型", "类别", "基地类型"),
        "theme": ("主题", "教育主题"),
        "unit": ("主管单位", "管理单位", "所属单位"),
        "town": ("所在镇街", "镇街", "乡镇街道", "所在乡镇"),
        "address": ("地址", "详细地址", "位置"),
        "latitude": ("纬度",),
        "longitude": ("经度",),
        "contact": ("联系人", "负责人"),
        "phone": ("电话", "联系电话", "联系方式", "手机"),
        "capacity": ("单批容量", "容量", "单批人数", "可容纳人数", "容纳人数"),
        "groups": ("同时接待批次", "同时批次"),
        "daily_limit": ("日最大批次", "每日最大批次", "日接待批次"),
        "openings": ("开放时段", "开放时间"),
        "guides": ("讲解员数", "讲解员", "讲解员人数"),
        "visit_minutes": ("参观时长", "时长", "教学时长"),
        "lead_time": ("预约提前量", "提前预约", "预约提前"),
        "filing": ("备案状态", "备案情况", "备案"),
        "level": ("挂牌级别", "命名级别", "级别"),
        "document": ("文号", "命名文号", "挂牌文号"),
        "designated_on": ("挂牌日期", "命名日期", "日期"),
        "valid_until": ("有效期至", "有效期", "有效期止"),
    },
    SheetKind.COURSES: {
        "name": ("课程", "课程名称", "课题", "专题"),
        "category": ("内容类别", "课程类别", "教育内容"),
        "method": ("教学形式", "教学方式", "授课形式"),
        "hours": ("学时", "课时"),
        "is_party_lesson": ("可作党课", "党课"),
        "audiences": ("适用领域", "适用对象", "领域"),
    },
    SheetKind.CLASSES: {
        "number": ("班次编号", "班次号", "编号", "班号"),
        "name": ("班次名称", "培训班名称", "班次", "名称"),
        "is_main": ("主体班次", "是否主体班次", "主体班"),
        "tier": ("培训层级", "层级"),
        "host": ("主办单位", "举办单位"),
        "town": ("举办地", "举办地点", "地点"),
        "starts": ("开始日期", "开班日期", "开班时间", "开始时间"),
        "ends": ("结束日期", "结业日期", "结束时间"),
        "size": ("人数", "培训人数", "计划人数"),
        "audience": ("领域", "培训对象领域", "对象领域"),
        "origin": ("来源", "需求来源"),
        "venue": ("主会场", "主课堂", "教室"),
    },
    SheetKind.SESSIONS: {
        "class_number": ("班次编号", "班次号", "编号", "班号"),
        "sequence": ("序号", "课次", "课次序号"),
        "day": ("日期", "上课日期"),
        "half": ("时段", "半天", "上午/下午", "上下午"),
        "course": ("课程", "课程名称", "课题", "授课内容"),
        "method": ("教学形式", "教学方式", "授课形式"),
        "hours": ("学时", "课时"),
        "needs_leader": ("须领导干部授课", "领导干部授课", "需领导干部授课"),
        "base": ("指定基地", "基地", "教学基地"),
        "instructor": ("指定讲师", "讲师", "授课教师"),
    },
    SheetKind.LEADERS: {
        "name": ("姓名",),
        "unit": ("单位", "工作单位"),
        "post": ("职务", "现任职务"),
        "starts": ("任职起", "任职时间", "任职日期", "任职开始"),
        "ends": ("任职止", "离任时间", "离任日期", "任职结束"),
        "duty": ("职责类别", "责任类别", "类别"),
    },
}

REQUIRED: Mapping[SheetKind, tuple[str, ...]] = {
    SheetKind.INSTRUCTORS: ("name",),
    SheetKind.BASES: ("name", "kind"),
    SheetKind.COURSES: ("name", "category"),
    SheetKind.CLASSES: ("number", "name", "starts", "ends"),
    SheetKind.SESSIONS: ("class_number", "sequence", "day", "half", "course"),
    SheetKind.LEADERS: ("name", "unit", "post", "duty"),
}
"""Columns without which a sheet says nothing."""

TELLING: Mapping[SheetKind, tuple[str, ...]] = {
    SheetKind.INSTRUCTORS: ("courses", "id_number", "source", "engagement", "political_status"),
    SheetKind.BASES: ("capacity", "openings", "filing", "level", "guides"),
    SheetKind.COURSES: ("category", "is_party_lesson"),
    SheetKind.CLASSES: ("starts", "host", "is_main", "tier"),
    SheetKind.SESSIONS: ("half", "needs_leader", "course"),
    SheetKind.LEADERS: ("duty", "starts", "ends"),
}
"""Columns by which a kind is told from the others."""

WORDS: Mapping[SheetKind, tuple[str, ...]] = {
    SheetKind.INSTRUCTORS: ("师资", "讲师", "教师"),
    SheetKind.BASES: ("基地", "阵地", "教学点"),
    SheetKind.COURSES: ("课程目录", "菜单", "目录"),
    SheetKind.CLASSES: ("培训班", "班次", "培训计划"),
    SheetKind.SESSIONS: ("课次", "需求", "课程安排"),
    SheetKind.LEADERS: ("党课", "领导", "责任清单"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet understood: `columns` maps fields to column indexes from 0, `header` is a row index from 0."""

    kind: SheetKind
    header: int
    columns: Mapping[str, int]
    headers: tuple[str, ...]
    ignored: tuple[str, ...]
    repeated: tuple[str, ...]
    missing: tuple[str, ...]

    def header_of(self, field: str) -> str:
        """The header as written in the file, or the staff's own word for a column that is not there."""
        return self.headers[self.columns[field]] if field in self.columns else COLUMNS[self.kind][field][0]


def normal_header(cell: Cell) -> str:
    """`* 参观时长 (分钟):` → `参观时长`."""
    text = re.sub(r"\s+", "", as_text(cell))
    return re.sub(r"[(（\[【].*?[)）\]】]", "", text).strip("*＊:：.．、★")


def find_layout(grid: Grid) -> Layout | None:
    """How to read `grid`, or None when it is none of the six sheets."""
    best: tuple[float, Layout] | None = None
    title = grid.name + "".join(as_text(c) for row in grid.rows[:2] for c in row[:1])
    for index, row in enumerate(grid.rows[:HEADER_ROWS]):
        headers = tuple(normal_header(cell) for cell in row)
        if sum(bool(h) for h in headers) < 3:
            continue
        for kind in COLUMNS:
            layout = _matched(kind, index, headers)
            score = _score(layout, title)
            if score and (best is None or score > best[0]):
                best = (score, layout)
    return best[1] if best else None


def _matched(kind: SheetKind, index: int, headers: Sequence[str]) -> Layout:
    synonyms = {spelling: field for field, spellings in COLUMNS[kind].items() for spelling in spellings}
    order = {spelling: at for spellings in COLUMNS[kind].values() for at, spelling in enumerate(spellings)}
    columns: dict[str, int] = {}
    repeated: list[str] = []
    for at, header in enumerate(headers):
        field = synonyms.get(header)
        if field is None:
            continue
        if field not in columns or order[header] < order[headers[columns[field]]]:
            columns[field] = at
        elif header == headers[columns[field]]:
            repeated.append(header)
    used = set(columns.values())
    ignored = tuple(
        h for at, h in enumerate(headers) if h and at not in used and h != "序号" and h not in repeated
    )
    missing = tuple(COLUMNS[kind][field][0] for field in REQUIRED[kind] if field not in columns)
    return Layout(kind, index, columns, tuple(headers), ignored, tuple(dict.fromkeys(repeated)), missing)


def _score(layout: Layout, title: str) -> float:
    """0 when the row is no header of this kind; else more for more known and telling columns."""
    told = sum(field in layout.columns for field in TELLING[layout.kind])
    named = any(word in title for word in WORDS[layout.kind])
    if not told or len(layout.columns) < 3 or (layout.missing and not (named and told >= 2)):
        return 0
    return len(layout.columns) + 2 * told + 3 * named - 4 * len(layout.missing)
