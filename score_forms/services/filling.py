"""Making forms and filling them in. Flush only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from flask_babel import gettext

from accounts.access import Actor
from core import clock
from core.db import session
from core.errors import RuleBroken, Violation
from score_forms import queries, rules
from score_forms.enums import Kind, Purpose
from score_forms.models import Indicator, Mark, ScoreForm, ScoreSheet


def ensure_default_forms() -> dict[Purpose, ScoreForm]:
    """The form delivered for every purpose, made from the defaults where there is none yet."""
    found: dict[Purpose, ScoreForm] = {}
    for purpose in Purpose:
        found[purpose] = queries.find_current_form(purpose) or _make(purpose, rules.DEFAULTS[purpose])
    return found


def current_form(purpose: Purpose, path: str = "") -> ScoreForm:
    """The form in force at the unit with `path`, made from the default at first use."""
    return queries.find_current_form(purpose, path) or _make(purpose, rules.DEFAULTS[purpose])


def _make(purpose: Purpose, pattern: rules.Pattern) -> ScoreForm:
    form = ScoreForm(purpose=purpose, number=1, title=pattern.title, pass_mark=pattern.pass_mark)
    write_lines(form, pattern.lines)
    session().add(form)
    session().flush()
    # Lines go in while it is a draft: the database refuses them afterwards.
    form.is_current, form.issued_at = True, clock.now()
    session().flush()
    return form


def write_lines(form: ScoreForm, lines: Sequence[rules.Line]) -> None:
    """Make the indicators of a draft those of `lines`, in their order; rows keep their keys."""
    had = {i.key: i for i in form.indicators}
    kept = []
    for n, line in enumerate(lines, start=1):
        row = had.get(line.key) or Indicator(key=line.key)
        row.position, row.title, row.help = n, line.title, line.help
        row.kind, row.most, row.scale, row.section = line.kind, line.most, line.scale, line.section
        kept.append(row)
    form.indicators = kept


def fault_sentence(line: rules.Line, fault: str) -> str:
    """What is wrong with one mark, in words."""
    title = gettext(line.title)
    if fault == "missing":
        return (
            gettext("请选通过或不通过。")
            if line.kind is Kind.VETO
            else gettext("请给「%(title)s」打分。", title=title)
        )
    if fault == "range" and line.choices:
        return gettext("「%(title)s」请在给出的等级里选。", title=title)
    if fault == "step":
        return gettext("「%(title)s」按 0.5 分一档打分。", title=title)
    return gettext("「%(title)s」应在 0 到 %(most)s 分之间。", title=title, most=line.most)


def violations(form: ScoreForm, marks: Mapping[str, Decimal]) -> list[Violation]:
    """What is wrong with the marks, each beside its line (subject = line key)."""
    lines = {line.key: line for line in form.lines}
    found = rules.faults(form.lines, marks)
    return [Violation(fault, fault_sentence(lines[key], fault), key) for key, fault in found.items()]


def fill_in(form: ScoreForm, marks: Mapping[str, Decimal], comment: str = "", *, actor: Actor) -> ScoreSheet:
    """Hand in a sheet: points by line key, 1/0 for veto lines. RuleBroken names every bad mark.

    A sheet is never changed afterwards; the database refuses it.
    """
    wrong = violations(form, marks)
    if wrong:
        raise RuleBroken(gettext("评分表有 %(n)s 处要改。", n=len(wrong)), wrong)
    outcome = rules.total(form.lines, marks)
    sheet = ScoreSheet(
        form_id=form.id,
        scorer_id=actor.user_id,
        filled_at=clock.now(),
        total=outcome.points,
        vetoed=outcome.vetoed,
        comment=comment.strip()[:2000],
    )
    sheet.marks = [
        Mark(indicator_id=i.id, points=marks[i.key]) for i in form.indicators if i.kind is not Kind.COMMENT
    ]
    session().add(sheet)
    session().flush()
    return sheet
