"""Requests that leave the application: only over HTTPS, only to hosts on a list, never into the local network.

The address is looked up once and checked, and the connection goes to what was checked, so that a name that changes
its mind in between (DNS rebinding) gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext

SECONDS = 10.0
MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Door:
    """Where requests may go: `hosts` on the open internet, and `own` ones (`host` or `host:port`) that whoever runs
    the application has named, wherever they are."""

    hosts: frozenset[str]
    own: frozenset[str] = frozenset()

    def lets(self, place: str) -> bool:
        """Whether a host (with its port unless 443) is on a list."""
        return place in self.hosts or place in self.own


class NotSent(Exception):
    """It did not go out, or nobody said that it arrived. `is_final`: trying again would not help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


def place_of(url: str) -> str:
    """`host`, or `host:port` where the port is another than 443; empty for what is no plain https address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or parts.fragment:
        return ""
    if not url.isascii() or any(c.isspace() or ord(c) < 32 for c in url):
        return ""
    return parts.hostname if port in (None, 443) else f"{parts.hostname}:{port}"


def refusal(url: str, door: Door) -> str:
    """Why nothing is sent to an address, in words; empty when it may be."""
    place = place_of(url)
    if not place:
        return gettext("地址要以 https:// 开头，不带用户名和空格。")
    if not door.lets(place):
        return gettext("不能向 %(host)s 发送：不在允许的地址里。", host=place)
    return ""


def post_json(url: str, payload: Mapping[str, Any], door: Door) -> str:
    """Post JSON and give back the body of a 200; NotSent for everything else."""
    why = refusal(url, door)
    if why:
        raise NotSent(why, is_final=True)
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    address = _looked_up(host, port, is_own=place_of(url) in door.own)
    body = json.dumps(payload, ensure_ascii=False).encode()
    connection = _Pinned(host, port, address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
        answer = connection.getresponse()
        text = answer.read(MOST_BYTES).decode(errors="replace")
    except (OSError, HTTPException) as error:
        raise NotSent(gettext("连接不上 %(host)s：%(why)s", host=host, why=_said(error))) from error
    finally:
        connection.close()
    if answer.status != 200:
        sentence = gettext("%(host)s 回答 %(status)s", host=host, status=answer.status)
        raise NotSent(sentence, is_final=answer.status in (400, 401, 403, 404, 410))
    return text


def _looked_up(host: str, port: int, *, is_own: bool) -> str:
    """One address of the host; NotSent when any of them is not on the open internet, unless the host is one's own."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise NotSent(gettext("找不到主机 %(host)s。", host=host)) from error
    if not is_own and not all_public(found):
        raise NotSent(gettext("%(host)s 指向内部网络，没有发送。", host=host), is_final=True)
    return found[0]


def all_public(addresses: Collection[str]) -> bool:
    """Whether all addresses, at least one, are on the open internet."""
    known = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    return bool(known) and all(a.is_global and not a.is_multicast for a in known)


def _said(error: Exception) -> str:
    return str(error)[:100] or type(error).__name__


class _Pinned(HTTPSConnection):
    """Connects to an address that was checked, and proves the name of the host by its certificate."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
