"""Forms of the duty: schemes, posts, lessons reported from outside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from accounts.enums import Level
from core.fields import TickBoxes
from party_lessons.enums import AudienceTest, ClassKind, PostKind
from party_lessons.rules import SchemeFacts
from party_lessons.services.reports import Said
from party_lessons.services.schemes import Settings

MOST_MINUTES = 480
Choices = Sequence[tuple[str, str]]


def _plain(value: str | None) -> str:
    return (value or "").strip()


def _whole(value: object) -> int:
    return int(str(value))


class _Seen(FlaskForm):
    version = HiddenField()

    def seen(self) -> int | None:
        """The version the person saw."""
        text = str(self.version.data or "")
        return int(text) if text.isdigit() else None


def _number(label: Any, least: int, most: int, default: int, help: Any = "") -> IntegerField:
    sentence = _("请填 %(least)s 到 %(most)s 之间的整数。", least=least, most=most)
    return IntegerField(
        label,
        [InputRequired(sentence), NumberRange(least, most, sentence)],
        default=default,
        description=help,
    )


class SchemeForm(_Seen):
    """A kind of duty."""

    name = StringField(_("名称"), [InputRequired(_("请填写名称。")), Length(max=40)], filters=[_plain])
    post_kinds = TickBoxes(_("应讲职务"), description=_("都不选，就是全部。"))
    levels = TickBoxes(_("单位级别"), description=_("都不选，就是各级。"))
    need = _number(_("每年应讲(课)"), 1, 12, 1)
    test = SelectField(_("对象要求"))
    class_kinds = TickBoxes(_("场合"), description=_("都不选，就是不限。"))
    least_minutes = _number(_("每课不少于(分钟)"), 1, MOST_MINUTES, 30)
    micro_minutes = IntegerField(
        _("微党课从多少分钟起计"),
        [Optional(), NumberRange(1, MOST_MINUTES)],
        description=_("留空，微党课不计。"),
    )
    deadline_month = _number(_("期限：月"), 1, 12, 12)
    deadline_day = _number(_("期限：日"), 1, 31, 31)
    cutoff_month = _number(_("新任职截止：月"), 1, 12, 10)
    cutoff_day = _number(_("新任职截止：日"), 1, 31, 1, _("这一天以后任职的，当年免计。"))
    least_months_when_leaving = _number(_("离任须满(月)"), 0, 12, 6, _("当年任职不满这么久就离任的，免计。"))
    grounds = TextAreaField(
        _("可以免计的情形"), [InputRequired(_("请至少写一种情形。"))], description=_("每行一种。")
    )

    reminders = StringField(
        _("提醒日期"),
        [Length(max=80)],
        filters=[_plain],
        description=_("月-日，用顿号隔开，例如 6-30、11-30。到这些天，提醒还没讲完的领导。"),
    )

    def offer(self) -> None:
        """Fill the boxes."""
        self.post_kinds.choices, self.levels.choices = PostKind.choices(), Level.choices()
        self.test.choices, self.class_kinds.choices = AudienceTest.choices(), ClassKind.choices()

    def show(self, scheme: Any) -> None:
        """What is kept."""
        # Lists are shown as text.
        texts = {"grounds": "\n".join(scheme.grounds), "reminders": "、".join(scheme.reminders)}
        names = [name for name in self._fields if name not in texts and hasattr(scheme, name)]
        self.process(data={name: getattr(scheme, name) for name in names} | texts)
        self.offer()

    def validate(self, extra_validators: Any = None) -> bool:
        """A micro-lesson is shorter than a lesson."""
        is_sound: bool = super().validate(extra_validators)
        if self._days() is None:
            self.reminders.errors = [gettext("提醒日期请写成“月-日”，用顿号隔开，例如 6-30、11-30。")]
            is_sound = False
        micro, least = self.micro_minutes.data, self.least_minutes.data
        if micro is not None and least is not None and micro > least:
            self.micro_minutes.errors = [gettext("微党课应不长于每课的最短时间。")]
            return False
        return is_sound

    def _days(self) -> list[str] | None:
        """The days of the year as they are kept; None where one is no day."""
        found = []
        for text in re.split(r"[、,,\s]+", self.reminders.data or ""):
            month, _dash, day = text.partition("-")
            if text and not (month.isdigit() and day.isdigit()):
                return None
            if text:
                try:
                    # A leap year: 29 February is a day.
                    found.append(f"{date(2028, int(month), int(day)):%m-%d}")
                except ValueError:
                    return None
        return sorted(set(found))

    def said(self) -> Settings:
        """As the service takes it."""
        facts = SchemeFacts(
            test=AudienceTest(self.test.data),
            post_kinds=frozenset(map(PostKind, self.post_kinds.data or ())),
            levels=frozenset(map(Level, self.levels.data or ())),
            class_kinds=frozenset(map(ClassKind, self.class_kinds.data or ())),
            need=self.need.data or 1,
            least_minutes=self.least_minutes.data or 1,
            micro_minutes=self.micro_minutes.data,
            deadline_month=self.deadline_month.data or 12,
            deadline_day=self.deadline_day.data or 31,
            cutoff_month=self.cutoff_month.data or 10,
            cutoff_day=self.cutoff_day.data or 1,
            least_months_when_leaving=self.least_months_when_leaving.data or 0,
        )
        return Settings(
            self.name.data or "", facts, (self.grounds.data or "").splitlines(), self._days() or []
        )


class PostForm(_Seen):
    """A post held: by whom, where, from when to when."""

    holder = SelectField(_("任职人"), [InputRequired(_("请选任职人。"))], coerce=_whole)
    unit = SelectField(_("单位"), [InputRequired(_("请选单位。"))], coerce=_whole)
    title = StringField(_("职务"), [InputRequired(_("请填写职务。")), Length(max=60)], filters=[_plain])
    kind = SelectField(_("职责类别"))
    starts = DateField(_("任职起"), [InputRequired(_("请填写任职起始日期。"))])
    ends = DateField(_("任职止"), [Optional()], description=_("在任的留空。"))
    why = StringField(
        _("变动原因"), [Length(max=200)], filters=[_plain], description=_("例如任免文号；会留在记录里。")
    )

    def offer(self, holders: Choices, units: Choices) -> None:
        """Fill the select boxes with pairs of id and name."""
        self.holder.choices, self.unit.choices = list(holders), list(units)
        self.kind.choices = PostKind.choices()

    def show(self, post: Any) -> None:
        """What is kept."""
        self.process(obj=post)
        self.holder.data, self.unit.data, self.kind.data = post.holder_id, post.unit_id, post.kind.value
        self.why.data = ""


class MoveForm(_Seen):
    """A move: the old post ends, a new one begins."""

    day = DateField(
        _("到任日期"), [InputRequired(_("请填写到任日期。"))], description=_("原职务到前一天为止。")
    )
    unit = SelectField(_("新单位"), [InputRequired(_("请选单位。"))], coerce=_whole)
    title = StringField(_("新职务"), [InputRequired(_("请填写职务。")), Length(max=60)], filters=[_plain])
    kind = SelectField(_("职责类别"))
    why = StringField(
        _("变动原因"), [InputRequired(_("请写明原因，例如任免文号。")), Length(max=200)], filters=[_plain]
    )

    def offer(self, units: Choices) -> None:
        """Fill the select boxes."""
        self.unit.choices, self.kind.choices = list(units), PostKind.choices()


class LeaveForm(_Seen):
    """Leaving a post without another: retired, or the post falls vacant."""

    ends = DateField(_("离任日期"), [InputRequired(_("请填写离任日期。"))], description=_("在任的最后一天。"))
    why = StringField(
        _("离任原因"), [InputRequired(_("请写明原因，例如退休。")), Length(max=200)], filters=[_plain]
    )


class OwnReportForm(_Seen):
    """A lesson that whoever reports it held outside the system."""

    unit = SelectField(_("讲课单位"), [InputRequired(_("请选单位。"))], coerce=_whole)
    day = DateField(_("日期"), [InputRequired(_("请填写日期。"))])
    minutes = _number(_("时长(分钟)"), 1, MOST_MINUTES, 45)
    title = StringField(_("主题"), [InputRequired(_("请填写主题。")), Length(max=120)], filters=[_plain])
    class_kind = SelectField(_("场合"))
    place = StringField(_("地点"), [Length(max=120)], filters=[_plain])
    audience = StringField(_("对象"), [Length(max=120)], filters=[_plain])
    heads = _number(_("人数"), 0, 100_000, 0)
    form = StringField(_("形式"), [Length(max=40)], filters=[_plain], description=_("例如讲授、研讨。"))
    note = StringField(_("备注"), [Length(max=300)], filters=[_plain])

    def offer(self, units: Choices, today: date) -> None:
        """Fill the select boxes."""
        self.unit.choices, self.class_kind.choices = list(units), ClassKind.choices()
        if not self.is_submitted():
            self.day.data, self.class_kind.data = today, ClassKind.MEETING.value

    def said(self) -> Said:
        """As the service takes it."""
        return Said(
            day=self.day.data,  # type: ignore[arg-type]  # it is required
            minutes=self.minutes.data or 0,
            title=self.title.data or "",
            class_kind=ClassKind(self.class_kind.data),
            place=self.place.data or "",
            audience=self.audience.data or "",
            heads=self.heads.data or 0,
            form=self.form.data or "",
            note=self.note.data or "",
        )


class ReportForm(OwnReportForm):
    """The same, reported by a unit of one of its leaders."""

    holder = SelectField(_("授课领导"), [InputRequired(_("请选授课领导。"))], coerce=_whole)
