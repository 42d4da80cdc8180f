"""Publishing one class after a look at what will be told, or several at once; taking sessions back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import Conflict, DomainError, RuleBroken, Violation
from scheduling.forms import PublishForm, whole
from scheduling.queries import classes as class_queries
from scheduling.queries import figures
from scheduling.queries import sessions as session_queries
from scheduling.services import checking, publishing
from scheduling.views import blueprint

MOST_AT_ONCE = 200


@blueprint.route("/classes/<int:class_id>/publish", methods=["GET", "POST"])
@requires(P.SCHEDULE_PUBLISH)
def publish_class(class_id: int) -> ResponseReturnValue:
    """What will be told to whom; then publish."""
    form = PublishForm()
    if request.method == "GET" or not form.validate_on_submit():
        return _page(class_id, form), 200 if request.method == "GET" else 422
    try:
        done = _publish(class_id, form.note.data or "")
    except RuleBroken as refused:
        form.note.errors = [v.sentence for v in refused.violations if v.subject == "note"]
        return _page(class_id, form, refused), 422
    flash(done, "success")
    return redirect(url_for("scheduling.show_class", class_id=class_id))


def by_hand_text(count: int) -> str:
    """What is left to the organiser: people and bases that nobody can write to."""
    if not count:
        return ""
    return gettext("另有 %(by_hand)s 项对方没有账号，请在“等待答复”里复制通知转告。", by_hand=count)


def _publish(class_id: int, note: str) -> str:
    """Publish in one transaction; says what was done. A lost race is said in names where they can be found."""
    try:
        with transaction():
            klass = class_queries.get_own_class(current_scope(), class_id)
            done = publishing.publish(klass, actor=current_actor(), note=note)
            facts = {
                "version": done.version.number,
                "told": len(done.told),
                "left": len(done.left_out),
                "people": done.messages,
                "by_hand": done.by_hand,
            }
    except Conflict as conflict:
        klass = class_queries.get_own_class(current_scope(), class_id)
        raise Conflict(publishing.clash_sentence(klass) or conflict.sentence) from conflict
    text = gettext("已发布第 %(version)s 版：%(told)s 个课次，通知 %(people)s 人次。", **facts)
    text += by_hand_text(facts["by_hand"])
    return text + (gettext("还有 %(left)s 个课次没排齐，没有发布。", **facts) if facts["left"] else "")


def _page(class_id: int, form: PublishForm, refused: RuleBroken | None = None) -> str:
    klass = class_queries.get_own_class(current_scope(), class_id)
    rows = session_queries.list_sessions(klass.id)
    due, left_out = publishing.sort_out(rows)
    live_rules = checking.violations_of(klass, due) if refused is None else []
    return render_template(
        "scheduling/publish.html",
        klass=klass,
        form=form,
        due=session_queries.lessons_of(due),
        left_out=session_queries.lessons_of(left_out),
        gauges=figures.gauges_of(rows, is_main=klass.is_main),
        violations=[v for v in refused.violations if v.subject != "note"] if refused else live_rules,
        sentence=refused.sentence if refused else "",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one class of several."""

    class_id: int
    name: str
    is_done: bool
    sentence: str
    violations: tuple[Violation, ...] = ()


@blueprint.route("/publish", methods=["GET", "POST"])
@requires(P.SCHEDULE_PUBLISH)
def publish_many() -> ResponseReturnValue:
    """Classes with something complete to publish; those chosen are published one by one, each result shown."""
    outcomes: list[Outcome] = []
    if request.method == "POST":
        ids = [whole(value) for value in request.form.getlist("ids")][:MOST_AT_ONCE]
        names = {klass.id: klass.name for klass in class_queries.list_classes(current_scope(), ids)}
        note = request.form.get("note", "")[:300]
        outcomes = [_outcome(class_id, name, note) for class_id, name in names.items()]
    ready = class_queries.list_ready(current_scope(), MOST_AT_ONCE)
    return render_template(
        "scheduling/publish_many.html", ready=ready, outcomes=outcomes, lacks=class_queries.lacks_text
    )


def _outcome(class_id: int, name: str, note: str) -> Outcome:
    try:
        return Outcome(class_id, name, True, _publish(class_id, note))
    except RuleBroken as refused:
        return Outcome(class_id, name, False, refused.sentence, refused.violations)
    except DomainError as refused:
        return Outcome(class_id, name, False, refused.sentence)
