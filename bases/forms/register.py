"""Forms of bases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    FloatField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from bases.enums import BaseKind, DesignationLevel, LeadUnit, Theme
from bases.rules import bad_spans
from bases.services.venues import VenueFields

_PHONE = re.compile(r"^(1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8})$")
_CLOCK = re.compile(r"^(\d{1,2})[:：.]?(\d{2})$", re.ASCII)
BUFFERS = [(0, _("不用")), *((n, _("%(n)s 分钟", n=n)) for n in (15, 30, 45, 60, 90, 120, 180, 240))]
SPANS = 2
"""Opening spans a day that the form offers: before and after noon."""
Span = tuple[int, time, time]


def _plain(value: str | None) -> str:
    return (value or "").strip()


def _whole(raw: object) -> int | None:
    return int(text) if (text := str(raw or "")).isdigit() else None


def _not_empty(value: str | None) -> str | None:
    return value or None


def _check_phone(_form: FlaskForm, field: StringField) -> None:
    if field.data and not _PHONE.match(field.data.replace(" ", "")):
        raise ValidationError(gettext("电话应是 11 位手机号，或带区号的座机号。"))


class ContactForm(FlaskForm):
    """Who to call; a telephone left empty stays as it is."""

    contact_name = StringField(
        _("联系人"), [InputRequired(_("请填写联系人。")), Length(max=40)], filters=[_plain]
    )
    phone = StringField(
        _("联系电话"), [Length(max=20), _check_phone], filters=[_plain], description=_("不改就留空")
    )
    version = HiddenField()

    def seen(self) -> int | None:
        """The version the person saw."""
        return _whole(self.version.data)

    def name_and_phone(self) -> tuple[str, str]:
        """What was filled in."""
        return self.contact_name.data or "", self.phone.data or ""


class BaseForm(ContactForm):
    """The file of a base."""

    name = StringField(_("名称"), [InputRequired(_("请填写名称。")), Length(max=80)], filters=[_plain])
    kind = SelectField(_("类型"), [InputRequired(_("请选类型。"))])
    parent = SelectField(
        _("上级校区"),
        [Optional()],
        filters=[_not_empty],
        description=_("分教点归主校区，实训点归主校区或分教点。"),
    )
    theme = SelectField(_("主题"), [Optional()], filters=[_not_empty])
    supervising_unit = StringField(_("主管单位"), [Length(max=80)], filters=[_plain])
    town = SelectField(_("所在镇街"), [Optional()], filters=[_not_empty])
    address = StringField(_("地址"), [Length(max=120)], filters=[_plain])
    latitude = FloatField(
        _("纬度"),
        [Optional(), NumberRange(-90, 90, _("纬度在 -90 到 90 之间。"))],
        description=_("例如 35.4076"),
    )
    longitude = FloatField(
        _("经度"),
        [Optional(), NumberRange(-180, 180, _("经度在 -180 到 180 之间。"))],
        description=_("例如 116.3415"),
    )
    guides = IntegerField(
        _("讲解员数"), [InputRequired(_("请填写讲解员数，没有填 0。")), NumberRange(0, 1000)], default=0
    )
    visit_minutes = IntegerField(_("参观时长(分钟)"), [Optional(), NumberRange(5, 1440)])
    courses_text = StringField(
        _("对应课程"), [Length(max=300)], filters=[_plain], description=_("多门用顿号隔开")
    )
    lead_time = IntegerField(
        _("预约提前量"), [InputRequired(_("请填写提前量，不用提前填 0。")), NumberRange(0, 365)], default=0
    )
    lead_unit = SelectField(_("提前量单位"), [InputRequired()])
    designation_level = SelectField(_("挂牌级别"), [Optional()], filters=[_not_empty])
    document_number = StringField(_("文号"), [Length(max=60)], filters=[_plain])
    designated_on = DateField(_("挂牌日期"), [Optional()])
    expires_on = DateField(_("有效期至"), [Optional()])

    def offer(self, towns: Sequence[tuple[str, str]], parents: Sequence[tuple[str, str]]) -> None:
        """Fill the select boxes; `towns` and `parents` are pairs of id and name."""
        none = [("", "—")]
        self.parent.choices = none + list(parents)
        self.kind.choices = BaseKind.choices()
        self.theme.choices = none + Theme.choices()
        self.town.choices = none + list(towns)
        self.lead_unit.choices = LeadUnit.choices()
        self.designation_level.choices = none + DesignationLevel.choices()

    def choose(self, **shown: str) -> None:
        """What the select boxes start with: a base's own town and parent are rows, which no option stands for."""
        for name, value in shown.items():
            self[name].data = value

    def validate_expires_on(self, field: DateField) -> None:
        """Not before it was put up."""
        first: date | None = self.designated_on.data
        if field.data and first and field.data < first:
            raise ValidationError(gettext("有效期不能早于挂牌日期。"))

    def validate_longitude(self, field: FloatField) -> None:
        """Both or none."""
        if (field.data is None) != (self.latitude.data is None):
            raise ValidationError(gettext("经纬度要么都填，要么都不填。"))

    def values(self) -> dict[str, Any]:
        """What was filled in, as bases.services.register takes it; town and parent are left to the view."""
        found = {
            name: field.data
            for name, field in self._fields.items()
            if name not in ("town", "parent", "version", "csrf_token", "phone")
        }
        found["kind"] = BaseKind(self.kind.data)
        found["theme"] = Theme(self.theme.data) if self.theme.data else None
        found["lead_unit"] = LeadUnit(self.lead_unit.data)
        level = self.designation_level.data
        found["designation_level"] = DesignationLevel(level) if level else None
        if self.phone.data:
            found["phone"] = self.phone.data.replace(" ", "")
        return found


class NewBaseForm(BaseForm):
    """The file of a new base, with the size of its first venue."""

    phone = StringField(_("联系电话"), [Length(max=20), _check_phone], filters=[_plain])
    capacity = IntegerField(
        _("单批容量"),
        [InputRequired(_("请填写单批容量。")), NumberRange(1, 100_000)],
        description=_("一批最多接待多少人"),
    )
    groups = IntegerField(
        _("同时接待批次"), [InputRequired(_("请填写同时接待批次。")), NumberRange(1, 200)], default=1
    )
    max_per_day = IntegerField(_("日最大批次"), [Optional(), NumberRange(1, 1000)])


class VenueForm(FlaskForm):
    """A room, hall, route or open site."""

    name = StringField(_("名称"), [InputRequired(_("请填写名称。")), Length(max=80)], filters=[_plain])
    capacity = IntegerField(_("单批容量"), [InputRequired(_("请填写单批容量。")), NumberRange(1, 100_000)])
    use = SelectField(
        _("使用方式"),
        choices=[("exclusive", _("独用：一批独占")), ("shared", _("共用：可以同时几批"))],
        default="exclusive",
    )
    groups = IntegerField(
        _("同时接待批次"),
        [Optional(), NumberRange(1, 200)],
        default=1,
        description=_("共用时填写，独用就是 1"),
    )
    max_per_day = IntegerField(
        _("日最大批次"), [Optional(), NumberRange(1, 1000)], description=_("不限就留空")
    )
    minutes_before = SelectField(_("来之前留出"), coerce=int, default=0, choices=BUFFERS)
    minutes_after = SelectField(
        _("走之后留出"),
        coerce=int,
        default=0,
        choices=BUFFERS,
        description=_("算在场地的占用时间里，不算学员和讲师的"),
    )
    version = HiddenField()

    def validate_groups(self, field: IntegerField) -> None:
        """A shared venue takes two or more."""
        if self.use.data == "shared" and (field.data or 0) < 2:
            raise ValidationError(gettext("共用的教学点同时接待批次至少是 2。"))

    def fields(self) -> VenueFields:
        """What was filled in, once it has been checked."""
        return VenueFields(
            self.name.data or "",
            self.capacity.data or 0,
            (self.groups.data or 0) if self.use.data == "shared" else 1,
            self.max_per_day.data,
            self.minutes_before.data,
            self.minutes_after.data,
        )

    def seen(self) -> int | None:
        """The version the person saw."""
        return _whole(self.version.data)


class ClosureForm(FlaskForm):
    """Days on which nobody is taken."""

    first_day = DateField(_("从哪天"), [InputRequired(_("请填写开始日期。"))])
    last_day = DateField(_("到哪天"), [InputRequired(_("请填写结束日期。"))], description=_("含这一天"))
    reason = StringField(_("原因"), [InputRequired(_("请写明闭馆原因。")), Length(max=120)], filters=[_plain])

    def span(self) -> tuple[date, date, str]:
        """First day, last day and reason, once they have been checked."""
        first, last = self.first_day.data, self.last_day.data
        if first is None or last is None:
            raise ValueError("an unchecked form has no span")
        return first, last, self.reason.data or ""


class RevealForm(FlaskForm):
    """Why the telephone is needed in plain."""

    reason = StringField(
        _("查看原因"), [InputRequired(_("请写明查看的原因。")), Length(max=120)], filters=[_plain]
    )


def apart(form: FlaskForm, mark: str) -> None:
    """Give the fields ids of their own where a page holds several forms; what they post stays the same."""
    for field in form:
        field.id = f"{mark}-{field.short_name}"
        field.label.field_id = field.id


def _clock(raw: str) -> time:
    """`8:30`, `08:30`, `8：30` or `830`; ValueError for anything else."""
    found = _CLOCK.match(raw)
    if found is None:
        raise ValueError(raw)
    return time(int(found[1]), int(found[2]))


def read_spans(values: Mapping[str, str]) -> tuple[list[Span], dict[int, str]]:
    """Opening times typed as `opens-0-1`, `closes-0-1` (weekday, span), and what is wrong by weekday."""
    spans: list[Span] = []
    wrong: dict[int, str] = {}
    for weekday in range(7):
        for n in range(SPANS):
            opens, closes = (values.get(f"{end}-{weekday}-{n}", "").strip() for end in ("opens", "closes"))
            if not opens and not closes:
                continue
            try:
                spans.append((weekday, _clock(opens), _clock(closes)))
            except ValueError:
                wrong[weekday] = gettext("开始和结束都要填，写成 8:30 这样。")
    for weekday in bad_spans([s for s in spans if s[0] not in wrong]):
        wrong[weekday] = gettext("结束要晚于开始，两段不能重叠。")
    return spans, wrong
