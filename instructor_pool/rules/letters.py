"""The commitment letter (聘期责任书): what may stand in a template, and the built-in one [common]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.docx import Paragraph

PLACEHOLDERS: Mapping[str, str] = {
    "姓名": "颜回声",
    "单位": "县委党校",
    "职务": "高级讲师",
    "职称": "副教授",
    "来源类别": "优秀党校教师",
    "聘任单位": "县委组织部",
    "聘期起": "2027年6月1日",
    "聘期止": "2029年5月31日",
    "可授课程": "《党章导读》《基层治理案例》",
    "制表日期": "2027年5月20日",
}
"""Name → an example, as the page of the template shows them."""
COURSES_LATER = "以审核通过的课件为准"
NEEDED = ("姓名", "聘期起", "聘期止")


def written_day(day: date) -> str:
    """A day as letters write it, in Chinese whatever the reader's language."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is put into a letter; days as text."""

    name: str
    unit: str
    post: str
    title: str
    source: str
    appointed_by: str
    start: str
    end: str
    courses: str
    today: str

    def values(self) -> dict[str, str]:
        """By placeholder, in the order of `PLACEHOLDERS`."""
        given = (
            self.name, self.unit, self.post, self.title, self.source, self.appointed_by, self.start, self.end,
            self.courses, self.today,
        )  # fmt: skip
        return dict(zip(PLACEHOLDERS, given, strict=True))


_DUTIES = (
    "一、坚持正确政治方向，遵守讲坛纪律，不讲与党的理论和路线方针政策相违背的内容。",
    "二、课件先送审、后讲授；审核到期或内容有大的改动，重新送审。",
    "三、服从教学安排，按时到课；确有特殊情况不能到课的，提前告知，便于另请讲师。",
    "四、接受学员评价和督导听课，对指出的问题及时改进。",
    "五、严格遵守廉洁纪律和课酬规定，不借讲课谋取私利。",
    "六、聘期届满自行终止；违反教学纪律、考核不合格的，聘任单位可以提前解聘。",
)


def default_template() -> list[Paragraph]:
    """The built-in letter, with placeholders."""
    return [
        Paragraph("聘期责任书", "center", 22, bold=True),
        Paragraph(""),
        Paragraph("聘任单位（甲方）：{{ 聘任单位 }}"),
        Paragraph("受聘讲师（乙方）：{{ 姓名 }}（{{ 单位 }} {{ 职务 }}）"),
        Paragraph(
            "经推荐、资格审查、评审、公示和批准，甲方聘任乙方为师资库讲师，聘期自 {{ 聘期起 }} 至 {{ 聘期止 }}。"
            "乙方可授课程：{{ 可授课程 }}。乙方在聘期内承诺：",
            indent=True,
        ),
        *(Paragraph(text, indent=True) for text in _DUTIES),
        Paragraph(""),
        Paragraph("甲方（盖章）：                    乙方（签字）："),
        Paragraph("        年    月    日                    年    月    日"),
        Paragraph("制表日期：{{ 制表日期 }}", "right", 10.5),
    ]
