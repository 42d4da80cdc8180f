"""Pages of messages: everybody's inbox and settings, the organisers' outbox, the administrator's channels."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)

# The route modules register on the blueprint above.
from notifications.views import channels, inbox, outbox, own  # noqa: E402

__all__ = ["blueprint", "channels", "inbox", "outbox", "own"]
