"""The form of a course."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from core.fields import TickBoxes
from courses.enums import Audience, Category, Method, Ratio
from courses.services import CourseDetails


def _filled(value: str | None) -> str:
    return (value or "").strip()


class CourseForm(FlaskForm):
    """A course of the catalogue."""

    name = StringField(
        _("课程名称"), [InputRequired(_("请填写课程名称。")), Length(max=120)], filters=[_filled]
    )
    category = SelectField(_("内容类别"), [InputRequired()])
    method = SelectField(_("教学形式"), [InputRequired()])
    class_hours = DecimalField(
        _("学时"),
        [
            InputRequired(_("请填写学时。")),
            NumberRange(Decimal("0.5"), Decimal(16), _("学时在 0.5 到 16 之间。")),
        ],
        places=1,
        description=_("1 学时 45 分钟"),
    )
    is_party_lesson = BooleanField(_("可作党课"))
    audiences = TickBoxes(_("适用领域"))
    counts_as = SelectField(_("计入班次比例"), description=_("不选时按内容类别计算"))
    version = HiddenField()

    def offer(self) -> None:
        """Fill the choices in the reader's language."""
        self.category.choices = Category.choices()
        self.method.choices = Method.choices()
        self.audiences.choices = Audience.choices()
        self.counts_as.choices = [("", _("按内容类别")), *Ratio.choices()]

    def details(self) -> CourseDetails:
        """What was typed, in the service's terms."""
        return CourseDetails(
            name=self.name.data or "",
            category=Category(self.category.data),
            method=Method(self.method.data),
            class_hours=self.class_hours.data or Decimal(0),
            is_party_lesson=self.is_party_lesson.data,
            audiences=tuple(Audience(v) for v in self.audiences.data or ()),
            counts_as=Ratio(self.counts_as.data) if self.counts_as.data else None,
        )

    @property
    def seen(self) -> int | None:
        """The version the person looked at."""
        raw = str(self.version.data or "")
        return int(raw) if raw.isdigit() else None
