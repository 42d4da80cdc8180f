"""What other features call: `queue` and `queue_all` write a message with the action that causes it."""

from notifications.services.outbox import queue, queue_all

__all__ = ["queue", "queue_all"]
