"""Orders hear what becomes of their sessions: whoever ordered is told. Nothing is written down twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext

from accounts.access import Actor
from core.when import span_text
from notifications import services as notifications
from orders import notices
from orders.models import Order
from orders.queries import orders as order_queries
from orders.queries import parties
from scheduling.models import Session
from scheduling.services.following import Turn


def tell_units(rows: Sequence[Session], turn: Turn, actor: Actor) -> None:
    """One message an order and person: published with time and lecturer, taken back, cancelled with the reason, held."""
    by_session = {row.id: row for row in rows}
    packages = {row.package_order_id or 0: row for row in reversed(rows) if row.package_order_id}
    for order in order_queries.orders_behind(list(by_session), list(packages)):
        row = by_session.get(order.session_id or 0) or packages[order.package_order_id or 0]
        people = {*parties.people_of(order.unit_id), order.asked_by_id} - {None, actor.user_id}
        for user_id in sorted(user for user in people if user is not None):
            title, body = _titles(order)[turn], _body(row, turn)
            notifications.queue(user_id, "order", title, body, notices.URL.format(order.id))


def _titles(order: Order) -> Mapping[Turn, str]:
    what = {"what": order.title}
    return {
        Turn.PUBLISHED: gettext("您点的《%(what)s》已发布", **what),
        Turn.WITHDRAWN: gettext("您点的《%(what)s》收回重排", **what),
        Turn.CANCELLED: gettext("您点的《%(what)s》已取消", **what),
        Turn.HELD: gettext("您点的《%(what)s》已登记授课", **what),
    }


def _body(row: Session, turn: Turn) -> str:
    if turn is Turn.PUBLISHED and row.start is not None and row.end is not None:
        who = row.instructor.name if row.instructor else ""
        return " ".join(filter(None, (span_text(row.start, row.end), who)))
    if turn is Turn.HELD:
        return gettext("到课 %(n)s 人。", n=row.attendance or 0)
    return row.cancel_reason
