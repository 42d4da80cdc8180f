"""Files that may be one person: the list, two side by side, merging them or telling them apart."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import NotFound, RuleBroken
from core.sealed import mask_id_number, mask_phone
from core.tables import wants_export
from core.web import row_number
from instructor_pool import queries
from instructor_pool.services import merging
from instructor_pool.views.blueprint import blueprint


@blueprint.get("/instructors/duplicates")
@requires(P.POOL_EDIT)
def duplicates() -> ResponseReturnValue:
    """Pairs of files that may be the same person."""
    table = queries.duplicates_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("instructor_pool/duplicates.html", page=table.page(request.args))


@blueprint.get("/instructors/duplicates/<int:first_id>/<int:second_id>")
@requires(P.POOL_EDIT)
def compare(first_id: int, second_id: int) -> ResponseReturnValue:
    """Two files side by side, and what merging them would move; the first is kept."""
    return _page(first_id, second_id)


def _page(first_id: int, second_id: int, refused: RuleBroken | None = None) -> ResponseReturnValue:
    kept, closed = _two(first_id, second_id)
    page = render_template(
        "instructor_pool/duplicate.html",
        kept=kept,
        closed=closed,
        lines=[_line(field, kept, closed) for field in merging.FIELDS],
        likeness=queries.find_likeness(current_scope(), first_id, second_id),
        apart=queries.told_apart(first_id, second_id),
        moving=merging.preview(kept, closed),
        refusals=merging.refusals(kept, closed),
        numbers=(mask_id_number(kept.id_number), mask_id_number(closed.id_number)),
        taken=request.form.getlist("taken"),
    )
    return page, 422 if refused else 200


def _two(first_id: int, second_id: int) -> tuple[Any, Any]:
    scope = current_scope()
    first, second = queries.get_instructor(scope, first_id), queries.get_instructor(scope, second_id)
    if first_id == second_id:
        raise NotFound(gettext("请选两份不同的档案。"))
    return first, second


def _labels() -> dict[str, str]:
    return {
        "name": gettext("姓名"),
        "gender": gettext("性别"),
        "birth_month": gettext("出生年月"),
        "ethnicity": gettext("民族"),
        "political_status": gettext("政治面貌"),
        "education": gettext("学历"),
        "work_unit": gettext("工作单位"),
        "post_title": gettext("职务"),
        "professional_title": gettext("职称"),
        "source_category": gettext("来源类别"),
        "research": gettext("研究方向"),
        "recommended_by": gettext("推荐单位"),
        "town": gettext("所在镇街"),
        "term": gettext("聘期"),
        "limits": gettext("排课上限"),
        "fee": gettext("课酬"),
        "phone": gettext("联系电话"),
        "remark": gettext("备注"),
    }


def _line(field: str, kept: Any, closed: Any) -> tuple[str, str, str, str]:
    """Field, label, and what each file says."""
    return field, _labels()[field], _said(field, kept), _said(field, closed)


def _said(field: str, person: Any) -> str:
    if field == "phone":
        return mask_phone(person.phone)
    if field == "town":
        return person.town.name if person.town else ""
    if field == "birth_month":
        return f"{person.birth_month:%Y-%m}" if person.birth_month else ""
    if field == "term":
        term = f"{person.term_start or '—'} – {person.term_end}" if person.term_end else ""
        return " ".join(filter(None, (person.engagement_mode.label, term, person.certificate_number)))
    if field == "limits":
        return gettext(
            "每天 %(day)s 次，每周 %(week)s 次，每月 %(month)s 次，每年 %(year)s 次",
            day=person.max_per_day,
            week=person.max_per_week or "—",
            month=person.max_per_month or "—",
            year=person.max_per_year or "—",
        )
    values = [getattr(person, name) for name in merging.FIELDS[field] if not name.endswith("_id")]
    if field == "name":
        values = values[:1]
    return " ".join(str(getattr(value, "label", value)) for value in values if value not in (None, ""))


@blueprint.post("/instructors/duplicates/<int:first_id>/<int:second_id>/merge")
@requires(P.POOL_EDIT)
def merge(first_id: int, second_id: int) -> ResponseReturnValue:
    """Close the second file into the first."""
    taken = [field for field in request.form.getlist("taken") if field in merging.FIELDS]
    try:
        with transaction():
            kept, closed = _two(first_id, second_id)
            kept.expect_version(_version("kept_version"))
            closed.expect_version(_version("closed_version"))
            merging.merge(kept, closed, taken=taken, actor=current_actor())
            name = kept.name
    except RuleBroken as refused:
        return _page(first_id, second_id, refused)
    flash(gettext("两份档案已合并，都在 %(name)s 的档案里。", name=name), "success")
    return redirect(url_for("instructor_pool.show", instructor_id=first_id))


def _version(name: str) -> int | None:
    return row_number(request.form.get(name))


@blueprint.post("/instructors/duplicates/<int:first_id>/<int:second_id>/apart")
@requires(P.POOL_EDIT)
def tell_apart(first_id: int, second_id: int) -> ResponseReturnValue:
    """Remember that these are two people."""
    with transaction():
        first, second = _two(first_id, second_id)
        merging.tell_apart(first, second, reason=request.form.get("reason", ""), actor=current_actor())
    undo = url_for("instructor_pool.together", first_id=first_id, second_id=second_id)
    flash({"text": gettext("已记下：不是同一人，不再提示。"), "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("instructor_pool.duplicates"))


@blueprint.post("/instructors/duplicates/<int:first_id>/<int:second_id>/together")
@requires(P.POOL_EDIT)
def together(first_id: int, second_id: int) -> ResponseReturnValue:
    """Take that back."""
    with transaction():
        merging.take_back(*_two(first_id, second_id), actor=current_actor())
    flash(gettext("已撤回，这一对会再次提示。"), "success")
    return redirect(url_for("instructor_pool.compare", first_id=first_id, second_id=second_id))
