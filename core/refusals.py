"""Putting refusals back beside the fields they are about."""

from __future__ import annotations

from collections.abc import Callable

from flask_wtf import FlaskForm

from core.db import transaction
from core.errors import Conflict, RuleBroken


def went_in(form: FlaskForm, fallback: str, act: Callable[[], object]) -> bool:
    """Do what a checked form asks for in one transaction; when it is refused, the form says why.

    Whatever `act` read is out of date then: a page that shows the form again reads anew.
    """
    try:
        with transaction():
            act()
    except RuleBroken as refused:
        put_errors(form, refused, fallback)
        return False
    return True


def put_errors(form: FlaskForm, refused: RuleBroken | Conflict, fallback: str) -> None:
    """Show each violation at the field named by its subject; the sentence at `fallback` when none fits."""
    placed = False
    for violation in refused.violations if isinstance(refused, RuleBroken) else ():
        if violation.subject in form:
            form[violation.subject].errors = [*form[violation.subject].errors, violation.sentence]
            placed = True
    if not placed:
        form[fallback].errors = [*form[fallback].errors, refused.sentence]
