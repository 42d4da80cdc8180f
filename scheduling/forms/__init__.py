"""Forms of classes, sessions, answers and attendance. Choices are passed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from courses.enums import Audience, Method
from instructor_pool.enums import AnswerSource
from scheduling.enums import HalfDay, OrderKind, Tier
from scheduling.rules import ClassFacts, SessionFacts

MOST = 2**31 - 1
T = TypeVar("T")


def whole(value: object) -> int:
    """The id in a select box; 0 for none. What is no id, or out of range, counts as none."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and int(text[:11]) <= MOST else 0


def given(value: T | None) -> T:
    """A field that validation has made sure of."""
    if value is None:
        raise ValueError("read a form before it was validated")
    return value


def chosen(field: SelectField) -> str:
    """What the chosen id of a select box is called; empty for none."""
    pairs = cast(Sequence[tuple[int, object]], field.choices or ())
    return next((str(name) for value, name in pairs if value and value == field.data), "")


class ClassForm(FlaskForm):
    """A class of a plan."""

    version = HiddenField()
    number = StringField(
        _("班次编号"), [InputRequired(_("请填写编号。")), Length(max=20, message=_("最多 20 个字。"))]
    )
    name = StringField(
        _("班次名称"), [InputRequired(_("请填写名称。")), Length(max=120, message=_("最多 120 个字。"))]
    )
    starts_on = DateField(_("开始日期"), [InputRequired(_("请填写日期，如 2027-03-01。"))])
    ends_on = DateField(_("结束日期"), [InputRequired(_("请填写日期，如 2027-03-05。"))])
    size = IntegerField(
        _("人数"),
        [InputRequired(_("请填写人数。")), NumberRange(0, 100_000, _("人数应在 0 到 100000 之间。"))],
    )
    tier = SelectField(_("培训层级"))
    order_kind = SelectField(_("来源"))
    audience = SelectField(_("领域"), [Optional()])
    is_main = BooleanField(_("主体班次"), description=_("主体班次还要看领导干部授课和互动式教学的比例。"))
    host_id = SelectField(_("主办单位"), [Optional()], coerce=whole)
    host_name = StringField(
        _("主办单位名称"),
        [Length(max=80, message=_("最多 80 个字。"))],
        description=_("不在组织树里的单位，在这里写名称。"),
    )
    town_id = SelectField(_("举办地"), [Optional()], coerce=whole)
    main_base_id = SelectField(
        _("主会场"), [Optional()], coerce=whole, description=_("优先用这里的教室，坐不下时排到别处。")
    )
    contact_name = StringField(_("联系人"), [Length(max=40, message=_("最多 40 个字。"))])
    contact_phone = StringField(
        _("联系电话"), [Length(max=40, message=_("最多 40 个字。"))], description=_("讲师和基地会看到。")
    )

    def offer(
        self, units: list[tuple[int, str]], towns: list[tuple[int, str]], bases: list[tuple[int, str]]
    ) -> None:
        """Fill the select boxes."""
        nothing = (0, _("不指定"))
        self.tier.choices, self.order_kind.choices = Tier.choices(), OrderKind.choices()
        self.audience.choices = [("", _("不限")), *Audience.choices()]
        self.host_id.choices, self.town_id.choices = [(0, _("其他单位")), *units], [nothing, *towns]
        self.main_base_id.choices = [nothing, *bases]

    def facts(self) -> ClassFacts:
        """What was entered."""
        return ClassFacts(
            year=given(self.starts_on.data).year,
            number=given(self.number.data).strip(),
            name=given(self.name.data).strip(),
            tier=Tier(self.tier.data),
            starts_on=given(self.starts_on.data),
            ends_on=given(self.ends_on.data),
            size=given(self.size.data),
            order_kind=OrderKind(self.order_kind.data),
            is_main=self.is_main.data,
            host_name=(self.host_name.data or "").strip() or chosen(self.host_id),
            host_id=self.host_id.data or None,
            town_id=self.town_id.data or None,
            audience=Audience(self.audience.data) if self.audience.data else None,
            main_base_id=self.main_base_id.data or None,
            contact_name=(self.contact_name.data or "").strip(),
            contact_phone=(self.contact_phone.data or "").strip(),
        )


class SessionForm(FlaskForm):
    """A session of a class: what it needs."""

    version = HiddenField()
    day = DateField(_("日期"), [InputRequired(_("请填写日期，如 2027-03-01。"))])
    half_day = SelectField(_("时段"), description=_("任选：当天上午或下午都可以。"))
    course_id = SelectField(_("课程"), [Optional()], coerce=whole)
    course_name = StringField(
        _("课程名称"),
        [Length(max=120, message=_("最多 120 个字。"))],
        description=_("目录里没有的课，在这里写名称。"),
    )
    method = SelectField(_("教学形式"))
    class_hours = DecimalField(
        _("学时"),
        [InputRequired(_("请填写学时。")), NumberRange(0.5, 8, _("学时应在 0.5 到 8 之间。"))],
        description=_("每学时 45 分钟。"),
    )
    leader_required = BooleanField(_("须领导干部授课"))
    wanted_base_id = SelectField(_("指定基地"), [Optional()], coerce=whole)
    wanted_instructor_id = SelectField(_("指定讲师"), [Optional()], coerce=whole)

    def offer(
        self, courses: list[tuple[int, str]], bases: list[tuple[int, str]], people: list[tuple[int, str]]
    ) -> None:
        """Fill the select boxes."""
        nothing = (0, _("不指定"))
        self.half_day.choices, self.method.choices = HalfDay.choices(), Method.choices()
        self.course_id.choices = [(0, _("目录外的课")), *courses]
        self.wanted_base_id.choices, self.wanted_instructor_id.choices = [nothing, *bases], [nothing, *people]

    def facts(self, position: int) -> SessionFacts:
        """What was entered, for the session at this place of its class."""
        return SessionFacts(
            position=position,
            day=given(self.day.data),
            half_day=HalfDay(self.half_day.data),
            course_name=chosen(self.course_id) or (self.course_name.data or "").strip(),
            method=Method(self.method.data),
            class_hours=given(self.class_hours.data),
            course_id=self.course_id.data or None,
            leader_required=self.leader_required.data,
            wanted_base_id=self.wanted_base_id.data or None,
            wanted_instructor_id=self.wanted_instructor_id.data or None,
        )


class ReasonForm(FlaskForm):
    """Something taken back or cancelled, and why."""

    version = HiddenField()
    reason = TextAreaField(
        _("原因"),
        [InputRequired(_("请写明原因。")), Length(max=300, message=_("最多 300 个字。"))],
        description=_("会告诉有关的人。"),
    )


class PublishForm(FlaskForm):
    """Publishing; the note is needed where a ratio is missed."""

    note = TextAreaField(_("说明"), [Length(max=300, message=_("最多 300 个字。"))])


class OwnAnswerForm(FlaskForm):
    """An answer by the person asked."""

    version = HiddenField()
    answer = HiddenField()
    reason = TextAreaField(_("不能来的原因"), [Length(max=300, message=_("最多 300 个字。"))])


class RecordAnswerForm(FlaskForm):
    """An answer somebody gave by phone, WeChat or in person."""

    version = HiddenField()
    answer = RadioField(
        _("答复"),
        [InputRequired(_("请选择答复。"))],
        choices=[("accept", _("能来")), ("decline", _("不能来"))],
    )
    source = RadioField(_("怎么答复的"), [InputRequired(_("请选择来源。"))])
    reason = TextAreaField(_("不能来的原因"), [Length(max=300, message=_("最多 300 个字。"))])

    def offer(self) -> None:
        """Fill the sources: what an organiser can have heard."""
        heard = (AnswerSource.PHONE, AnswerSource.WECHAT, AnswerSource.IN_PERSON)
        self.source.choices = [(source.value, source.label) for source in heard]


class HoldForm(FlaskForm):
    """A session that was held."""

    version = HiddenField()
    attendance = IntegerField(
        _("到课人数"),
        [InputRequired(_("请填写人数。")), NumberRange(0, 100_000, _("人数应在 0 到 100000 之间。"))],
    )


class LoanForm(FlaskForm):
    """Asking for another unit's instructor: for a class, or for some days."""

    class_id = SelectField(
        _("班次"),
        [Optional()],
        coerce=whole,
        description=_("选了班次，时间就是班次的时间；不选就填起止日期。"),
    )
    first_day = DateField(_("开始日期"), [Optional()])
    last_day = DateField(_("结束日期"), [Optional()])
    sessions = IntegerField(_("课次"), [InputRequired(_("请填写课次。")), NumberRange(1, 200)], default=1)
    purpose = TextAreaField(
        _("用途"),
        [InputRequired(_("请写明借用的用途。")), Length(max=300, message=_("最多 300 个字。"))],
        description=_("课程、对象等，供借出单位参考。"),
    )

    def offer(self, classes: Sequence[tuple[int, str]]) -> None:
        """Fill the classes; none means the days below."""
        self.class_id.choices = [(0, gettext("不限班次")), *classes]


class GrantForm(FlaskForm):
    """Yes to a request, for so many sessions."""

    version = HiddenField()
    granted = IntegerField(_("同意课次"), [InputRequired(_("请填写课次。")), NumberRange(1, 200)])
    note = StringField(_("附言"), [Length(max=300, message=_("最多 300 个字。"))])


class LendingQuotaForm(FlaskForm):
    """How many sessions a unit lends in a year."""

    year = SelectField(_("年度"), [InputRequired()], coerce=whole)
    most = IntegerField(
        _("名额(课次)"),
        [InputRequired(_("请填写名额。")), NumberRange(0, 100_000)],
        description=_("一年最多借出多少课次；0 表示不借出。"),
    )
