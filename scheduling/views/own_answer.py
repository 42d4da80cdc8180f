"""Answering what one is asked oneself: the same steps for a lecturer and for a base manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from accounts.web import current_actor
from core import refusals
from core.db import transaction
from core.errors import RuleBroken
from notifications.queries.server import site_address
from scheduling import notices
from scheduling.forms import OwnAnswerForm, whole
from scheduling.services import answering


def link_of(booking: Any) -> str:
    """The address that answers a booking without signing in; empty once it is answered."""
    if booking.state.value != "held":
        return ""
    return f"{site_address() or request.url_root.rstrip('/')}{notices.answer_path(booking.id)}"


def take_answer(
    find: Callable[[], Any],
    page: Callable[[Any, OwnAnswerForm], str],
    said: Callable[[bool], str],
    back_url: str,
) -> ResponseReturnValue:
    """Show the booking that `find` gives, or take the answer to it.

    `page` renders booking and form; `said` words what was answered (True: accepted); then on to `back_url`.
    """
    form = OwnAnswerForm(obj=find())
    if request.method == "GET" or not form.validate_on_submit():
        return page(find(), form), 200 if request.method == "GET" else 422
    accept = form.answer.data == "accept"
    seen = whole(form.version.data) or None
    try:
        with transaction():
            answering.answer(
                find(), accept=accept, reason=form.reason.data or "", actor=current_actor(), seen=seen
            )
    except RuleBroken as refused:
        refusals.put_errors(form, refused, "reason")
        return page(find(), form), 422
    flash(said(accept), "success")
    return redirect(back_url)
