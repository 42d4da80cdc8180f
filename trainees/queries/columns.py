"""Columns and filters that lists of trainees share."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from core.tables import Column, Filter
from core.tables.parts import Statement
from trainees.enums import TraineeKind
from trainees.models import Enrolment, Trainee

LINE: list[Column[Any]] = [
    Column("name", lazy_gettext("姓名"), lambda r: r.Enrolment.trainee.name, sort=Trainee.name),
    Column(
        "position",
        lazy_gettext("序号"),
        lambda r: r.Enrolment.position,
        sort=Enrolment.position,
        kind="number",
    ),
    Column("unit", lazy_gettext("单位"), lambda r: r.Enrolment.trainee.unit_name, sort=Trainee.unit_name),
]
"""Of the rows of a roster: (enrolment, …)."""


def _of_unit(stmt: Statement, value: str) -> Statement:
    return stmt.where(Trainee.unit_name.icontains(value, autoescape=True))


def _of_kind(stmt: Statement, value: str) -> Statement:
    return stmt.where(Trainee.kind == TraineeKind(value))


UNIT = Filter("unit", lazy_gettext("单位"), _of_unit)
KIND = Filter("kind", lazy_gettext("类别"), _of_kind, TraineeKind.choices)
