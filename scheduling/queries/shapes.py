"""Classes to be made again: what one consists of, where its days would come to lie, templates, and years rolled forward."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.access import Scope
from accounts.models import OrgUnit
from bases.rules.life import BOOKABLE as BOOKABLE_BASES
from core import clock
from core.calendars import calendar_of
from core.db import session
from core.errors import NotFound
from core.tables import BoundTable, Column, Filter, Table
from core.words import labelled
from core.workdays import Calendar
from courses.enums import Audience, Method
from instructor_pool.models import Instructor
from scheduling.enums import HalfDay, OrderKind, SessionState, Tier
from scheduling.models import ClassTemplate, RolledClass, RollForward, Session, TemplateLine, TrainingClass
from scheduling.queries.classes import planned_by
from scheduling.rules.cloning import Landing, a_year_ahead, land

MOST_ROLLED = 300


@dataclass(frozen=True, slots=True)
class ShapeLine:
    """A session of a shape: what it needs, and why it cannot be carried over, if it cannot."""

    position: int
    day: date
    half_day: HalfDay
    course_id: int | None
    course_name: str
    method: Method
    class_hours: Decimal
    leader_required: bool
    wanted_base_id: int | None
    wanted_instructor: Instructor | None = None
    dropped: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a class consists of; `worked` are those of its days that people worked on."""

    name: str
    size: int
    tier: Tier
    is_main: bool
    audience: Audience | None
    first: date
    last: date
    lines: tuple[ShapeLine, ...]
    worked: frozenset[date]


@dataclass(frozen=True, slots=True)
class Laid:
    """A shape laid out from a day on: where each line comes to lie."""

    shape: Shape
    starts_on: date
    ends_on: date
    landings: dict[date, Landing]

    @property
    def kept(self) -> list[ShapeLine]:
        """Lines that are carried over."""
        return [line for line in self.shape.lines if not line.dropped]

    @property
    def dropped(self) -> list[ShapeLine]:
        """Lines that are not, each with the reason."""
        return [line for line in self.shape.lines if line.dropped]

    @property
    def moved(self) -> list[tuple[ShapeLine, Landing]]:
        """Lines that do not keep their distance because of a holiday or weekend."""
        return [(line, at) for line in self.kept if (at := self.landings[line.day]).moved_from]


def lay(shape: Shape, first: date, calendar: Calendar | None = None) -> Laid:
    """Lay a shape out from a day on."""
    calendar = calendar or calendar_of({first.year, first.year + 1})
    days = {shape.first, shape.last, *(line.day for line in shape.lines)}
    landings = land(((day, day in shape.worked) for day in days), first, calendar)
    return Laid(shape, landings[shape.first].day, landings[shape.last].day, landings)


def shape_of(klass: TrainingClass, until: date | None = None) -> Shape:
    """What a class consists of; people asked for by name stay only where their term reaches `until`."""
    [found] = shapes_of([klass], until)
    return found


def shapes_of(classes: Sequence[TrainingClass], until: date | None = None) -> list[Shape]:
    """The same for several classes, in two statements and those of the calendar."""
    stmt = (
        select(Session)
        .where(Session.class_id.in_([klass.id for klass in classes]), Session.state != SessionState.CANCELLED)
        .options(
            joinedload(Session.course), joinedload(Session.wanted_base), joinedload(Session.wanted_instructor)
        )
        .order_by(Session.class_id, Session.position)
    )
    by_class: dict[int, list[Session]] = {klass.id: [] for klass in classes}
    for row in session().scalars(stmt):
        by_class[row.class_id].append(row)
    calendar = calendar_of({day.year for klass in classes for day in (klass.starts_on, klass.ends_on)})
    return [_shape(klass, by_class[klass.id], calendar, until) for klass in classes]


def _shape(klass: TrainingClass, rows: Sequence[Session], calendar: Calendar, until: date | None) -> Shape:
    lines = tuple(_line(row, until) for row in rows)
    days = {klass.starts_on, klass.ends_on, *(line.day for line in lines)}
    return Shape(
        name=klass.name,
        size=klass.size,
        tier=klass.tier,
        is_main=klass.is_main,
        audience=klass.audience,
        first=klass.starts_on,
        last=klass.ends_on,
        lines=lines,
        worked=frozenset(day for day in days if calendar.is_workday(day)),
    )


def _line(row: Session, until: date | None) -> ShapeLine:
    person, base_id, notes = row.wanted_instructor, row.wanted_base_id, []
    if person is not None and not _serves(person, until):
        notes.append(gettext("指定的%(name)s到时不在聘期，改为不指定", name=person.name))
        person = None
    if row.wanted_base is not None and row.wanted_base.state not in BOOKABLE_BASES:
        notes.append(gettext("指定的%(name)s现在不能预约，改为不指定", name=row.wanted_base.name))
        base_id = None
    return ShapeLine(
        position=row.position,
        day=row.start.date() if row.start and row.state is SessionState.HELD else row.day,
        half_day=row.half_day,
        course_id=row.course_id,
        course_name=row.course_name,
        method=row.method,
        class_hours=row.class_hours,
        leader_required=row.leader_required,
        wanted_base_id=base_id,
        wanted_instructor=person,
        dropped=_dropped(row),
        note=";".join(notes),
    )


def _serves(person: Instructor, until: date | None) -> bool:
    return person.is_bookable and (person.term_end is None or until is None or person.term_end >= until)


def _dropped(row: Session) -> str:
    if row.package_order_id is not None:
        return gettext("是套餐的一部分，套餐要另订")
    if row.course is not None and row.course.retired:
        return gettext("课程已停开")
    return ""


def shape_of_template(template: ClassTemplate, first: date) -> Shape:
    """A template as if it were a class that began on `first`; every day of it is meant to be worked."""
    lines = tuple(_template_line(line, first) for line in template.lines)
    days = {first, *(line.day for line in lines)}
    return Shape(
        name=template.name,
        size=template.size,
        tier=template.tier,
        is_main=template.is_main,
        audience=template.audience,
        first=first,
        last=max(days),
        lines=lines,
        worked=frozenset(days),
    )


def _template_line(line: TemplateLine, first: date) -> ShapeLine:
    is_bookable = line.wanted_base is None or line.wanted_base.state in BOOKABLE_BASES
    name = "" if line.wanted_base is None else line.wanted_base.name
    return ShapeLine(
        position=line.position,
        day=date.fromordinal(first.toordinal() + line.day),
        half_day=line.half_day,
        course_id=line.course_id,
        course_name=line.course_name,
        method=line.method,
        class_hours=line.class_hours,
        leader_required=line.leader_required,
        wanted_base_id=line.wanted_base_id if is_bookable else None,
        dropped=gettext("课程已停开") if line.course is not None and line.course.retired else "",
        note="" if is_bookable else gettext("指定的%(name)s现在不能预约，改为不指定", name=name),
    )


def get_template(scope: Scope, template_id: int) -> ClassTemplate:
    """A template inside the scope; NotFound otherwise."""
    stmt = select(ClassTemplate).join(OrgUnit, ClassTemplate.owner_id == OrgUnit.id)
    stmt = stmt.where(ClassTemplate.id == template_id, scope.clause(OrgUnit.path))
    found = session().scalar(stmt.options(selectinload(ClassTemplate.lines).joinedload(TemplateLine.course)))
    if found is None:
        raise NotFound(gettext("没有这个班次模板，或不在您的管理范围内。"))
    return found


def has_template(owner_id: int, name: str) -> bool:
    """Whether a level has a template of this name already."""
    stmt = select(ClassTemplate.id).where(ClassTemplate.owner_id == owner_id, ClassTemplate.name == name)
    return session().scalar(stmt) is not None


TEMPLATES: Table[ClassTemplate] = Table(
    name="class-templates",
    title=lazy_gettext("班次模板"),
    columns=[
        Column("name", lazy_gettext("模板"), lambda t: t.name, sort=ClassTemplate.name, width=36),
        Column("sessions", lazy_gettext("课次"), lambda t: len(t.lines), kind="number"),
        Column(
            "days",
            lazy_gettext("天数"),
            lambda t: max((x.day for x in t.lines), default=0) + 1,
            kind="number",
        ),
        Column("hours", lazy_gettext("学时"), lambda t: sum(x.class_hours for x in t.lines), kind="number"),
        Column("size", lazy_gettext("人数"), lambda t: t.size, sort=ClassTemplate.size, kind="number"),
        Column("tier", lazy_gettext("培训层级"), lambda t: t.tier.label, sort=ClassTemplate.tier),
        Column(
            "at",
            lazy_gettext("保存时间"),
            lambda t: t.made_at.date(),
            sort=ClassTemplate.made_at,
            kind="date",
        ),
        Column("by", lazy_gettext("保存人"), lambda t: t.made_by, sort=ClassTemplate.made_by, default=False),
    ],
    filters=[
        Filter(
            "tier",
            lazy_gettext("培训层级"),
            lambda s, v: s.where(ClassTemplate.tier == Tier(v)),
            Tier.choices,
        )
    ],
    search=ClassTemplate.search_text,
    search_hint=lazy_gettext("搜索模板、拼音首字母"),
    default_sort="name",
    row_url=lambda t: f"/scheduling/class-templates/{t.id}",
)


def templates_table(scope: Scope) -> BoundTable[ClassTemplate]:
    """The templates inside the scope."""
    stmt = (
        select(ClassTemplate)
        .join(OrgUnit, ClassTemplate.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path))
    )
    return TEMPLATES.bind(session(), stmt.options(selectinload(ClassTemplate.lines)))


@dataclass(frozen=True, slots=True)
class RollLine:
    """A class of the old year: where it would come to lie in the new one, and why it cannot."""

    klass: TrainingClass
    laid: Laid
    blocked: str = ""
    notes: tuple[str, ...] = field(default=())
    is_usual: bool = True
    """Ticked at first: what was ordered by a single unit is not expected to come again by itself."""


def roll_lines(owner: OrgUnit, year: int, to_year: int) -> list[RollLine]:
    """What rolling a year of a level forward would do, class by class in the order of their days."""
    stmt = select(TrainingClass).where(TrainingClass.owner_id == owner.id, TrainingClass.year == year)
    classes = list(
        session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id).limit(MOST_ROLLED))
    )
    taken = set(
        session().scalars(
            select(TrainingClass.number).where(
                TrainingClass.owner_id == owner.id, TrainingClass.year == to_year
            )
        )
    )
    calendar = calendar_of((to_year, to_year + 1))
    shapes = shapes_of(classes, date(to_year, 12, 31))
    return [
        _roll_line(klass, lay(shape, a_year_ahead(klass.starts_on, to_year), calendar), taken)
        for klass, shape in zip(classes, shapes, strict=True)
    ]


def _roll_line(klass: TrainingClass, laid: Laid, taken: Iterable[str]) -> RollLine:
    blocked = ""
    if klass.number in taken:
        blocked = gettext("新年度已有编号 %(number)s", number=klass.number)
    elif not laid.kept:
        blocked = gettext("没有可以带过去的课次")
    elif laid.starts_on < clock.today():
        blocked = gettext("日期已经过去")
    notes = [labelled(line.course_name, at.moved_from) for line, at in laid.moved]
    notes += [
        gettext("《%(name)s》不带过去：%(why)s", name=x.course_name, why=x.dropped) for x in laid.dropped
    ]
    notes += [labelled(line.course_name, line.note) for line in laid.kept if line.note]
    is_usual = klass.order_kind is not OrderKind.INDIVIDUAL_ORDER
    return RollLine(klass, laid, blocked, tuple(notes), is_usual)


def get_roll(scope: Scope, roll_id: int) -> RollForward:
    """A rolled year inside the scope; NotFound otherwise."""
    found = session().scalar(_rolls(scope).where(RollForward.id == roll_id))
    if found is None:
        raise NotFound(gettext("没有这次整年带入，或不在您的管理范围内。"))
    return found


def _rolls(scope: Scope) -> Select[RollForward]:
    return (
        select(RollForward)
        .join(OrgUnit, RollForward.owner_id == OrgUnit.id)
        .where(scope.clause(OrgUnit.path))
    )


def list_rolls(scope: Scope) -> list[RollForward]:
    """The last years that were rolled forward, newest first."""
    return list(session().scalars(_rolls(scope).order_by(RollForward.id.desc()).limit(10)))


def changed_since(roll: RollForward) -> list[str]:
    """Names of the classes that are no longer as rolling made them: edited, added to, planned or told."""
    counted = (
        select(
            Session.class_id, func.count(Session.id).label("n"), func.max(Session.version).label("version")
        )
        .join(RolledClass, RolledClass.class_id == Session.class_id)
        .where(RolledClass.roll_id == roll.id)
        .group_by(Session.class_id)
        .subquery()
    )
    stmt = (
        select(TrainingClass.name)
        .join(RolledClass, RolledClass.class_id == TrainingClass.id)
        .outerjoin(counted, counted.c.class_id == TrainingClass.id)
        .where(RolledClass.roll_id == roll.id)
        .where(
            (TrainingClass.version > 1)
            | (func.coalesce(counted.c.n, 0) != RolledClass.sessions)
            | (func.coalesce(counted.c.version, 1) > 1)
        )
    )
    return list(session().scalars(stmt.order_by(TrainingClass.starts_on, TrainingClass.id)))


def planned_years(scope: Scope) -> list[int]:
    """Years that have classes planned inside the scope, newest first."""
    stmt = select(TrainingClass.year).where(planned_by(scope)).distinct().order_by(TrainingClass.year.desc())
    return list(session().scalars(stmt))
