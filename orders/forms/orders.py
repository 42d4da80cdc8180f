"""What a unit orders, and what the level above decides."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from core.web import row_number
from courses.enums import Audience
from orders.enums import PlaceKind
from orders.rules.wishes import MOST_WISHES, OrderFacts, Slot
from scheduling.enums import HalfDay

Choices = Sequence[tuple[int, str]]
HALVES = (HalfDay.ANY, HalfDay.MORNING, HalfDay.AFTERNOON, HalfDay.EVENING)
_TOO_LONG = _("最多 300 个字。")


def whole(value: object) -> int:
    """The id in a select box; 0 for none or for what is no id."""
    return row_number(str(value or "")) or 0


class OrderForm(FlaskForm):
    """An order: for whom, how many, when, where."""

    version = HiddenField()
    unit_id = SelectField(_("点单单位"), [InputRequired()], coerce=whole)
    course_id = SelectField(_("课程"), [Optional()], coerce=whole)
    instructor_id = SelectField(
        _("希望的讲师"), [Optional()], coerce=whole, description=_("不指定时由受理单位按时间安排。")
    )
    people = IntegerField(_("人数"), [InputRequired(_("请填写人数。"))])
    audience = SelectField(_("听课对象"), [Optional()])
    day_1 = DateField(_("最希望的日期"), [Optional()])
    half_1 = SelectField(_("时段"), [Optional()])
    day_2 = DateField(_("其次"), [Optional()])
    half_2 = SelectField(_("时段"), [Optional()])
    day_3 = DateField(_("再次"), [Optional()])
    half_3 = SelectField(_("时段"), [Optional()])
    place_kind = RadioField(_("地点"), [InputRequired()], default=PlaceKind.ANY.value)
    base_id = SelectField(_("基地"), [Optional()], coerce=whole)
    hall_id = SelectField(
        _("本单位会场"), [Optional()], coerce=whole, description=_("登记为基地的会场，排课就排在这里。")
    )
    hall = StringField(
        _("没有登记的会场"),
        [Length(max=120, message=_("最多 120 个字。"))],
        description=_("名称、地址、能坐多少人。由受理单位登记以后才能发布。"),
    )
    remark = TextAreaField(_("备注"), [Length(max=300, message=_TOO_LONG)])

    def offer(
        self, units: Choices, lecturers: Choices, courses: Choices, places: tuple[Choices, Choices]
    ) -> None:
        """Fill the select boxes; without courses the order is for a package. `places`: bases, and own halls."""
        nothing, (bases, halls) = (0, _("不指定")), places
        self.unit_id.choices = list(units)
        self.course_id.choices = list(courses)
        self.instructor_id.choices = [nothing, *lecturers]
        self.base_id.choices = [(0, _("请选择")), *bases]
        self.hall_id.choices = [(0, _("没有登记，另外写明")), *halls]
        self.audience.choices = [("", _("不限")), *Audience.choices()]
        self.place_kind.choices = PlaceKind.choices()
        for n in range(1, MOST_WISHES + 1):
            self[f"half_{n}"].choices = [(half.value, half.label) for half in HALVES]

    def show(self, facts: OrderFacts) -> None:
        """What was entered before."""
        self.course_id.data, self.instructor_id.data = facts.course_id or 0, facts.instructor_id or 0
        self.audience.data, self.place_kind.data = facts.audience, facts.place_kind.value
        chosen = self.hall_id if facts.place_kind is PlaceKind.OWN_HALL else self.base_id
        chosen.data = facts.base_id or 0
        # A registered hall is named by its base.
        self.hall.data = "" if facts.base_id else facts.hall
        for n, wish in enumerate(facts.wishes, 1):
            self[f"day_{n}"].data, self[f"half_{n}"].data = wish.day, wish.half_day.value

    def facts(self, package_id: int | None) -> OrderFacts:
        """What was entered."""
        place = PlaceKind(self.place_kind.data)
        chosen = self.hall_id if place is PlaceKind.OWN_HALL else self.base_id
        return OrderFacts(
            people=self.people.data or 0,
            wishes=self._wishes(),
            course_id=None if package_id else self.course_id.data or None,
            package_id=package_id,
            instructor_id=None if package_id else self.instructor_id.data or None,
            audience=self.audience.data or "",
            place_kind=place,
            base_id=chosen.data or None,
            hall=self.hall.data or "",
            remark=self.remark.data or "",
        )

    def _wishes(self) -> tuple[Slot, ...]:
        days = [(self[f"day_{n}"].data, self[f"half_{n}"].data) for n in range(1, MOST_WISHES + 1)]
        return tuple(Slot(day, HalfDay(half or HalfDay.ANY)) for day, half in days if day is not None)


class TermsForm(FlaskForm):
    """When, by whom, where and in which class: for accepting an order, and for offering something else."""

    version = HiddenField()
    day = DateField(_("日期"), [InputRequired(_("请填写日期，如 2027-06-01。"))])
    half_day = SelectField(_("时段"), default=HalfDay.ANY.value)
    course_id = SelectField(_("课程"), [Optional()], coerce=whole)
    instructor_id = SelectField(
        _("讲师"), [Optional()], coerce=whole, description=_("不指定时由自动排课选定。")
    )
    base_id = SelectField(_("基地"), [Optional()], coerce=whole)
    class_id = SelectField(
        _("排进哪个班次"),
        [Optional()],
        coerce=whole,
        description=_("新建的送课班次只有这一天，主办单位是点单单位。"),
    )
    message = TextAreaField(_("给点单单位的话"), [Length(max=300, message=_TOO_LONG)])

    def offer(self, courses: Choices, lecturers: Choices, bases: Choices, classes: Choices) -> None:
        """Fill the select boxes."""
        nothing = (0, _("不指定"))
        self.half_day.choices = [(half.value, half.label) for half in HALVES]
        self.course_id.choices = list(courses)
        self.instructor_id.choices, self.base_id.choices = [nothing, *lecturers], [nothing, *bases]
        self.class_id.choices = [(0, _("新建送课下基层班次")), *classes]


class AcknowledgeForm(FlaskForm):
    """The unit's word that it has seen what was assigned to it."""

    version = HiddenField()
    people = IntegerField(_("参加人数"), [InputRequired(_("请填写人数。"))])
    note = TextAreaField(_("回执说明"), [Length(max=300, message=_TOO_LONG)])
