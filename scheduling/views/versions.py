"""A published version of a class: what it said and changed, and going back to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import Conflict, RuleBroken
from scheduling.forms import ReasonForm, given, whole
from scheduling.queries import classes as class_queries
from scheduling.queries import sessions as session_queries
from scheduling.queries import versions
from scheduling.services import publishing, restoring
from scheduling.views import blueprint
from scheduling.views.publishing import by_hand_text


@blueprint.get("/classes/<int:class_id>/versions/<int:number>")
@requires(P.SCHEDULE_VIEW)
def show_version(class_id: int, number: int) -> ResponseReturnValue:
    """What people were told with a version, what it changed, and how it differs from today's."""
    return _page(class_id, number, ReasonForm())


@blueprint.post("/classes/<int:class_id>/versions/<int:number>/restore")
@requires(P.SCHEDULE_PUBLISH)
def restore_version(class_id: int, number: int) -> ResponseReturnValue:
    """Publish the class again as it was then, as far as that can be."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(class_id, number, form), 422
    try:
        with transaction():
            klass = class_queries.get_own_class(current_scope(), class_id)
            version = versions.get_version(klass, number)
            seen = whole(form.version.data) or None
            done = restoring.restore(
                klass, version, reason=given(form.reason.data), actor=current_actor(), seen=seen
            )
            facts = {
                "number": number,
                "new": done.published.version.number,
                "told": len(done.published.told),
                "gone": done.withdrawn,
                "people": done.published.messages,
            }
            by_hand = done.published.by_hand
            left = done.left
    except RuleBroken as refused:
        return _page(class_id, number, form, refused), 422
    except Conflict as conflict:
        klass = class_queries.get_own_class(current_scope(), class_id)
        raise Conflict(publishing.clash_sentence(klass) or conflict.sentence) from conflict
    text = gettext(
        "已按第 %(number)s 版发布为第 %(new)s 版：改回 %(told)s 个课次，收回 %(gone)s 个，通知 %(people)s 人次。",
        **facts,
    )
    flash(text + by_hand_text(by_hand), "success")
    for sentence in left:
        flash(gettext("没有恢复：%(what)s", what=sentence), "warning")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


def _page(class_id: int, number: int, form: ReasonForm, refused: RuleBroken | None = None) -> str:
    klass = class_queries.get_class(current_scope(P.SCHEDULE_VIEW), class_id)
    version = versions.get_version(klass, number)
    is_last = number == klass.published_version
    may_restore = (
        not is_last
        and current_actor().can(P.SCHEDULE_PUBLISH)
        and class_queries.may_edit(current_actor().scope(P.SCHEDULE_PUBLISH), klass)
    )
    form.version.data = str(klass.version)
    return render_template(
        "scheduling/version.html",
        klass=klass,
        version=version,
        when_told=versions.when_told,
        is_last=is_last,
        may_restore=may_restore,
        changelog=versions.changelog(version),
        since=[] if is_last else versions.since(version, session_queries.list_sessions(klass.id)),
        form=form,
        refused=refused,
    )
