"""Pages that a code or a link opens without sign-in: what somebody sees whose code leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, make_response, render_template, request
from flask_babel import gettext

from core.db import transaction
from core.throttle import admit

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Tries:
    """How often one address may try in a quarter of an hour, counted under `name`."""

    name: str
    most: int


def too_many(tries: Tries, title: str) -> Response | None:
    """Count a try; the page that says so (429) once there were too many, None before."""
    with transaction():
        is_allowed = admit(tries.name, request.remote_addr or "", most=tries.most, window=WINDOW)
    return None if is_allowed else _note(title, gettext("试的次数太多，请过一刻钟再来。"), 429)


def unknown(tries: Tries, title: str, sentence: str) -> Response:
    """For a code that is not known, forged or too old: counted, and answered with one sentence (404)."""
    return too_many(tries, title) or _note(title, sentence, 404)


def _note(title: str, text: str, status: int) -> Response:
    return make_response(render_template("open_note.html", title=title, text=text), status)
