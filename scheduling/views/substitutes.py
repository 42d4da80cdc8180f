"""Looking for a substitute: the organiser's pages."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from notifications.queries.server import site_address
from scheduling import notices
from scheduling.forms.answers import CallForm
from scheduling.queries import calls as queries
from scheduling.queries import sessions as session_queries
from scheduling.queries.policies import policy_of
from scheduling.rules.waves import Move
from scheduling.services import substituting
from scheduling.snapshots.stand_ins import StandIn, stand_ins_of
from scheduling.views import blueprint


@blueprint.get("/substitutes")
@requires(P.ANSWER_RECORD)
def substitutes() -> ResponseReturnValue:
    """Every search of the level."""
    table = queries.calls_table(current_scope())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("scheduling/substitutes.html", page=table.page(request.args))


@blueprint.route("/sessions/<int:session_id>/substitutes", methods=["GET", "POST"])
@requires(P.ANSWER_RECORD)
def session_substitutes(session_id: int) -> ResponseReturnValue:
    """The search for one lesson: begin it, see how it goes."""
    row = session_queries.get_own_session(current_scope(), session_id)
    policy = policy_of(row.training_class.owner_id)
    form = CallForm(data={"wave_size": policy.wave_size, "wave_hours": policy.wave_hours})
    if request.method == "GET" or not form.validate_on_submit():
        return _page(session_id, form), 200 if request.method == "GET" else 422
    try:
        with transaction():
            row = session_queries.get_own_session(current_scope(), session_id)
            call = substituting.open_call(
                row,
                form.reason.data or "",
                size=form.wave_size.data,
                hours=form.wave_hours.data,
                actor=current_actor(),
            )
            move = substituting.advance(call, is_due=True)
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "reason")
        return _page(session_id, form), 422
    _say(move)
    return redirect(url_for("scheduling.session_substitutes", session_id=session_id))


@blueprint.post("/substitutes/<int:call_id>/more")
@requires(P.ANSWER_RECORD)
def ask_more_substitutes(call_id: int) -> ResponseReturnValue:
    """The next wave without waiting."""
    with transaction():
        call = queries.get_call(current_scope(), call_id)
        session_id = call.session_id
        move = substituting.ask_more(call, actor=current_actor())
    _say(move)
    return redirect(url_for("scheduling.session_substitutes", session_id=session_id))


@blueprint.post("/substitutes/<int:call_id>/stop")
@requires(P.ANSWER_RECORD)
def stop_substitutes(call_id: int) -> ResponseReturnValue:
    """Ask nobody else."""
    with transaction():
        call = queries.get_call(current_scope(), call_id)
        session_id = call.session_id
        substituting.stop(call, actor=current_actor())
    flash(gettext("已停止，还没有答复的人会收到通知。"), "success")
    return redirect(url_for("scheduling.session_substitutes", session_id=session_id))


def _say(move: Move) -> None:
    if move is Move.ASK:
        flash(gettext("已问下一批。"), "success")
    elif move is Move.WAIT:
        flash(gettext("能问的都问了，等他们答复。"), "info")
    else:
        flash(gettext("没有人可问了。可以换时间、换课程，或重新自动排课。"), "warning")


def _page(session_id: int, form: CallForm) -> str:
    row = session_queries.get_own_session(current_scope(), session_id)
    calls = queries.list_of_session(row.id)
    open_call = next((call for call in calls if call.state.value == "open"), None)
    can_begin = row.is_live and row.told_start is not None and open_call is None
    return render_template(
        "scheduling/session_substitutes.html",
        row=row,
        lesson=notices.lesson_text(row),
        form=form,
        calls=calls,
        open_call=open_call,
        stand_ins=_left(row, open_call),
        can_begin=can_begin,
        message_of=_message,
        tones=queries.TONES,
    )


def _left(row: Any, open_call: Any) -> list[StandIn]:
    """Who could come and has not been asked in the search that is on."""
    if not row.is_live or row.start is None:
        return []
    asked = {ask.instructor_id for ask in open_call.asks} if open_call else set()
    return [person for person in stand_ins_of(row) if person.instructor_id not in asked]


def _message(ask: Any) -> str:
    """What the organiser pastes into WeChat for somebody without an account, with the link that answers."""
    site = site_address() or request.url_root.rstrip("/")
    asked = notices.substitute_asked(ask)
    return f"{asked.title} {asked.body} {site}{notices.substitute_path(ask.id)}"
