"""The register: list and map, one base, its file."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_unit, list_units
from accounts.web import current_actor, current_scope, requires
from bases.enums import LeadUnit
from bases.forms import BaseForm, NewBaseForm
from bases.queries import bases as base_queries
from bases.queries import tree as tree_queries
from bases.queries.map import map_of
from bases.queries.register import base_table, look_of
from bases.services import register, tree
from bases.views import blueprint
from bases.views.pages import base_page, edit_scope
from core import refusals
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.tables import wants_export
from core.web import row_number


@blueprint.get("/")
@requires(P.BASE_VIEW)
def index() -> ResponseReturnValue:
    """All bases in sight, as a list or on the map."""
    scope = current_scope()
    look = look_of(scope, request.args)
    is_map = request.args.get("view") == "map"
    table = base_table(scope, look, beside_map=is_map)
    if wants_export(request.args):
        return table.export(request.args)
    drawn = None
    if is_map:
        drawn = map_of(
            table.narrowed(request.args),
            look.towns,
            box=look.box,
            origin=look.origin,
            tiles=current_app.config["MAP_TILES"],
        )
    return render_template(
        "bases/map.html" if is_map else "bases/list.html", page=table.page(request.args), map=drawn, look=look
    )


@blueprint.get("/<int:base_id>")
@requires(P.BASE_VIEW)
def show(base_id: int) -> ResponseReturnValue:
    """One base."""
    return base_page(base_id)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def create() -> ResponseReturnValue:
    """Enter a base; it is surveyed until it is filed."""
    form = NewBaseForm(lead_unit=LeadUnit.DAYS.value)
    owner = _owner()
    form.offer(_towns(), _parents(owner.id, chosen=row_number(form.parent.data)))
    if request.method == "GET":
        return render_template("bases/edit.html", form=form, base=None)
    if not form.validate_on_submit() or _is_taken(form, owner.id):
        return render_template("bases/edit.html", form=form, base=None), 422
    try:
        with transaction():
            values = _values(form)
            tree.check_place(None, values["kind"], values["parent"])
            base = register.enter(_owner(), actor=current_actor(), **values)
            base_id = register.saved(base).id
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "parent")
        return render_template("bases/edit.html", form=form, base=None), refused.status
    flash(gettext("已登记。补齐档案以后可以申报备案。"), "success")
    return redirect(url_for("bases.show", base_id=base_id))


@blueprint.route("/<int:base_id>/edit", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def edit(base_id: int) -> ResponseReturnValue:
    """Change the file of a base."""
    base = base_queries.get_kept_base(edit_scope(), base_id)
    form = BaseForm(obj=base) if request.method == "GET" else BaseForm()
    if request.method == "GET":
        form.choose(**_shown(base))
    form.offer(_towns(), _parents(base.owner_id, but=base_id, chosen=row_number(form.parent.data)))
    if request.method == "GET":
        form.phone.data = ""
        return render_template("bases/edit.html", form=form, base=base)
    if not form.validate_on_submit() or _is_taken(form, base.owner_id, base.id):
        return render_template("bases/edit.html", form=form, base=base), 422
    try:
        with transaction():
            base = base_queries.get_kept_base(edit_scope(), base_id)
            base.expect_version(form.seen())
            values = _values(form)
            tree.check_place(base, values["kind"], values["parent"])
            register.amend(base, actor=current_actor(), **values)
            register.saved(base)
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "parent")
        base = base_queries.get_kept_base(edit_scope(), base_id)
        return render_template("bases/edit.html", form=form, base=base), refused.status
    flash(gettext("档案已保存。"), "success")
    return redirect(url_for("bases.show", base_id=base_id))


def _shown(base: Any) -> dict[str, str]:
    """What the select boxes start with."""
    return {
        "kind": base.kind.value,
        "theme": base.theme.value if base.theme else "",
        "town": str(base.town_id or ""),
        "parent": str(base.parent_id or ""),
        "lead_unit": base.lead_unit.value,
        "designation_level": base.designation_level.value if base.designation_level else "",
    }


def _towns() -> list[tuple[str, str]]:
    return [(str(town.id), town.name) for town in base_queries.list_towns(edit_scope())]


def _parents(
    owner_id: int, *, but: int | None = None, chosen: int | None = None, words: str = ""
) -> list[tuple[str, str]]:
    found = tree_queries.list_parents(owner_id, words, chosen)
    return [(str(base.id), f"{base.name} ({base.kind.label})") for base in found if base.id != but]


@blueprint.get("/parents")
@requires(P.BASE_EDIT)
def parents() -> ResponseReturnValue:
    """Sites that another may belong to, for the picker: `?q=` and, of a base that is known, `of=` → value, text."""
    of = row_number(request.args.get("of"))
    owner_id = _owner().id if of is None else base_queries.get_kept_base(edit_scope(), of).owner_id
    found = _parents(owner_id, but=of, words=request.args.get("q", "")[:40])
    return [{"value": base_id, "text": name} for base_id, name in found]


def _owner() -> Any:
    """The unit whose register a new base enters: the widest the actor keeps."""
    units = list_units(edit_scope())
    if not units:
        raise NotFound(gettext("没有这个单位，或不在您的管理范围内。"))
    return min(units, key=lambda unit: len(unit.path))


def _is_taken(form: BaseForm, owner_id: int, but: int | None = None) -> bool:
    if base_queries.is_name_taken(owner_id, form.name.data or "", but=but):
        form.name.errors = [gettext("已有同名基地。")]
        return True
    return False


def _values(form: BaseForm) -> dict[str, Any]:
    town = get_unit(edit_scope(), int(form.town.data)) if form.town.data else None
    parent = base_queries.get_kept_base(edit_scope(), int(form.parent.data)) if form.parent.data else None
    return {**form.values(), "town": town, "parent": parent}
