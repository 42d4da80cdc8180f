"""Forms about honours: an award, a level's quotas."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from instructor_pool.enums import HonourKind
from instructor_pool.rules.honours import MOST_HONOURS, MOST_YEARS, Quota


def _plain(text: str | None) -> str:
    return (text or "").strip()


class HonourForm(FlaskForm):
    """What the document says."""

    kind = SelectField(_("荣誉"), [InputRequired(_("请选荣誉。"))])
    title = StringField(
        _("课程或党课"), [Length(max=120)], filters=[_plain], description=_("优质课、精品党课要填题目")
    )
    document = StringField(_("文号"), [InputRequired(_("请填写文号。")), Length(max=60)], filters=[_plain])
    day = DateField(_("授予日期"), [InputRequired(_("请选授予日期。"))])

    def offer(self, today: date) -> None:
        """Fill the choices; today is the usual day."""
        self.kind.choices = [("", gettext("请选择")), *HonourKind.choices()]
        if self.day.data is None and not self.is_submitted():
            self.day.data = today


class QuotaForm(FlaskForm):
    """How many, in how many years, counted from which: three fields a kind, see below the class."""

    def show(self, quotas: dict[HonourKind, Quota]) -> None:
        """Put the quotas in force into the fields."""
        for kind, quota in quotas.items():
            for part in _PARTS:
                self[f"{part}_{kind.value}"].data = getattr(quota, part)

    def rows(self) -> list[tuple[HonourKind, list[IntegerField]]]:
        """The fields by kind."""
        return [(kind, [self[f"{part}_{kind.value}"] for part in _PARTS]) for kind in HonourKind]

    @property
    def quotas(self) -> dict[HonourKind, Quota]:
        """What was typed."""
        return {
            kind: Quota(**{part: self[f"{part}_{kind.value}"].data for part in _PARTS}) for kind in HonourKind
        }


_PARTS = {
    "most": (_("名额"), 0, MOST_HONOURS),
    "years": (_("每几年"), 1, MOST_YEARS),
    "since": (_("起始年"), 2000, 2100),
}
for _kind in HonourKind:
    for _part, (_label, _low, _high) in _PARTS.items():
        _limits = [InputRequired(_("请填写数字。")), NumberRange(_low, _high)]
        setattr(QuotaForm, f"{_part}_{_kind.value}", IntegerField(_label, _limits))
