"""Answers without sign-in: pages that a signed link opens. GET changes nothing; each shows one thing and answers it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from accounts.web import current_actor, public, requires
from core import dead_ends, links
from core.db import transaction
from core.errors import Conflict, RuleBroken
from scheduling import notices
from scheduling.queries import answers
from scheduling.queries import bookings as booking_queries
from scheduling.queries import calls as call_queries
from scheduling.services import answering, substituting
from scheduling.views import own_pages

LIFE = timedelta(days=30)
TRIES = dead_ends.Tries("signed-link", 60)
"""Looks at dead links, and answers: an office shares one address."""


@own_pages.route("/a/<token>", methods=["GET", "POST"])
@public
def answer_by_link(token: str) -> ResponseReturnValue:
    """One assignment or booking, and the answer to it."""
    booking_id = _read(notices.ANSWER_LINK, token)
    if isinstance(booking_id, Response):
        return booking_id
    said = ""
    if request.method == "POST":
        accept = request.form.get("answer") == "accept"

        def take() -> None:
            booking = answers.get_linked(booking_id)
            answering.answer_by_link(booking, accept=accept, reason=request.form.get("reason", ""))

        said = _take(take)
        if not said:
            return redirect(request.path, 303)
    booking = answers.get_linked(booking_id)
    page = render_template(
        "scheduling/link_answer.html",
        booking=booking,
        is_open=answers.is_awaited(booking),
        name=booking_queries.names_of([booking])[booking.id],
        when=notices.when_of(booking),
        place=notices.place_of(booking.lesson.told_venue),
        said=said,
    )
    return page, 422 if said else 200


@own_pages.route("/stand-in/<token>", methods=["GET", "POST"])
@public
def substitute_by_link(token: str) -> ResponseReturnValue:
    """Whether somebody steps in."""
    ask_id = _read(notices.SUBSTITUTE_LINK, token)
    if isinstance(ask_id, Response):
        return ask_id

    def take() -> None:
        ask = call_queries.get_ask(ask_id)
        actor = Actor(None, gettext("%(name)s(凭链接)", name=ask.instructor.name))
        _answer(ask_id, actor)

    said = _take(take) if request.method == "POST" else ""
    if request.method == "POST" and not said:
        return redirect(request.path, 303)
    return _ask_page(ask_id, said, "scheduling/link_substitute.html")


@own_pages.route("/teaching/substitutes/<int:ask_id>", methods=["GET", "POST"])
@requires(P.OWN_TEACHING)
def own_substitute(ask_id: int) -> ResponseReturnValue:
    """The same for whoever is signed in."""
    user_id = current_actor().user_id
    call_queries.get_own_ask(user_id, ask_id)
    said = ""
    if request.method == "POST":
        said = _take(lambda: _answer(ask_id, current_actor()))
        if not said:
            return redirect(request.path, 303)
    return _ask_page(ask_id, said, "scheduling/own_substitute.html")


def _answer(ask_id: int, actor: Actor) -> None:
    ask = call_queries.get_ask(ask_id)
    if request.form.get("answer") == "accept":
        substituting.accept(ask, actor=actor)
    else:
        substituting.decline(ask, request.form.get("reason", ""), actor=actor)


def _ask_page(ask_id: int, said: str, template: str) -> ResponseReturnValue:
    ask = call_queries.get_ask(ask_id)
    row = ask.call.session
    page = render_template(
        template,
        ask=ask,
        row=row,
        lesson=notices.lesson_text(row),
        place=notices.place_of(row.told_venue),
        said=said,
    )
    return page, 422 if said else 200


def _take(act: Callable[[], None]) -> str:
    """Do it in a transaction; the sentence of a refusal, or nothing."""
    try:
        with transaction():
            act()
    except (RuleBroken, Conflict) as refused:
        return refused.sentence
    return ""


def _read(purpose: str, token: str) -> int | Response:
    """The row of a link, or why it leads nowhere: forged, too old, or too many tries."""
    found = links.read(purpose, token, LIFE)
    if found is None:
        sentence = gettext("链接不对或已过期，请向组织员要一个新的。")
        return dead_ends.unknown(TRIES, gettext("请答复"), sentence)
    many = dead_ends.too_many(TRIES, gettext("请答复")) if request.method == "POST" else None
    return many or found
