"""Forms about when somebody is away: a stretch of days, the weekly pattern."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from core.when import WEEKDAYS
from core.words import N_
from instructor_pool.enums import AWAY, HALVES, AnswerSource, DayPart, Grade

_GRADES = (*AWAY, Grade.CAN)
_SHORT = {Grade.CAN: N_("能"), Grade.RATHER_NOT: N_("尽量不"), Grade.CANNOT: N_("不能")}
"""Three of them stand beside each other on a phone."""
_TOLD = (AnswerSource.PHONE, AnswerSource.WECHAT, AnswerSource.IN_PERSON)


def _plain(text: str | None) -> str:
    return (text or "").strip()


class AwayForm(FlaskForm):
    """When somebody is away."""

    first = DateField(_("从"), [InputRequired(_("请选开始日期。"))])
    last = DateField(_("到"), [InputRequired(_("请选结束日期。"))], description=_("含这一天"))
    part = SelectField(_("时段"), default=DayPart.ALL_DAY.value)
    grade = SelectField(_("能否授课"), default=Grade.CANNOT.value)
    reason = StringField(_("原因"), [Length(max=120)], filters=[_plain])
    source = SelectField(_("谁说的"), default=AnswerSource.PHONE.value)

    def offer(self, *, own: bool) -> None:
        """Fill the choices; one's own entries need no source."""
        self.part.choices = DayPart.choices()
        self.grade.choices = [(g.value, g.label) for g in _GRADES]
        self.source.choices = [(s.value, s.label) for s in _TOLD]
        if own:
            del self.source

    def validate_last(self, item: DateField) -> None:
        """Not before the first day."""
        if item.data and self.first.data and item.data < self.first.data:
            raise ValidationError(gettext("结束日期不能早于开始日期。"))


def cell(weekday: int, part: DayPart) -> str:
    """The name of the field of one part of one weekday."""
    return f"{part.value}_{weekday}"


class WeeklyForm(FlaskForm):
    """What a usual week looks like: a grade for each part of each weekday, see below the class."""

    first_day = DateField(_("从"), [Optional()], description=_("不填就从现在起"))
    last_day = DateField(_("到"), [Optional()], description=_("不填就一直有效"))
    reason = StringField(_("原因"), [Length(max=120)], filters=[_plain])
    source = SelectField(_("谁说的"), default=AnswerSource.PHONE.value)

    def offer(self, *, own: bool) -> None:
        """Fill the choices; one's own entries need no source."""
        for _weekday, fields in self.week():
            for item in fields:
                item.choices = [(grade.value, gettext(word)) for grade, word in _SHORT.items()]
        self.source.choices = [(s.value, s.label) for s in _TOLD]
        if own:
            del self.source

    def week(self) -> list[tuple[str, list[SelectField]]]:
        """The fields by weekday."""
        return [
            (gettext(word), [self[cell(weekday, part)] for part in HALVES])
            for weekday, word in enumerate(WEEKDAYS)
        ]

    def show(self, kept: Iterable[tuple[int, DayPart, Grade]], first: date | None, last: date | None) -> None:
        """Put the pattern in force into the fields."""
        for weekday, part, grade in kept:
            self[cell(weekday, part)].data = grade.value
        self.first_day.data, self.last_day.data = first, last

    @property
    def grades(self) -> dict[tuple[int, DayPart], Grade]:
        """What was chosen for each part of each weekday."""
        return {
            (weekday, part): Grade(self[cell(weekday, part)].data) for weekday in range(7) for part in HALVES
        }


for _number in range(len(WEEKDAYS)):
    for _half in HALVES:
        setattr(WeeklyForm, cell(_number, _half), SelectField(default=Grade.CAN.value))
