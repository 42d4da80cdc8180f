"""Forms about one person of the pool: file, absences, steps, panels."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    MonthField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from core.fields import TickBoxes
from instructor_pool.enums import (
    EngagementMode,
    ExitReason,
    Gender,
    SourceCategory,
)
from instructor_pool.rules.identity import is_id_number, is_phone, plain_number

Choices = list[tuple[str, str]]


def _plain(value: str | None) -> str:
    return (value or "").strip()


def _number(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isdigit() else None


class PersonForm(FlaskForm):
    """What is known of a person of the pool; telephone and identity number left empty stay as they are."""

    name = StringField(_("姓名"), [InputRequired(_("请填写姓名。")), Length(max=40)], filters=[_plain])
    gender = SelectField(_("性别"), validate_choice=True)
    birth_month = MonthField(_("出生年月"), [Optional()])
    ethnicity = StringField(_("民族"), [Length(max=20)], filters=[_plain])
    political_status = StringField(_("政治面貌"), [Length(max=20)], filters=[_plain])
    education = StringField(_("学历"), [Length(max=20)], filters=[_plain])
    major = StringField(_("专业"), [Length(max=40)], filters=[_plain])
    work_unit = StringField(
        _("工作单位"), [InputRequired(_("请填写工作单位。")), Length(max=80)], filters=[_plain]
    )
    post_title = StringField(_("职务"), [Length(max=60)], filters=[_plain])
    professional_title = StringField(_("职称"), [Length(max=40)], filters=[_plain])
    source_category = SelectField(_("来源类别"), [InputRequired(_("请选来源类别。"))])
    engagement_mode = SelectField(_("聘任方式"), [InputRequired(_("请选聘任方式。"))])
    is_volunteer = BooleanField(_("志愿者"))
    research = StringField(_("研究方向"), [Length(max=120)], filters=[_plain])
    courses = TickBoxes(_("可授课程"), coerce=int)
    recommended_by = StringField(_("推荐单位"), [Length(max=80)], filters=[_plain])
    phone = StringField(_("联系电话"), [Length(max=30)], filters=[_plain])
    id_number = StringField(_("身份证号"), [Length(max=30)], filters=[_plain])
    town = SelectField(_("所在镇街"), description=_("路程从这里算起"))
    max_per_day = IntegerField(
        _("每天最多"), [InputRequired(_("请填写每天最多几次课。")), NumberRange(1, 6)], description=_("次课")
    )
    max_per_week = IntegerField(_("每周最多"), [Optional(), NumberRange(1, 30)], description=_("次课"))
    max_per_month = IntegerField(_("每月最多"), [Optional(), NumberRange(1, 99)], description=_("次课"))
    max_per_year = IntegerField(_("每年最多"), [Optional(), NumberRange(1, 400)], description=_("次课"))
    fee_per_hour = IntegerField(
        _("课酬(元/学时)"), [InputRequired(_("请填写课酬，没有填 0。")), NumberRange(0, 10000)], default=0
    )
    remark = TextAreaField(_("备注"), [Length(max=400)], filters=[_plain])
    version = HiddenField()

    def offer(self, courses: list[tuple[int, str]], towns: Choices) -> None:
        """Fill the choices in the reader's language."""
        self.gender.choices = [("", "—"), *Gender.choices()]
        self.source_category.choices = [("", gettext("请选择")), *SourceCategory.choices()]
        self.engagement_mode.choices = [("", gettext("请选择")), *EngagementMode.choices()]
        self.courses.choices = courses
        self.town.choices = [("", "—"), *towns]

    def show(self, person: Any) -> None:
        """Put what is kept into the fields; secrets stay out."""
        self.gender.data = person.gender.value if person.gender else ""
        self.source_category.data = person.source_category.value
        self.engagement_mode.data = person.engagement_mode.value
        self.courses.data = [q.course_id for q in person.qualifications]
        self.town.data = str(person.town_id or "")
        self.phone.data = self.id_number.data = ""

    def validate_phone(self, item: StringField) -> None:
        """A mobile or landline number."""
        if item.data and not is_phone(item.data):
            raise ValidationError(gettext("这不像电话号码。"))

    def validate_id_number(self, item: StringField) -> None:
        """18 characters with the right check digit."""
        if item.data and not is_id_number(plain_number(item.data)):
            raise ValidationError(gettext("身份证号应为 18 位，且校验位要对。"))

    def validate_fee_per_hour(self, item: IntegerField) -> None:
        """Volunteers teach without a fee."""
        if self.is_volunteer.data and item.data:
            raise ValidationError(gettext("志愿者不取酬，课酬应为 0。"))

    @property
    def town_id(self) -> int | None:
        """The chosen home place."""
        return _number(self.town.data)

    @property
    def seen(self) -> int | None:
        """The version the person looked at."""
        return _number(str(self.version.data or ""))


class RevealForm(FlaskForm):
    """One's own password again, and why."""

    password = PasswordField(_("您的密码"), [InputRequired(_("请填写密码。")), Length(max=200)])
    reason = StringField(
        _("查看原因"),
        [InputRequired(_("请写明查看的原因。")), Length(max=120)],
        filters=[_plain],
        description=_("会记入审计日志"),
    )


class ReasonForm(FlaskForm):
    """Why a step is taken."""

    reason = TextAreaField(_("原因或说明"), [Length(max=280)], filters=[_plain])


class TermForm(FlaskForm):
    """A term of appointment, both days included."""

    start = DateField(_("聘期起"), [InputRequired(_("请选聘期开始日期。"))])
    end = DateField(_("聘期止"), [InputRequired(_("请选聘期结束日期。"))])
    reason = StringField(_("说明"), [Length(max=200)], filters=[_plain])


class ExitForm(FlaskForm):
    """Leaving the pool: why and from when."""

    why = SelectField(_("退出原因"), [InputRequired(_("请选退出原因。"))])
    day = DateField(_("退出日期"), [InputRequired(_("请选退出日期。"))])
    reason = TextAreaField(_("说明"), [Length(max=200)], filters=[_plain])

    def offer(self, today: date) -> None:
        """Fill the choices; today is the usual day."""
        self.why.choices = [("", gettext("请选择")), *ExitReason.choices()]
        if self.day.data is None and not self.is_submitted():
            self.day.data = today


class PanelForm(FlaskForm):
    """Who reviews a candidate, by when."""

    reviewers = TickBoxes(_("评审人"), coerce=int)
    due = DateField(_("评审截止"), [Optional()])
