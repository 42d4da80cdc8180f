"""Whose people attend classes that are for several units (合班)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, select

from accounts.models import OrgUnit
from core.db import session
from scheduling.models import ClassParticipant, TrainingClass


def participants_where(*conditions: ColumnElement[bool]) -> Mapping[int, frozenset[str]]:
    """By class: paths of the units whose people attend; only classes that name them, which are few."""
    stmt = (
        select(ClassParticipant.class_id, OrgUnit.path)
        .join(OrgUnit, ClassParticipant.unit_id == OrgUnit.id)
        .join(TrainingClass, ClassParticipant.class_id == TrainingClass.id)
        .where(*conditions)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for class_id, path in session().execute(stmt):
        found[class_id].add(path)
    return {class_id: frozenset(paths) for class_id, paths in found.items()}


def attended_from(root: str) -> Any:
    """Ids of classes that a unit at or below a path takes part in."""
    stmt = select(ClassParticipant.class_id).join(OrgUnit, ClassParticipant.unit_id == OrgUnit.id)
    return stmt.where(OrgUnit.path.startswith(root))
