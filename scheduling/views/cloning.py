"""Making classes again: copying one, templates, and rolling a year forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import clock, refusals
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import row_number, row_numbers
from core.when import read_day
from scheduling.forms import given
from scheduling.forms.cloning import CloneForm
from scheduling.queries import choices, shapes
from scheduling.queries import classes as class_queries
from scheduling.queries.shapes import Shape
from scheduling.rules import ClassFacts
from scheduling.services import cloning
from scheduling.views import blueprint

Said = tuple[str, str, int]
"""Number, name and size of a class to be made, as entered."""


def _asked_day() -> date | None:
    """The day that was asked for, in the address of a preview or in the form."""
    return read_day(request.values.get("first_day"))


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What a class can be made after, and how it is read: another class, or a template."""

    origin: Any
    shape: Callable[[date], Shape]
    facts: Callable[[Said, date], ClassFacts]
    is_template: bool


def _class_pattern(class_id: int) -> _Pattern:
    klass = class_queries.get_own_class(current_scope(), class_id)
    return _Pattern(
        klass,
        shape=lambda first: shapes.shape_of(klass, first),
        facts=lambda said, _first: cloning.facts_like(klass, *said),
        is_template=False,
    )


def _template_pattern(template_id: int) -> _Pattern:
    template = shapes.get_template(current_scope(), template_id)
    return _Pattern(
        template,
        shape=lambda first: shapes.shape_of_template(template, first),
        facts=lambda said, first: cloning.facts_from(template, *said, first),
        is_template=True,
    )


@blueprint.route("/classes/<int:class_id>/clone", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def clone_class(class_id: int) -> ResponseReturnValue:
    """The same class on other days: `?first_day=` shows where everything would lie."""
    return _make_after(lambda: _class_pattern(class_id), gettext("班次已复制，接着排课。"))


@blueprint.route("/class-templates/<int:template_id>", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def show_template(template_id: int) -> ResponseReturnValue:
    """A template, and making a class from it."""
    return _make_after(lambda: _template_pattern(template_id), gettext("班次已按模板建立，接着排课。"))


def _make_after(find: Callable[[], _Pattern], done: str) -> ResponseReturnValue:
    """The preview and the form, and making the class; `find` reads the pattern anew inside the transaction."""
    pattern, form = find(), CloneForm()
    if request.method == "GET":
        origin = pattern.origin
        form.first_day.data, form.name.data, form.size.data = _asked_day(), origin.name, origin.size
        return _make_page(form, pattern)
    if not form.validate_on_submit():
        return _make_page(form, pattern), 422
    try:
        with transaction():
            pattern, first = find(), given(form.first_day.data)
            laid = shapes.lay(pattern.shape(first), first)
            facts = pattern.facts(_said(form), first)
            made = cloning.make(pattern.origin.owner, laid, facts, actor=current_actor()).id
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "first_day")
        return _make_page(form, find()), 422
    flash(done, "success")
    return redirect(url_for("scheduling.show_class", class_id=made))


def _said(form: CloneForm) -> Said:
    return (form.number.data or "").strip(), (form.name.data or "").strip(), form.size.data or 0


def _make_page(form: CloneForm, pattern: _Pattern) -> str:
    first = _asked_day()
    return render_template(
        "scheduling/clone.html",
        form=form,
        klass=None if pattern.is_template else pattern.origin,
        template=pattern.origin if pattern.is_template else None,
        laid=shapes.lay(pattern.shape(first), first) if first else None,
    )


@blueprint.post("/classes/<int:class_id>/template")
@requires(P.SCHEDULE_EDIT)
def keep_template(class_id: int) -> ResponseReturnValue:
    """Keep what a class consists of under its name or another."""
    try:
        with transaction():
            klass = class_queries.get_own_class(current_scope(), class_id)
            name = request.form.get("name", "") or klass.name
            shape = shapes.shape_of(klass)
            made = cloning.keep_as_template(klass.owner, shape, name, actor=current_actor()).id
    except RuleBroken as refused:
        flash(refused.sentence, "error")
        return redirect(url_for("scheduling.show_class", class_id=class_id))
    flash(gettext("已存为模板，以后可以按它建班。"), "success")
    return redirect(url_for("scheduling.show_template", template_id=made))


@blueprint.get("/class-templates")
@requires(P.SCHEDULE_EDIT)
def class_templates() -> ResponseReturnValue:
    """Templates of the actor's level."""
    table = shapes.templates_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("scheduling/class_templates.html", page=table.page(request.args))


@blueprint.post("/class-templates/<int:template_id>/drop")
@requires(P.SCHEDULE_EDIT)
def drop_template(template_id: int) -> ResponseReturnValue:
    """Forget a template."""
    with transaction():
        cloning.drop_template(shapes.get_template(current_scope(), template_id), actor=current_actor())
    flash(gettext("模板已删除，按它建的班次不受影响。"), "success")
    return redirect(url_for("scheduling.class_templates"))


@blueprint.route("/roll-forward", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def roll_forward() -> ResponseReturnValue:
    """A year's classes carried over to the next: first a table of what would go where."""
    owner = choices.planning_unit(current_scope())
    years = shapes.planned_years(current_scope())
    year = row_number(request.values.get("year")) or (years[0] if years else clock.today().year)
    to_year = max(year, clock.today().year) + (1 if year >= clock.today().year else 0)
    wrong = ""
    if request.method == "POST":
        try:
            with transaction():
                chosen = row_numbers(request.form.getlist("ids"))
                owner = choices.planning_unit(current_scope())
                roll = cloning.roll_forward(owner, year, to_year, chosen, actor=current_actor())
                roll_id, count = roll.id, roll.count
        except RuleBroken as refused:
            wrong = refused.sentence
        else:
            undo = url_for("scheduling.undo_roll", roll_id=roll_id)
            text = gettext("%(n)s 个班次已带到 %(year)s 年。", n=count, year=to_year)
            flash({"text": text, "undo_url": undo}, "success")  # type: ignore[arg-type]
            return redirect(url_for("scheduling.classes", year=to_year))
    page = render_template(
        "scheduling/roll_forward.html",
        owner=owner,
        years=years,
        year=year,
        to_year=to_year,
        lines=shapes.roll_lines(owner, year, to_year),
        most=shapes.MOST_ROLLED,
        rolls=shapes.list_rolls(current_scope()),
        wrong=wrong,
    )
    return page, 422 if wrong else 200


@blueprint.post("/roll-forward/<int:roll_id>/undo")
@requires(P.SCHEDULE_EDIT)
def undo_roll(roll_id: int) -> ResponseReturnValue:
    """Take back all that rolling a year made."""
    with transaction():
        roll = shapes.get_roll(current_scope(), roll_id)
        cloning.undo_roll(roll, actor=current_actor(), seen=row_number(request.form.get("version")))
    flash(gettext("整年带入已撤销。"), "success")
    return redirect(url_for("scheduling.roll_forward"))
