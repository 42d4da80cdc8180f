"""What lists of people show and filter by, whatever else their rows hold: ``of`` says where a row has its person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask_babel import lazy_gettext

from core.tables import Badge, Column, Filter, Tone
from instructor_pool.enums import EngagementMode, PoolState, SourceCategory
from instructor_pool.models import Instructor

RowT = TypeVar("RowT")
TONES: dict[PoolState, Tone] = {
    PoolState.APPOINTED: "ok",
    PoolState.SUSPENDED: "warn",
    PoolState.RENEWAL_DUE: "warn",
    PoolState.EXITED: "idle",
    PoolState.REJECTED: "bad",
    PoolState.RESERVE: "idle",
}


def state_badge(person: Instructor) -> Badge:
    """The state in words and colour."""
    return Badge(person.state.label, TONES.get(person.state, "info"))


def itself(person: Instructor) -> Instructor:
    """For lists whose rows are people and nothing else."""
    return person


def name_and_post(of: Callable[[RowT], Instructor]) -> Column[RowT]:
    """The name, with the post below it."""
    return _name(of, lambda person: person.post_title)


def name_and_unit(of: Callable[[RowT], Instructor]) -> Column[RowT]:
    """The name, with the place of work below it."""
    return _name(of, lambda person: person.work_unit)


def _name(of: Callable[[RowT], Instructor], note: Callable[[Instructor], str | None]) -> Column[RowT]:
    return Column(
        "name",
        lazy_gettext("姓名"),
        lambda row: of(row).name,
        sort=Instructor.name_pinyin,
        note=lambda row: note(of(row)),
    )


def unit(of: Callable[[RowT], Instructor]) -> Column[RowT]:
    """The place of work."""
    return Column("unit", lazy_gettext("工作单位"), lambda row: of(row).work_unit, sort=Instructor.work_unit)


def source(of: Callable[[RowT], Instructor]) -> Column[RowT]:
    """Where the person comes from."""
    return Column(
        "source",
        lazy_gettext("来源类别"),
        lambda row: of(row).source_category.label,
        sort=Instructor.source_category,
    )


def mode(of: Callable[[RowT], Instructor]) -> Column[RowT]:
    """Appointed, invited or seconded."""
    return Column(
        "mode",
        lazy_gettext("聘任方式"),
        lambda row: of(row).engagement_mode.label,
        sort=Instructor.engagement_mode,
    )


def state(of: Callable[[RowT], Instructor]) -> Column[RowT]:
    """Where in the life of the pool."""
    return Column(
        "state", lazy_gettext("状态"), lambda row: state_badge(of(row)), sort=Instructor.state, kind="badge"
    )


def until(of: Callable[[RowT], Instructor], note: Callable[[RowT], str | None] | None = None) -> Column[RowT]:
    """The last day of the term."""
    return Column(
        "until",
        lazy_gettext("聘期至"),
        lambda row: of(row).term_end,
        sort=Instructor.term_end,
        kind="date",
        note=note,
    )


BY_SOURCE = Filter(
    "source",
    lazy_gettext("来源类别"),
    lambda s, v: s.where(Instructor.source_category == SourceCategory(v)),
    SourceCategory.choices,
)
BY_MODE = Filter(
    "mode",
    lazy_gettext("聘任方式"),
    lambda s, v: s.where(Instructor.engagement_mode == EngagementMode(v)),
    EngagementMode.choices,
)
BY_VOLUNTEER = Filter(
    "volunteer",
    lazy_gettext("志愿者"),
    lambda s, v: s.where(Instructor.is_volunteer.is_(v == "yes")),
    [("yes", lazy_gettext("是")), ("no", lazy_gettext("否"))],
)
