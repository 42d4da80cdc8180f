"""What waits in the outbox, for the workbench."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from accounts.access import Actor
from accounts.enums import P
from core.todo import Todo, Urgency
from notifications.enums import MessageState
from notifications.queries.outbox import count_by_state


def todos(actor: Actor) -> list[Todo]:
    """Messages that nobody gets before an organiser has looked, and those that did not arrive: one statement."""
    if not actor.can(P.OUTBOX):
        return []
    counts = count_by_state(actor.scope(P.OUTBOX))
    waiting, lost = counts.get(MessageState.LOOK, 0), counts.get(MessageState.GIVEN_UP, 0)
    return [
        Todo(
            gettext("%(n)s 条消息等您过目后发送", n=waiting),
            url_for("notifications.outbox", state=MessageState.LOOK.value),
            waiting,
            "outbox_look",
            Urgency.NOW,
        ),
        Todo(
            gettext("%(n)s 条消息没有送达", n=lost),
            url_for("notifications.outbox", state=MessageState.GIVEN_UP.value),
            lost,
            "outbox_lost",
        ),
    ]
