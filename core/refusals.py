"""Putting refusals back beside the fields they are about."""

from __future__ import annotations

from flask_wtf import FlaskForm

from core.errors import RuleBroken


def put_errors(form: FlaskForm, refused: RuleBroken, fallback: str) -> None:
    """Show each violation at the field named by its subject; the sentence at `fallback` when none fits."""
    placed = False
    for violation in refused.violations:
        if violation.subject in form:
            form[violation.subject].errors = [*form[violation.subject].errors, violation.sentence]
            placed = True
    if not placed:
        form[fallback].errors = [*form[fallback].errors, refused.sentence]
