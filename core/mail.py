"""Mail by SMTP, with a server that the administrator names."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from flask_babel import gettext

from core import clock
from core.outgoing import NotSent
from core.words import N_, Labelled

SECONDS = 20.0


class Security(Labelled):
    """How the connection to a mail server is kept from listeners."""

    TLS = "tls", N_("TLS(端口 465)")
    STARTTLS = "starttls", N_("STARTTLS(端口 587 或 25)")
    NONE = "none", N_("不加密(仅限本机或可信内网)")


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes mail."""

    host: str
    port: int
    security: Security
    login: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    sender_name: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A plain text mail; `number` becomes its Message-ID, the same at every try, so that mailboxes can drop repeats."""

    to: str
    subject: str
    text: str
    number: str


def send(server: MailServer, mail: Mail) -> None:
    """Hand a mail over; NotSent unless the server has taken it."""
    message = _message(server, mail)
    try:
        with _connected(server) as connection:
            connection.send_message(message, server.sender, [mail.to])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise NotSent(_said(code, said), is_final=code >= 500) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(gettext("邮件服务器不接受登录名或密码。")) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(_said(error.smtp_code, error.smtp_error), is_final=error.smtp_code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        why = str(error)[:100] or type(error).__name__
        raise NotSent(gettext("连接不上邮件服务器：%(why)s", why=why)) from error


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    if server.security is Security.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    with connection:
        if server.security is Security.STARTTLS:
            connection.starttls(context=ssl.create_default_context())
        if server.login:
            connection.login(server.login, server.password)
        yield connection


def _message(server: MailServer, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((server.sender_name, server.sender))
    message["To"] = mail.to
    message["Subject"] = " ".join(mail.subject.split())[:200]
    message["Date"] = format_datetime(clock.instant())
    message["Message-ID"] = f"<{mail.number}@{server.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _said(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return gettext("邮件服务器回答 %(code)s %(said)s", code=code, said=" ".join(text.split())[:100])
