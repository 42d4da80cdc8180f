"""Messages to people: the outbox written with the action, the in-app inbox it is delivered to."""
