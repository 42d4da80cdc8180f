"""What group robots want to be sent: addresses, signatures and shapes, as their makers document them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.outgoing import Door
from notifications.enums import Channel

HOSTS: Mapping[Channel, str] = {
    Channel.WECOM: "qyapi.weixin.qq.com",
    Channel.DINGTALK: "oapi.dingtalk.com",
    Channel.FEISHU: "open.feishu.cn",
}
MOST_BYTES: Mapping[Channel, int] = {Channel.WECOM: 2048, Channel.DINGTALK: 18_000, Channel.FEISHU: 18_000}
CUT = "…"


def door(own: Iterable[str] = ()) -> Door:
    """Where robots may be: at the makers' own hosts, and at those that whoever runs the application has named."""
    return Door(frozenset(HOSTS.values()), frozenset(own))


@dataclass(frozen=True, slots=True)
class Post:
    """A request to a robot."""

    url: str
    payload: Mapping[str, Any]


def post_of(channel: Channel, url: str, secret: str, text: str, seconds: int) -> Post:
    """A text for a robot, signed with its secret where it has one; `seconds` is the real Unix time."""
    said = shortened(text, MOST_BYTES[channel])
    if channel is Channel.FEISHU:
        signed = {"timestamp": str(seconds), "sign": _feishu(secret, seconds)} if secret else {}
        return Post(url, {**signed, "msg_type": "text", "content": {"text": said}})
    if channel is Channel.DINGTALK and secret:
        stamp = seconds * 1000
        query = urlencode({"timestamp": stamp, "sign": _dingtalk(secret, stamp)})
        url = f"{url}{'&' if '?' in url else '?'}{query}"
    return Post(url, {"msgtype": "text", "text": {"content": said}})


def _dingtalk(secret: str, stamp: int) -> str:
    return _mac(secret, f"{stamp}\n{secret}")


def _feishu(secret: str, seconds: int) -> str:
    """Feishu takes stamp and secret as the key, and signs nothing with it."""
    return _mac(f"{seconds}\n{secret}", "")


def _mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def shortened(text: str, most: int) -> str:
    """At most `most` bytes of UTF-8, never half a character."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: most - len(CUT.encode())].decode(errors="ignore") + CUT


def complaint(body: str) -> str:
    """What a robot complains of; empty when it took the message. They all answer 200 with a code within."""
    try:
        answer = json.loads(body)
    except ValueError:
        return body[:120] or "?"
    if not isinstance(answer, dict):
        return body[:120]
    code = next((answer[name] for name in ("errcode", "code", "StatusCode") if name in answer), None)
    said = str(answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or "")
    return "" if code == 0 else f"{code} {said}".strip()[:160]
