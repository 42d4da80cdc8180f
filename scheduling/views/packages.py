"""The menu of packages (课堂+基地): list, one package, entering and changing it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from courses.enums import Method
from scheduling.forms import whole
from scheduling.forms.packages import PackageForm, spot_value
from scheduling.queries import packages as package_queries
from scheduling.queries.choices import planning_unit
from scheduling.rules.packages import season_text
from scheduling.services import packages as package_services
from scheduling.snapshots.packages import ways_between
from scheduling.views import blueprint


@blueprint.get("/packages")
@requires(P.SCHEDULE_VIEW)
def packages() -> ResponseReturnValue:
    """The menu."""
    listing = package_queries.packages_table(current_scope())
    if wants_export(request.args):
        return listing.export(request.args)
    return render_template("scheduling/packages.html", page=listing.page(request.args))


@blueprint.get("/packages/<int:package_id>")
@requires(P.SCHEDULE_VIEW)
def show_package(package_id: int) -> ResponseReturnValue:
    """One package: its parts with the way between them, what it costs, and who ordered it."""
    package = package_queries.get_package(current_scope(), package_id)
    may_edit = current_actor().can(P.SCHEDULE_EDIT) and current_actor().scope(P.SCHEDULE_EDIT).covers(
        package.owner.path
    )
    return render_template(
        "scheduling/package.html",
        package=package,
        ways=[None, *ways_between([part.base for part in package.parts])],
        season=season_text(package.first_month, package.last_month),
        badge_of_package=package_queries.offered_badge(package),
        orders=package_queries.list_orders(package, current_scope()),
        stage_badge=package_queries.stage_badge,
        may_edit=may_edit,
    )


@blueprint.route("/packages/new", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def new_package() -> ResponseReturnValue:
    """Enter a package."""
    form, hours = _package_form()
    if request.method == "GET":
        form.last_month.data, form.is_offered.data = 12, True
        form.meals_price.data = form.transport_price.data = Decimal(0)
        form.parts[1].form.method.data = Method.ON_SITE.value
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, None), 200 if request.method == "GET" else 422
    try:
        with transaction():
            owner = planning_unit(current_scope())
            made = package_services.create_package(owner, form.facts(hours), actor=current_actor())
            package_id = made.id
    except RuleBroken as refused:
        return _form_page(form, None, form.put_errors(refused)), 422
    flash(gettext("套餐已登记。"), "success")
    return redirect(url_for("scheduling.show_package", package_id=package_id))


@blueprint.route("/packages/<int:package_id>/edit", methods=["GET", "POST"])
@requires(P.SCHEDULE_EDIT)
def edit_package(package_id: int) -> ResponseReturnValue:
    """Change a package; what was ordered stays as it was."""
    package = package_queries.get_own_package(current_scope(), package_id)
    form, hours = _package_form(package)
    if request.method == "GET" or not form.validate_on_submit():
        return _form_page(form, package), 200 if request.method == "GET" else 422
    try:
        with transaction():
            package = package_queries.get_own_package(current_scope(), package_id)
            seen = whole(form.version.data) or None
            package_services.update_package(package, form.facts(hours), actor=current_actor(), seen=seen)
    except RuleBroken as refused:
        package = package_queries.get_own_package(current_scope(), package_id)
        return _form_page(form, package, form.put_errors(refused)), 422
    flash(gettext("套餐已保存。"), "success")
    return redirect(url_for("scheduling.show_package", package_id=package_id))


@blueprint.post("/packages/<int:package_id>/offer")
@requires(P.SCHEDULE_EDIT)
def offer_package(package_id: int) -> ResponseReturnValue:
    """Put it on the menu, or take it off."""
    is_offered = request.form.get("offered") == "1"
    with transaction():
        package = package_queries.get_own_package(current_scope(), package_id)
        seen = whole(request.form.get("version")) or None
        package_services.set_offered(package, is_offered, actor=current_actor(), seen=seen)
    text = gettext("套餐已放上菜单。") if is_offered else gettext("套餐已下架，不能再订；已订的不受影响。")
    flash(text, "success")
    return redirect(url_for("scheduling.show_package", package_id=package_id))


def _package_form(package: Any = None) -> tuple[PackageForm, dict[int, Decimal]]:
    """The form with its choices, and the class hours of the courses it offers."""
    courses = package_queries.list_courses(current_scope(P.COURSE_VIEW))
    hours = {course.id: course.class_hours for course in courses}
    offered = [(course.id, course.name) for course in courses]
    spots = [(base_id, base, venue_id, venue) for base_id, base, venue_id, venue in _spots()]
    if package is not None:
        # What is kept stays on offer, even when it could not be chosen anew.
        for part in package.parts:
            if part.course is not None and part.course_id not in hours:
                offered.insert(0, (part.course_id, part.course.name))
            if part.base is not None and all(spot[0] != part.base_id for spot in spots):
                spots.insert(0, (part.base_id, part.base.name, 0, part.base.name))
    form = PackageForm(data=_values(package)) if package is not None else PackageForm()
    form.offer(offered, spots)
    return form, hours


def _spots() -> list[Any]:
    return package_queries.list_spots(current_scope(P.BASE_VIEW))


def _values(package: Any) -> dict[str, Any]:
    names = (
        "version",
        "name",
        "summary",
        "most_people",
        "first_month",
        "last_month",
        "meals_price",
        "transport_price",
        "needs_coach",
        "is_offered",
    )
    parts = [
        {
            "method": part.method.value,
            "course_id": part.course_id or 0,
            "spot": spot_value(part.base_id, part.venue_id, part.theme),
            "title": part.title,
            "class_hours": part.class_hours,
        }
        for part in package.parts
    ]
    return {name: getattr(package, name) for name in names} | {"parts": parts}


def _form_page(form: PackageForm, package: Any, extra: list[str] | None = None) -> str:
    return render_template("scheduling/package_form.html", form=form, package=package, extra=extra or [])
