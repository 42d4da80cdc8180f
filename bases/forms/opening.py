"""Forms of opening times beyond the week, of a base's limits, and of what it lends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, HiddenField, IntegerField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from bases.enums import BaseResourceKind
from bases.services.opening import Limits, is_month_day
from bases.services.resources import Stock

_MONTH_DAY = re.compile(r"^(\d{1,2})[-/.月](\d{1,2})日?$", re.ASCII)
_CLOCK = re.compile(r"^(\d{1,2})[:：.]?(\d{2})$", re.ASCII)
SPANS = 2
USUAL_WAY = 30
"""Minutes a coach is on its way before and after a party, where a base has said nothing of its own [common]."""


def _plain(value: str | None) -> str:
    return (value or "").strip()


def _whole(raw: object) -> int | None:
    return int(text) if (text := str(raw or "")).isdigit() else None


class LimitsForm(FlaskForm):
    """What the whole base takes, and what holidays change."""

    groups = IntegerField(
        _("全基地同时接待批次"), [Optional(), NumberRange(1, 1000)], description=_("各教学点合计，不限就留空")
    )
    max_per_day = IntegerField(
        _("全基地日最大批次"), [Optional(), NumberRange(1, 5000)], description=_("各教学点合计，不限就留空")
    )
    closed_on_holidays = BooleanField(_("法定节假日不开放"))
    make_up_as_monday = BooleanField(_("调休上班的周末按周一开放"))
    version = HiddenField()

    def limits(self) -> Limits:
        """What was filled in."""
        return Limits(
            self.groups.data,
            self.max_per_day.data,
            bool(self.closed_on_holidays.data),
            bool(self.make_up_as_monday.data),
        )

    def seen(self) -> int | None:
        """The version the person saw."""
        return _whole(self.version.data)


def month_day_text(value: int) -> str:
    """501 as staff write it: 5-1."""
    return f"{value // 100}-{value % 100}"


def _month_day(text: str) -> int | None:
    found = _MONTH_DAY.match(text.strip())
    value = int(found[1]) * 100 + int(found[2]) if found else 0
    return value if is_month_day(value) else None


def _check_month_day(_form: FlaskForm, field: StringField) -> None:
    if _month_day(field.data or "") is None:
        raise ValidationError(gettext("写成 5-1 或 5月1日 这样。"))


class SeasonForm(FlaskForm):
    """A season's name and days; its week is read beside it."""

    name = StringField(
        _("名称"),
        [InputRequired(_("请填写季节名称。")), Length(max=40)],
        filters=[_plain],
        description=_("例如 夏季"),
    )
    begins = StringField(
        _("从哪天"),
        [InputRequired(_("请填写开始日期。")), _check_month_day],
        description=_("月-日，每年如此，例如 5-1"),
    )
    ends = StringField(
        _("到哪天"),
        [InputRequired(_("请填写结束日期。")), _check_month_day],
        description=_("含这一天，可以跨年"),
    )

    def days(self) -> tuple[int, int]:
        """First and last day as numbers such as 501, once they have been checked."""
        return _month_day(self.begins.data or "") or 0, _month_day(self.ends.data or "") or 0


class SpecialForm(FlaskForm):
    """One day that is open at other times."""

    day = DateField(_("日期"), [InputRequired(_("请填写日期。"))])
    opens = StringField(_("开始"), [InputRequired(_("请填写开始时间。"))], description=_("例如 8:30"))
    closes = StringField(_("结束"), [InputRequired(_("请填写结束时间。"))])
    reason = StringField(_("说明"), [Length(max=120)], filters=[_plain])

    def validate_opens(self, field: StringField) -> None:
        """A time of day."""
        _time(field)

    def validate_closes(self, field: StringField) -> None:
        """A time of day."""
        _time(field)

    def facts(self) -> tuple[date, list[tuple[time, time]], str]:
        """Day, times and reason, once they have been checked."""
        day = self.day.data
        if day is None:
            raise ValueError("an unchecked form has no day")
        return day, [(_time(self.opens), _time(self.closes))], self.reason.data or ""


def _time(field: StringField) -> time:
    found = _CLOCK.match((field.data or "").strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValidationError(gettext("写成 8:30 这样。"))
    return time(int(found[1]), int(found[2]))


def read_stock(values: Mapping[str, str]) -> tuple[dict[BaseResourceKind, Stock], dict[str, str]]:
    """What was typed as `guide-count`, `guide-out_from` and so on, and what is wrong by field."""
    stock: dict[BaseResourceKind, Stock] = {}
    wrong: dict[str, str] = {}

    def number(kind: BaseResourceKind, field: str) -> int:
        text = values.get(f"{kind}-{field}", "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 6):
            wrong[f"{kind}-{field}"] = gettext("%(what)s：请填写数字。", what=kind.label)
            return 0
        return int(text or 0)

    def day(kind: BaseResourceKind, field: str) -> date | None:
        text = values.get(f"{kind}-{field}", "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            wrong[f"{kind}-{field}"] = gettext("请填写日期。")
            return None

    for kind in BaseResourceKind:
        stock[kind] = Stock(
            number(kind, "count"),
            values.get(f"{kind}-name", "").strip()[:80],
            number(kind, "out_of_order"),
            day(kind, "out_from"),
            day(kind, "out_until"),
            number(kind, "minutes_before"),
            number(kind, "minutes_after"),
        )
    return stock, wrong
