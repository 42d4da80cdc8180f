"""QR codes for pages and paper."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup


def picture(address: str, scale: int = 6) -> Markup:
    """The address as an inline SVG QR code; the strict policy allows no styles in it."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn,
        kind="svg",
        scale=scale,
        border=3,
        light="#fff",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
    )
    # Drawn by segno from an address made here: no text of anybody's is in it.
    return Markup(drawn.getvalue().decode())  # noqa: S704
