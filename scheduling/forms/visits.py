"""Forms of visits: asking, changing, answering, checking in. Choices are passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from bases.enums import BaseResourceKind
from instructor_pool.enums import AnswerSource
from scheduling.enums import Rhythm
from scheduling.forms import given, whole
from scheduling.rules.needs import MOST_PIECES
from scheduling.rules.visits import LEAST_MINUTES, MOST_GROUPS, MOST_MINUTES, MOST_PEOPLE, Wish

HALF_HOURS = [time(hour, minute) for hour in range(7, 21) for minute in (0, 30)]
_PEOPLE = _("人数应在 1 到 5000 之间。")
_GROUPS = _("批数应在 1 到 40 之间。")
_PIECES = _("数量应在 0 到 50 之间。")


def _read_time(text: object) -> time | None:
    return text if isinstance(text, time) else datetime.strptime(str(text), "%H:%M").time() if text else None


def _pieces(kind: BaseResourceKind) -> IntegerField:
    return IntegerField(_(kind.word), [Optional(), NumberRange(0, MOST_PIECES, _PIECES)], default=0)


class TimesForm(FlaskForm):
    """When a party comes, how many they are, and what the base should lend them."""

    day = DateField(_("日期"), [InputRequired(_("请填写日期，如 2027-05-20。"))])
    at = SelectField(_("开始时间"), [InputRequired(_("请选择时间。"))])
    minutes = IntegerField(
        _("时长(分钟)"),
        [
            InputRequired(_("请填写时长。")),
            NumberRange(LEAST_MINUTES, MOST_MINUTES, _("时长应在 15 到 720 分钟之间。")),
        ],
    )
    people = IntegerField(_("人数"), [InputRequired(_("请填写人数。")), NumberRange(1, MOST_PEOPLE, _PEOPLE)])
    groups = IntegerField(
        _("批数"),
        [InputRequired(_("请填写批数。")), NumberRange(1, MOST_GROUPS, _GROUPS)],
        default=1,
        description=_("同一时间分几批参观，每批配讲解。"),
    )

    coach = _pieces(BaseResourceKind.COACH)
    projector = _pieces(BaseResourceKind.PROJECTOR)
    microphone_set = _pieces(BaseResourceKind.MICROPHONE_SET)

    def offer_pieces(self, stock: Mapping[BaseResourceKind, int]) -> None:
        """Leave out what the base has none of, and say of the rest how many there are."""
        for kind in BaseResourceKind:
            if kind.value in self and not stock.get(kind):
                del self[kind.value]
            elif kind.value in self:
                self[kind.value].description = gettext("这个基地一共 %(n)s", n=stock[kind])

    @property
    def pieces(self) -> list[Field]:
        """The fields of what the base lends."""
        return [self[kind.value] for kind in BaseResourceKind if kind.value in self]

    def needs(self) -> dict[BaseResourceKind, int]:
        """What was asked for, without noughts."""
        return {BaseResourceKind(field.name): field.data for field in self.pieces if field.data}

    def offer_times(self, kept: time | None = None) -> None:
        """Fill the times: the half hours, and one that is kept already."""
        times = sorted({*HALF_HOURS, *([kept] if kept else [])})
        self.at.choices = [(f"{t:%H:%M}", f"{t.hour}:{t:%M}") for t in times]

    def wish(self) -> Wish:
        """What was entered."""
        start = datetime.combine(given(self.day.data), given(_read_time(self.at.data)))
        return Wish(
            start,
            given(self.minutes.data),
            given(self.people.data),
            given(self.groups.data),
            self.needs(),
        )


class VisitForm(TimesForm):
    """Asking a base for a visit."""

    unit_id = SelectField(_("来访单位"), [InputRequired(_("请选择单位。"))], coerce=whole)
    venue_id = SelectField(_("教学点"), [InputRequired(_("请选择教学点。"))], coerce=whole)
    theme = StringField(
        _("参观主题"), [InputRequired(_("请填写参观主题。")), Length(max=80, message=_("最多 80 个字。"))]
    )
    purpose = StringField(_("目的"), [Length(max=300, message=_("最多 300 个字。"))])
    contact_name = StringField(
        _("联系人"), [InputRequired(_("请填写联系人。")), Length(max=40, message=_("最多 40 个字。"))]
    )
    phone = StringField(
        _("联系电话"),
        [InputRequired(_("请填写联系电话。")), Length(max=40, message=_("最多 40 个字。"))],
        description=_("加密保存，只给接待的基地看。"),
    )
    wishes = TextAreaField(
        _("其他需要"),
        [Length(max=300, message=_("最多 300 个字。"))],
        description=_("如轮椅、午餐、停车等。每批都配讲解员，不用写。"),
    )
    repeat = SelectField(_("重复"), [Optional()], default="")
    until = DateField(_("重复到"), [Optional()], description=_("重复的参观填写，最长一年。"))

    def offer(self, units: Sequence[tuple[int, str]], venues: Sequence[tuple[int, str]]) -> None:
        """Fill the units and venues to choose from."""
        self.unit_id.choices = list(units)
        self.venue_id.choices = list(venues)
        self.repeat.choices = [("", gettext("只来一次")), *((r.value, r.label) for r in Rhythm)]
        self.offer_times()

    def rhythm(self) -> tuple[Rhythm, date] | None:
        """How often and until when; None for a single visit."""
        if not self.repeat.data:
            return None
        first = given(self.day.data)
        return Rhythm(self.repeat.data), self.until.data or first + timedelta(days=-1)


class ChangeVisitForm(TimesForm):
    """Another time or size for a visit that stands."""

    version = HiddenField()
    venue_id = SelectField(_("教学点"), [InputRequired(_("请选择教学点。"))], coerce=whole)


class VisitAnswerForm(FlaskForm):
    """The base's answer, by itself or as an organiser heard it."""

    version = HiddenField()
    answer = RadioField(
        _("答复"),
        [InputRequired(_("请选择答复。"))],
        choices=[("accept", _("可以接待")), ("decline", _("不能接待"))],
    )
    source = RadioField(_("怎么答复的"), [Optional()])
    reason = TextAreaField(_("不能接待的原因"), [Length(max=300, message=_("最多 300 个字。"))])

    def offer(self) -> None:
        """Fill the sources: what an organiser can have heard."""
        heard = (AnswerSource.PHONE, AnswerSource.WECHAT, AnswerSource.IN_PERSON)
        self.source.choices = [(source.value, source.label) for source in heard]


class CheckInForm(FlaskForm):
    """How many are there."""

    people = IntegerField(
        _("实到人数"), [InputRequired(_("请填写人数。")), NumberRange(1, MOST_PEOPLE, _PEOPLE)]
    )
    groups = IntegerField(
        _("批数"), [InputRequired(_("请填写批数。")), NumberRange(1, MOST_GROUPS, _GROUPS)], default=1
    )
