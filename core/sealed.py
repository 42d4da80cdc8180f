"""Personal data at rest: AES-GCM with a key id, bound to its row; blind indexes for look-ups."""

from __future__ import annotations

import hashlib
import hmac
import os
from secrets import token_hex
from typing import Any, overload

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

_keys: dict[str, bytes] = {}
_current = ""


def use_keys(keys: dict[str, bytes], current: str) -> None:
    """Install the data keys (32 bytes each) by id; `current` seals new values, all can open."""
    global _current
    _keys.clear()
    _keys.update(keys)
    _current = current


def _derived(purpose: str, key: bytes) -> bytes:
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def seal(text: str, binding: str) -> str:
    """Encrypt `text` so that it opens only with the same `binding` (row and column)."""
    nonce = os.urandom(12)
    box = AESGCM(_derived("seal", _keys[_current])).encrypt(nonce, text.encode(), binding.encode())
    return f"{_current}:{(nonce + box).hex()}"


def unseal(box: str, binding: str) -> str:
    """Decrypt what `seal` made; raises InvalidTag when row or column differ."""
    key_id, _, body = box.partition(":")
    raw = bytes.fromhex(body)
    return AESGCM(_derived("seal", _keys[key_id])).decrypt(raw[:12], raw[12:], binding.encode()).decode()


def seal_bytes(data: bytes, binding: str) -> bytes:
    """The same for a file: key id, colon, nonce and box."""
    nonce = os.urandom(12)
    box = AESGCM(_derived("seal", _keys[_current])).encrypt(nonce, data, binding.encode())
    return _current.encode() + b":" + nonce + box


def unseal_bytes(box: bytes, binding: str) -> bytes:
    """Open what `seal_bytes` made."""
    key_id, _, body = box.partition(b":")
    return AESGCM(_derived("seal", _keys[key_id.decode()])).decrypt(body[:12], body[12:], binding.encode())


def blind(value: str, purpose: str) -> str:
    """Keyed digest of a normalised value: equal values meet, nothing can be read back."""
    first = _keys[min(_keys)]
    return hmac.new(
        _derived(f"blind:{purpose}", first), value.strip().upper().encode(), hashlib.sha256
    ).hexdigest()


def signing_key(purpose: str) -> bytes:
    """A key of its own for signatures of one purpose; it stays when a newer data key is added."""
    return _derived(f"sign:{purpose}", _keys[min(_keys)])


class Sealing:
    """Mixin giving a row the random key its sealed fields are bound to."""

    row_key: Mapped[str] = mapped_column(String(32), default=lambda: token_hex(16))

    def bound_key(self) -> str:
        """The row key, made before the first flush when a sealed field is set early."""
        if not self.row_key:
            self.row_key = token_hex(16)
        return self.row_key


class SealedText:
    """Descriptor over a `<name>_sealed` column: reads and writes plain text, stores a sealed box.

    With `blind_index` it also keeps `<name>_blind` for equality look-ups.
    """

    def __init__(self, *, blind_index: bool = False) -> None:
        self.blind_index = blind_index

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> SealedText: ...
    @overload
    def __get__(self, row: Sealing, owner: type) -> str | None: ...
    def __get__(self, row: Sealing | None, owner: type) -> SealedText | str | None:
        if row is None:
            return self
        box = getattr(row, f"{self.name}_sealed")
        return unseal(box, f"{self.name}:{row.bound_key()}") if box else None

    def __set__(self, row: Any, text: str | None) -> None:
        if self.__get__(row, type(row)) == (text or None):
            return
        setattr(row, f"{self.name}_sealed", seal(text, f"{self.name}:{row.bound_key()}") if text else None)
        if self.blind_index:
            setattr(row, f"{self.name}_blind", blind(text, self.name) if text else None)


def mask_phone(phone: str | None) -> str:
    """`138****5678`; landlines keep their last four digits; empty for None."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-4:]}"


def mask_id_number(number: str | None) -> str:
    """`110***********4578`; empty for None."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if number and len(number) > 7 else ""
