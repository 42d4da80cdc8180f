"""The mail server and the address under which people reach the application. Flush only."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import gettext

from accounts.access import Actor
from core import audit
from core.db import session
from core.errors import RuleBroken, Violation
from core.mail import MailServer
from core.sealed import seal
from core.settings import set_setting
from core.words import labelled
from notifications.queries.server import BINDING, MAIL_KEY, SITE_KEY
from notifications.services.addresses import MAIL


def set_server(server: MailServer, *, actor: Actor) -> None:
    """Keep the mail server; its password is sealed. An empty host switches mail off."""
    broken = []
    if server.host and not MAIL.match(server.sender):
        broken.append(Violation("sender", gettext("发件地址不对。"), "sender"))
    if server.host and (len(server.host) > 200 or any(c.isspace() or c in "/@" for c in server.host)):
        broken.append(Violation("host", gettext("这里填主机名，如 smtp.example.gov.cn。"), "host"))
    if broken:
        raise RuleBroken(broken[0].sentence, broken)
    sealed = seal(server.password, BINDING) if server.password else ""
    kept = {
        "host": server.host,
        "port": server.port,
        "security": server.security.value,
        "login": server.login,
        "password_sealed": sealed,
        "sender": server.sender,
        "sender_name": server.sender_name,
    }
    set_setting(MAIL_KEY, kept)
    audit.note(session(), gettext("邮件服务器 %(host)s", host=server.host or "—"))


def note_trial(target: str, *, actor: Actor) -> None:
    """Somebody sends a trial mail: kept on record before it goes. RuleBroken for what is no mailbox."""
    if not MAIL.match(target):
        raise RuleBroken(gettext("邮箱地址不对。"))
    audit.note(session(), labelled(gettext("试发邮件"), target))


def set_site(address: str, *, actor: Actor) -> None:
    """Keep where people reach the application, for links in messages; empty: messages carry no links."""
    address = address.strip().rstrip("/")
    parts = urlsplit(address)
    is_plain = not (parts.path or parts.query or parts.fragment or parts.username)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or not is_plain):
        sentence = gettext("地址像这样：https://jiangtai.example.gov.cn。")
        raise RuleBroken(sentence, [Violation("site", sentence, "site")])
    set_setting(SITE_KEY, address)
    audit.note(session(), address)
