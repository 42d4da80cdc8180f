"""Web plumbing without a domain word: assets of the built front end, security headers, safe redirects."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

from core import when
from core.words import labelled

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:{images}; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


@lru_cache(maxsize=1)
def _manifest(path: str) -> dict[str, str]:
    file = Path(path)
    return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}


def row_number(raw: str | int | None) -> int | None:
    """The id or version of a row that a browser sent; None for what no row can have.

    A form's field has the number itself where the browser left it out.
    """
    text = "" if raw is None else str(raw)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def row_numbers(raws: Iterable[str]) -> list[int]:
    """Those of the ticked rows that are numbers at all, in order."""
    return [number for number in map(row_number, raws) if number is not None]


class RowId(IntegerConverter):
    """`<int:…>` in an address: a number no row can have is no page, and never reaches the database."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", 2**31 - 1)
        super().__init__(map, *args, **kwargs)


def install(app: Flask) -> None:
    """Asset addresses for templates, and the headers every answer carries."""
    manifest = Path(app.static_folder or "static") / "dist" / "manifest.json"

    def asset(name: str) -> str:
        return url_for("static", filename=f"dist/{_manifest(str(manifest)).get(name, name)}")

    tiles = urlsplit(app.config.get("MAP_TILES", ""))
    policy = POLICY.format(images=f" {tiles.scheme}://{tiles.netloc}" if tiles.netloc else "")
    app.url_map.converters["int"] = RowId
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals.update(
        clock_text=when.clock_text,
        day_text=when.day_text,
        labelled=labelled,
        days_text=when.days_text,
        hours_text=when.hours_text,
        moment_text=when.moment_text,
        span_text=when.span_text,
    )

    @app.before_request
    def _plain_text() -> None:
        # PostgreSQL keeps no NUL in text, and nobody types one.
        sent = (
            text for values in (request.args, request.form) for many in values.listvalues() for text in many
        )
        if any("\x00" in text for text in sent):
            raise BadRequest

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        return response


def safe_next(target: str | None, fallback: str) -> str:
    """`target` when it stays on this site, else `fallback`: no open redirect."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return fallback
    parts = urlsplit(target)
    return fallback if parts.scheme or parts.netloc else target


def is_htmx() -> bool:
    """Whether the request wants a fragment."""
    return request.headers.get("HX-Request") == "true"
