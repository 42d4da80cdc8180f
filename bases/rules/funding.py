"""Money: whole fen inside, yuan with two decimals on paper."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

MOST_FEN = 10**12
"""Ten thousand million yuan."""


def in_yuan(fen: int) -> Decimal:
    """Yuan with two decimals, for cells of a list or a workbook."""
    return Decimal(fen).scaleb(-2)


def yuan_text(fen: int) -> str:
    """`1,234.50`."""
    return f"{in_yuan(fen):,.2f}"


def read_yuan(raw: str) -> int | None:
    """Fen of an amount typed in yuan, `1234.5` or `1,234.50`; None for what is no positive amount of whole fen."""
    text = raw.replace(",", "").replace("，", "").strip()
    if not text or len(text) > 16:
        return None
    try:
        fen = Decimal(text) * 100
    except InvalidOperation:
        return None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen <= MOST_FEN:
        return None
    return int(fen)
