"""Forms of the yearly assessment: the policy, another grade."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from core.web import row_number
from instructor_pool.enums import AssessmentGrade
from instructor_pool.rules.assessment import MOST_HOURS, Policy


def _percent(label: Any, help_: Any = "") -> IntegerField:
    return IntegerField(
        label,
        [InputRequired(_("请填写 0 到 100 的整数。")), NumberRange(0, 100, _("请填写 0 到 100 的整数。"))],
        description=help_,
    )


class PolicyForm(FlaskForm):
    """How a level weighs a year."""

    feedback = _percent(_("学员评价权重"))
    supervision = _percent(_("督导评分权重"))
    workload = _percent(_("工作量权重"))
    discipline = _percent(_("教学纪律权重"))
    excellent = _percent(_("优秀分数线"))
    qualified = _percent(_("合格分数线"))
    basic = _percent(_("基本合格分数线"))
    hours = IntegerField(
        _("全年应授学时"),
        [InputRequired(_("请填写学时数。")), NumberRange(1, MOST_HOURS, _("应在 1 到 400 之间。"))],
        description=_("授满得工作量满分，在库不满一年的按天折算"),
    )
    least_share = _percent(_("在库时间要求(百分比)"), _("在库天数不到考核期的这个比例，不定等次"))
    minor = _percent(_("一般责任事故扣分"), _("从教学纪律 100 分里扣"))
    serious = _percent(_("严重责任事故扣分"))
    late = _percent(_("临期变动扣分"), _("临近上课才谢绝，每次"))
    term_years = IntegerField(
        _("聘期(年)"),
        [InputRequired(_("请填写 1 到 10 年。")), NumberRange(1, 10, _("请填写 1 到 10 年。"))],
        description=_("聘任和续聘按这个长度"),
    )

    def policy(self) -> Policy:
        """What was entered."""
        return Policy(**{name: self[name].data for name in Policy.__dataclass_fields__})


class GradeForm(FlaskForm):
    """Another grade than the one proposed, and why."""

    grade = SelectField(_("等次"), [InputRequired(_("请选等次。"))])
    reason = StringField(
        _("原因"),
        [InputRequired(_("请写明原因。")), Length(max=280)],
        filters=[lambda value: (value or "").strip()],
        description=_("本人公布后能看到"),
    )
    version = HiddenField()

    def offer(self, grade: AssessmentGrade) -> None:
        """Fill the choices; the grade in force stands first."""
        self.grade.choices = [
            ("", gettext("请选择")),
            *((g.value, g.label) for g in AssessmentGrade if g is not grade),
        ]

    @property
    def seen(self) -> int | None:
        """The version the person looked at."""
        return row_number(self.version.data)
