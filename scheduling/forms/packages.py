"""Forms of packages and their orders. Choices are passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from bases.enums import Theme
from core.errors import RuleBroken
from courses.enums import Method
from scheduling.forms import chosen, given, whole
from scheduling.rules.packages import MOST_PARTS, MOST_PEOPLE, OrderFacts, PackageFacts, PartFacts

MOST_PRICE = 99_999
Spot = tuple[int, str, int, str]
"""Base id and name, venue id and name."""


class PartForm(Form):
    """One part; a part without course and place is none."""

    method = SelectField(_("教学形式"), default=Method.LECTURE.value)
    course_id = SelectField(_("课程"), [Optional()], coerce=whole, default=0)
    spot = SelectField(_("地点"), [Optional()], default="")
    title = StringField(_("名称"), [Length(max=120, message=_("最多 120 个字。"))])
    class_hours = DecimalField(
        _("学时"), [Optional(), NumberRange(0.5, 8, _("学时应在 0.5 到 8 之间。"))], places=1
    )

    @property
    def is_used(self) -> bool:
        """Whether anything says what this part is."""
        return bool(self.course_id.data or self.spot.data or (self.title.data or "").strip())

    def facts(self, hours: Mapping[int, Decimal]) -> PartFacts:
        """What was entered; hours left out are those of the course, `hours` by course id, else 2."""
        course_id = self.course_id.data or None
        base_id, venue_id, theme = _read_spot(self.spot.data or "")
        title = (self.title.data or "").strip() or chosen(self.course_id) or _spot_name(self.spot)
        return PartFacts(
            title=title[:120],
            method=Method(self.method.data),
            class_hours=self.class_hours.data or hours.get(course_id or 0, Decimal(2)),
            course_id=course_id,
            base_id=base_id,
            venue_id=venue_id,
            theme=theme,
        )


def spot_value(base_id: int | None, venue_id: int | None, theme: Theme | None) -> str:
    """A place as the select box has it; `_read_spot` is the way back."""
    if theme is not None:
        return f"theme-{theme.value}"
    if base_id is None:
        return ""
    return f"base-{base_id}" if venue_id is None else f"venue-{base_id}-{venue_id}"


def _read_spot(value: str) -> tuple[int | None, int | None, Theme | None]:
    kind, *ids = value.split("-")
    if kind == "theme":
        return None, None, Theme(ids[0])
    numbers = [whole(one) or None for one in ids]
    return (numbers[0] if numbers else None), (numbers[1] if len(numbers) > 1 else None), None


def _spot_name(field: SelectField) -> str:
    groups: Any = field.choices or {}
    return next(
        (str(label) for pairs in groups.values() for value, label in pairs if value == field.data), ""
    )


class PackageForm(FlaskForm):
    """A package: what it is called, its parts in order, whom and when it takes, and what it costs."""

    version = HiddenField()
    name = StringField(
        _("套餐名称"), [InputRequired(_("请填写名称。")), Length(max=80, message=_("最多 80 个字。"))]
    )
    summary = TextAreaField(
        _("简介"), [Length(max=300, message=_("最多 300 个字。"))], description=_("菜单上会看到。")
    )
    parts = FieldList(FormField(PartForm), _("内容"), min_entries=MOST_PARTS, max_entries=MOST_PARTS)
    most_people = IntegerField(
        _("最多人数"),
        [InputRequired(_("请填写人数。")), NumberRange(1, MOST_PEOPLE, _("人数应在 1 到 1000 之间。"))],
    )
    first_month = SelectField(_("从"), coerce=whole)
    last_month = SelectField(_("到"), coerce=whole, description=_("可以跨年，如 11 月到 3 月。"))
    meals_price = DecimalField(
        _("餐费(元/人)"),
        [InputRequired(_("没有就填 0。")), NumberRange(0, MOST_PRICE, _("金额应在 0 到 99999 之间。"))],
        places=2,
    )
    transport_price = DecimalField(
        _("交通费(元/人)"),
        [InputRequired(_("没有就填 0。")), NumberRange(0, MOST_PRICE, _("金额应在 0 到 99999 之间。"))],
        places=2,
    )
    needs_coach = BooleanField(_("需要大巴"))
    is_offered = BooleanField(_("放上菜单"), description=_("下架以后不能再订，已订的不受影响。"))

    def offer(self, courses: Sequence[tuple[int, str]], spots: Sequence[Spot]) -> None:
        """Fill the select boxes."""
        months = [(m, gettext("%(month)s月", month=m)) for m in range(1, 13)]
        self.first_month.choices = self.last_month.choices = months
        bases: dict[int, str] = {}
        venues = []
        for base_id, base, venue_id, venue in spots:
            bases[base_id] = base
            if venue != base:
                venues.append((f"venue-{base_id}-{venue_id}", f"{base} {venue}"))
        themes = [(f"theme-{value}", label) for value, label in Theme.choices()]
        for entry in self.parts:
            part = entry.form
            part.method.choices = Method.choices()
            part.course_id.choices = [(0, gettext("没有")), *courses]
            groups = {
                gettext("不指定"): [("", gettext("由排课选定"))],
                gettext("基地"): [(f"base-{key}", name) for key, name in bases.items()],
                gettext("教学点"): venues,
                gettext("任一该主题的基地"): themes,
            }
            part.spot.choices = {name: pairs for name, pairs in groups.items() if pairs}

    def facts(self, hours: Mapping[int, Decimal]) -> PackageFacts:
        """What was entered."""
        return PackageFacts(
            name=given(self.name.data).strip(),
            summary=(self.summary.data or "").strip(),
            parts=[entry.form.facts(hours) for entry in self._used()],
            most_people=given(self.most_people.data),
            first_month=self.first_month.data,
            last_month=self.last_month.data,
            needs_coach=self.needs_coach.data,
            meals_price=given(self.meals_price.data),
            transport_price=given(self.transport_price.data),
            is_offered=self.is_offered.data,
        )

    def _used(self) -> list[Any]:
        return [entry for entry in self.parts if entry.form.is_used]

    def put_errors(self, refused: RuleBroken) -> list[str]:
        """Show each refusal at its field or part; returns those that belong to no single field."""
        rest, used = [], self._used()
        for violation in refused.violations:
            name, _dash, n = violation.subject.partition("-")
            if name == "parts" and n:
                title = used[int(n)].form.title
                title.errors = [*title.errors, violation.sentence]
            elif name in self and name != "parts":
                self[name].errors = [*self[name].errors, violation.sentence]
            else:
                rest.append(violation.sentence)
        return rest or ([] if refused.violations else [refused.sentence])


class PackageOrderForm(FlaskForm):
    """A package for a class: on which days, for how many."""

    package_id = SelectField(_("套餐"), coerce=whole)
    class_id = SelectField(_("班次"), coerce=whole)
    first_day = DateField(_("第一天"), [InputRequired(_("请填写日期，如 2027-06-08。"))])
    last_day = DateField(_("最后一天"), [Optional()], description=_("只用一天的不用填。"))
    people = IntegerField(
        _("人数"),
        [InputRequired(_("请填写人数。")), NumberRange(1, MOST_PEOPLE, _("人数应在 1 到 1000 之间。"))],
    )

    def offer(self, packages: Sequence[tuple[int, str]], classes: Sequence[tuple[int, str]]) -> None:
        """Fill the select boxes."""
        self.package_id.choices, self.class_id.choices = list(packages), list(classes)

    def facts(self) -> OrderFacts:
        """What was entered."""
        first = given(self.first_day.data)
        return OrderFacts(first, self.last_day.data or first, given(self.people.data))


class PackageMoveForm(FlaskForm):
    """Other days for a package."""

    version = HiddenField()
    first_day = DateField(_("第一天"), [InputRequired(_("请填写日期，如 2027-06-08。"))])
    last_day = DateField(_("最后一天"), [Optional()], description=_("只用一天的不用填。"))
