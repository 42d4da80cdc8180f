"""Reads of messages: the inbox, the outbox, addresses, the mail server."""
