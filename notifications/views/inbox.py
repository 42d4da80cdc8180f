"""The inbox."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, requires
from core.db import transaction
from core.tables import wants_export
from core.web import row_numbers, safe_next
from notifications.queries import inbox as queries
from notifications.services import inbox as services
from notifications.views import blueprint


def _user() -> int:
    return current_actor().user_id or 0


@blueprint.get("/inbox", strict_slashes=False)
@requires(P.OWN_ACCOUNT)
def inbox() -> ResponseReturnValue:
    """The person's messages."""
    table = queries.inbox_table(_user())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("notifications/inbox.html", page=table.page(request.args))


@blueprint.post("/inbox/<int:item_id>/open")
@requires(P.OWN_ACCOUNT)
def open_item(item_id: int) -> ResponseReturnValue:
    """Mark a message as read and go where it is acted on."""
    with transaction():
        item = queries.get_item(_user(), item_id)
        services.mark_read(item)
        url = item.message.url
    return redirect(safe_next(url, url_for("notifications.inbox")))


@blueprint.post("/inbox/read")
@requires(P.OWN_ACCOUNT)
def read() -> ResponseReturnValue:
    """Mark the messages ticked as read, or all of them."""
    ids = set(row_numbers(request.form.getlist("ids")))
    with transaction():
        if request.form.get("whom") == "all":
            services.mark_all_read(_user())
        for item_id in sorted(ids):
            services.mark_read(queries.get_item(_user(), item_id))
    flash(gettext("已标为已读。"), "success")
    return redirect(url_for("notifications.inbox"))
