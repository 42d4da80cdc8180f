"""The mail server and the address of the application, as the administrator has set them."""

from __future__ import annotations

from typing import Any

from core.mail import MailServer, Security
from core.sealed import unseal
from core.settings import get_setting

MAIL_KEY, SITE_KEY, BINDING = "mail_server", "site_address", "setting:mail_server"


def mail_server() -> MailServer | None:
    """The server that takes mail; None while there is none."""
    kept: dict[str, Any] = get_setting(MAIL_KEY, {})
    if not kept.get("host"):
        return None
    return MailServer(
        host=kept["host"],
        port=kept["port"],
        security=Security(kept["security"]),
        login=kept["login"],
        password=unseal(kept["password_sealed"], BINDING) if kept["password_sealed"] else "",
        sender=kept["sender"],
        sender_name=kept["sender_name"],
    )


def site_address() -> str:
    """`https://…` without a slash at the end; empty while it is not set."""
    return get_setting(SITE_KEY, "")
