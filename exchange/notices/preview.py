"""How a plan reads: the words of its fields and values, masked where they are personal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from core.sealed import mask_id_number, mask_phone
from core.words import N_, Labelled
from exchange.enums import Action, SheetKind
from exchange.rules import Change, Difference, Plan
from exchange.workbook import Workbook

WORDS: Mapping[str, str] = {
    "address": N_("地址"),
    "audience": N_("领域"),
    "audiences": N_("适用领域"),
    "birth_month": N_("出生年月"),
    "capacity": N_("单批容量"),
    "category": N_("内容类别"),
    "certificate_number": N_("证书号"),
    "class_hours": N_("学时"),
    "contact_name": N_("联系人"),
    "course_name": N_("课程"),
    "courses": N_("可授课程"),
    "day": N_("日期"),
    "designated_on": N_("挂牌日期"),
    "designation_level": N_("挂牌级别"),
    "document_number": N_("文号"),
    "education": N_("学历"),
    "ends": N_("任职止"),
    "ends_on": N_("结束日期"),
    "engagement_mode": N_("聘任方式"),
    "ethnicity": N_("民族"),
    "expires_on": N_("有效期至"),
    "gender": N_("性别"),
    "groups": N_("同时接待批次"),
    "guides": N_("讲解员数"),
    "half_day": N_("时段"),
    "host_name": N_("主办单位"),
    "id_number": N_("身份证号"),
    "is_main": N_("主体班次"),
    "is_party_lesson": N_("可作党课"),
    "kind": N_("类型"),
    "latitude": N_("纬度"),
    "lead_time": N_("预约提前量"),
    "lead_unit": N_("提前量单位"),
    "leader_required": N_("须领导干部授课"),
    "longitude": N_("经度"),
    "main_base": N_("主会场"),
    "major": N_("专业"),
    "max_per_day": N_("日最大批次"),
    "max_per_month": N_("每月上限"),
    "max_per_week": N_("每周上限"),
    "method": N_("教学形式"),
    "name": N_("姓名或名称"),
    "opening_text": N_("开放时段"),
    "openings": N_("每周开放"),
    "order_kind": N_("来源"),
    "phone": N_("电话"),
    "political_status": N_("政治面貌"),
    "post_title": N_("职务"),
    "professional_title": N_("职称"),
    "recommended_by": N_("推荐单位"),
    "remark": N_("备注"),
    "research": N_("研究方向"),
    "size": N_("人数"),
    "source_category": N_("来源类别"),
    "starts": N_("任职起"),
    "starts_on": N_("开始日期"),
    "state": N_("备案状态"),
    "supervising_unit": N_("主管单位"),
    "term_end": N_("聘期止"),
    "term_start": N_("聘期起"),
    "theme": N_("主题"),
    "tier": N_("培训层级"),
    "town": N_("所在镇街"),
    "visit_minutes": N_("参观时长"),
    "wanted_base": N_("指定基地"),
    "wanted_instructor": N_("指定讲师"),
    "work_unit": N_("工作单位"),
}
SHOWN: Mapping[SheetKind, tuple[str, ...]] = {
    SheetKind.INSTRUCTORS: ("work_unit", "post_title", "source_category", "phone", "courses"),
    SheetKind.BASES: ("kind", "town", "capacity", "state", "opening_text"),
    SheetKind.COURSES: ("category", "method", "class_hours", "is_party_lesson"),
    SheetKind.CLASSES: ("host_name", "starts_on", "ends_on", "size", "main_base"),
    SheetKind.SESSIONS: ("day", "half_day", "method", "class_hours", "wanted_base"),
    SheetKind.LEADERS: ("kind", "starts", "ends"),
}
"""What the preview says of a row that is new."""


def word(field: str) -> str:
    """The staff's word for a field, in the user's language."""
    return gettext(WORDS[field])


def told_changes(plan: Plan, book: Workbook) -> list[dict[str, Any]]:
    """The rows to be written, ready to keep as JSON: old and new as texts in Chinese, personal numbers masked."""
    secrets = {(r.sheet, r.row): (r.phone, r.id_number) for r in book.instructors}
    secrets |= {(r.sheet, r.row): (r.phone, None) for r in book.bases}
    return [
        _told(change, secrets.get((change.sheet, change.row), (None, None)))
        for change in plan.changes
        if change.action is not Action.SAME
    ]


def _told(change: Change, secret: tuple[str | None, str | None]) -> dict[str, Any]:
    wanted = SHOWN[change.kind] if change.action is Action.CREATE else WORDS
    return {
        "kind": change.kind.value,
        "sheet": change.sheet,
        "row": change.row,
        "title": change.title,
        "action": change.action.value,
        "fields": [_texts(d, secret) for d in change.differences if d.field in wanted],
    }


def _texts(difference: Difference, secret: tuple[str | None, str | None]) -> list[str]:
    old, new = text_of(difference.old), text_of(difference.new)
    if difference.field == "phone":
        old, new = "••••" if old else "", mask_phone(secret[0])
    if difference.field == "id_number":
        old, new = "••••" if old else "", mask_id_number(secret[1])
    return [difference.field, old, new]


def text_of(value: object) -> str:
    """A value as staff would write it in the workbook."""
    match value:
        case None:
            return ""
        case Labelled():
            return value.word
        case bool():
            return "是" if value else "否"
        case Decimal():
            return f"{value:g}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case tuple() | list():
            return _listed(value)
    return str(value)


def _listed(values: Iterable[object]) -> str:
    found = []
    for value in values:
        if isinstance(value, tuple) and len(value) == 3:
            day, opens, closes = value
            found.append(f"周{'一二三四五六日'[day]} {text_of(opens)}-{text_of(closes)}")
        else:
            found.append(text_of(value))
    return "、".join(found)
