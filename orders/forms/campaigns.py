"""Campaigns and orders assigned from above. Choices are passed in."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from core.fields import TickBoxes
from orders.enums import CampaignKind
from orders.forms.orders import HALVES, Choices, whole
from orders.rules.wishes import OrderFacts, Slot
from scheduling.enums import HalfDay


class CampaignForm(FlaskForm):
    """A campaign to be opened."""

    kind = RadioField(_("种类"), [InputRequired()], default=CampaignKind.INTAKE.value)
    title = StringField(
        _("标题"), [InputRequired(_("请填写标题。")), Length(max=80, message=_("最多 80 个字。"))]
    )
    year = SelectField(_("年度"), [InputRequired()], coerce=whole)
    deadline = DateField(_("截止日期"), [InputRequired(_("请填写日期，如 2027-06-01。"))])
    text = TextAreaField(_("说明"), [Length(max=600, message=_("最多 600 个字。"))])
    units = TickBoxes(_("通知哪些单位"), coerce=whole)
    courses = TickBoxes(
        _("课程范围"), coerce=whole, description=_("需求调研要选课程；集中接单不选就是整个菜单。")
    )

    def offer(self, years: Sequence[int], units: Choices, courses: Choices) -> None:
        """Fill the choices."""
        self.kind.choices = CampaignKind.choices()
        self.year.choices = [(year, str(year)) for year in years]
        self.units.choices, self.courses.choices = list(units), list(courses)


class AssignForm(FlaskForm):
    """Something assigned to several units."""

    course_id = SelectField(_("课程"), [InputRequired(_("请选择课程。"))], coerce=whole)
    people = IntegerField(_("每个单位的人数"), [InputRequired(_("请填写人数。"))])
    day_1 = DateField(_("日期"), [InputRequired(_("请填写日期，如 2027-06-01。"))])
    half_1 = SelectField(_("时段"))
    day_2 = DateField(_("备选日期"), [Optional()])
    half_2 = SelectField(_("时段"))
    units = TickBoxes(_("派给哪些单位"), coerce=whole)
    remark = TextAreaField(_("要求"), [Length(max=300, message=_("最多 300 个字。"))])

    def offer(self, units: Choices, courses: Choices) -> None:
        """Fill the choices."""
        halves = [(half.value, half.label) for half in HALVES]
        self.half_1.choices = self.half_2.choices = halves
        self.units.choices, self.course_id.choices = list(units), [(0, _("请选择")), *courses]

    def facts(self) -> OrderFacts:
        """What was entered."""
        days = [(self.day_1.data, self.half_1.data), (self.day_2.data, self.half_2.data)]
        return OrderFacts(
            people=self.people.data or 0,
            wishes=tuple(Slot(day, HalfDay(half)) for day, half in days if day is not None),
            course_id=self.course_id.data or None,
            remark=self.remark.data or "",
        )
