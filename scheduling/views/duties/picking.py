"""Pickers of the duty forms: people of the pool, leaders and units, found as somebody types."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from accounts.enums import P
from accounts.web import current_scope, requires
from party_lessons.queries.people import find_holders, find_leaders, find_seats
from scheduling.views.duties import blueprint

Found = Sequence[tuple[int, str, str]]
Choices = Sequence[tuple[str, str]]


@blueprint.get("/people")
@requires(P.DUTY_EDIT)
def people() -> ResponseReturnValue:
    """People of the pool: `?q=` → value, text, note."""
    return _answer(find_holders(current_scope(P.POOL_VIEW), _asked()))


@blueprint.get("/leaders")
@requires(P.DUTY_REPORT)
def leaders() -> ResponseReturnValue:
    """People with a post: the same."""
    return _answer(find_leaders(current_scope(), _asked()))


@blueprint.get("/seats")
@requires(P.DUTY_VIEW)
def seats() -> ResponseReturnValue:
    """Units: the same."""
    return _answer(find_seats(current_scope(), _asked()))


def _asked() -> str:
    return request.args.get("q", "")[:40]


def _answer(found: Found) -> ResponseReturnValue:
    return [{"value": key, "text": name, "note": note} for key, name, note in found]


def with_chosen(field: SelectField, choices: Choices, name_of: Callable[[int], str]) -> Choices:
    """The first choices of a list that may be longer, and what was chosen; `name_of` raises for what nobody may choose."""
    chosen = field.data
    if not chosen or str(chosen) in {value for value, _name in choices}:
        return choices
    return [*choices, (str(chosen), name_of(chosen))]
