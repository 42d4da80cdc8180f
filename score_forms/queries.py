"""Reads over forms and sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from flask_babel import gettext
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from accounts.access import Scope
from accounts.models import OrgUnit
from core.db import session
from core.errors import NotFound
from score_forms.enums import Purpose
from score_forms.models import ScoreForm, ScoreSheet


def _above(path: str) -> list[str]:
    """The paths of a unit and of every unit above it: `/1/7/` gives `/1/` and `/1/7/`."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts)) if parts[n]]


def find_current_form(purpose: Purpose, path: str = "") -> ScoreForm | None:
    """The form in force for a purpose at the unit with `path`: its own, else the nearest level's above it.

    None before the first; without a path the one delivered.
    """
    stmt = (
        select(ScoreForm)
        .outerjoin(OrgUnit, ScoreForm.owner_id == OrgUnit.id)
        .where(ScoreForm.purpose == purpose, ScoreForm.is_current.is_(True))
        .where(or_(ScoreForm.owner_id.is_(None), OrgUnit.path.in_(_above(path))))
    )
    # The longest path is the nearest; the delivered form has none.
    return session().scalar(stmt.order_by(func.length(func.coalesce(OrgUnit.path, "")).desc()).limit(1))


def get_form(form_id: int) -> ScoreForm:
    """An issued form by id; whoever fills it in may read it."""
    form = session().get(ScoreForm, form_id)
    if form is None or form.is_draft:
        raise NotFound(gettext("没有这张评分表。"))
    return form


def get_readable(scope: Scope, form_id: int) -> ScoreForm:
    """A form whose total may be asked for: any issued one, and drafts inside the scope."""
    form = session().get(ScoreForm, form_id)
    if form is None or (form.is_draft and (form.owner is None or not scope.covers(form.owner.path))):
        raise NotFound(gettext("没有这张评分表。"))
    return form


def get_draft(scope: Scope, form_id: int) -> ScoreForm:
    """A draft of a level inside the scope; NotFound otherwise."""
    form = session().scalar(
        select(ScoreForm)
        .join(OrgUnit, ScoreForm.owner_id == OrgUnit.id)
        .where(ScoreForm.id == form_id, ScoreForm.issued_at.is_(None), scope.clause(OrgUnit.path))
    )
    if form is None:
        raise NotFound(gettext("没有这份草稿，或已经启用。"))
    return form


def get_visible_form(scope: Scope, form_id: int) -> ScoreForm:
    """An issued form that serves some unit of the scope, or the one delivered; NotFound otherwise."""
    form = get_form(form_id)
    if form.owner is not None and not (
        scope.covers(form.owner.path) or (scope.root or "").startswith(form.owner.path)
    ):
        raise NotFound(gettext("没有这张评分表。"))
    return form


def find_draft(owner_id: int, purpose: Purpose) -> ScoreForm | None:
    """The draft a level has for a purpose."""
    return session().scalar(
        select(ScoreForm).where(
            ScoreForm.owner_id == owner_id, ScoreForm.purpose == purpose, ScoreForm.issued_at.is_(None)
        )
    )


def find_own_current(owner_id: int | None, purpose: Purpose) -> ScoreForm | None:
    """The form in force that a level made itself (None: the one delivered)."""
    return session().scalar(
        select(ScoreForm).where(
            ScoreForm.owner_id.is_(None) if owner_id is None else ScoreForm.owner_id == owner_id,
            ScoreForm.purpose == purpose,
            ScoreForm.is_current.is_(True),
        )
    )


def newest_number(owner_id: int, purpose: Purpose) -> int:
    """The number of the newest version of a level; 0 before the first."""
    stmt = select(func.max(ScoreForm.number)).where(
        ScoreForm.owner_id == owner_id, ScoreForm.purpose == purpose
    )
    return session().scalar(stmt) or 0


def list_forms(scope: Scope, *, drafts: bool = False) -> list[ScoreForm]:
    """Versions that serve the scope, by purpose, those in force first; drafts of the scope when asked."""
    root = scope.root or ""
    serves = or_(ScoreForm.owner_id.is_(None), OrgUnit.path.in_(_above(root)), scope.clause(OrgUnit.path))
    stmt = (
        select(ScoreForm)
        .outerjoin(OrgUnit, ScoreForm.owner_id == OrgUnit.id)
        .where(serves)
        .options(joinedload(ScoreForm.owner))
    )
    if not drafts:
        stmt = stmt.where(ScoreForm.issued_at.is_not(None))
    stmt = stmt.order_by(ScoreForm.is_current.desc(), ScoreForm.owner_id.desc().nulls_last())
    return list(session().scalars(stmt.order_by(ScoreForm.number.desc()).limit(300)))


FilledElsewhere = Callable[[Sequence[int]], Mapping[int, int]]
_elsewhere: list[FilledElsewhere] = []


def count_also(filled: FilledElsewhere) -> None:
    """Answers on these forms that a feature above keeps for itself count as filled in, too."""
    if filled not in _elsewhere:
        _elsewhere.append(filled)


def count_filled(form_ids: Sequence[int]) -> dict[int, int]:
    """How often each form was filled in, by its id; those never filled in are left out."""
    stmt = (
        select(ScoreSheet.form_id, func.count())
        .where(ScoreSheet.form_id.in_(form_ids))
        .group_by(ScoreSheet.form_id)
    )
    counted = Counter({form_id: n for form_id, n in session().execute(stmt)})
    for filled in _elsewhere:
        counted.update(filled(form_ids))
    return dict(counted)


def get_unit(scope: Scope) -> OrgUnit:
    """The unit whose forms the actor writes: the widest of the scope."""
    unit = session().scalar(select(OrgUnit).where(OrgUnit.path == (scope.root or "")))
    if unit is None:
        raise NotFound(gettext("没有可以管理的组织。"))
    return unit
