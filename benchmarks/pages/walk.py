"""Asks for every page that a role reaches by links, and takes the time."""

from __future__ import annotations

import re
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.exceptions import HTTPException

from app.demo.people import PASSWORD
from core.db import db

TIMES = 3
PLACES = 3
"""How many addresses of one page are asked for that differ in their numbers."""
CHOICES = 2
"""How many values of one filter."""
HREF = re.compile(r'<a\b[^>]*?\bhref="([^"#]+)"')
LAZY = re.compile(r'\bhx-get="([^"]+)"')
SELECT = re.compile(r'<form class="filters".*?</form>', re.DOTALL)
OPTIONS = re.compile(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
VALUE = re.compile(r'<option value="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Timing:
    """The slowest address of a page: milliseconds (without end when it breaks), statements, size of the answer."""

    page: str
    address: str
    milliseconds: float
    statements: int
    kilobytes: float


def walk(app: Flask, login: str, only: Sequence[str]) -> list[Timing]:
    """Everything `login` reaches, the slowest address of each page, by name; `only` are beginnings of names.

    Begins from every address without a number in it: what only a to-do or a message leads to is reached as well.
    """
    client = signed_in(app, login)
    begin = [
        rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    waiting, known = deque(begin), set(begin)
    asked: defaultdict[tuple[str, ...], int] = defaultdict(int)
    slowest: dict[str, Timing] = {}
    while waiting:
        address = waiting.popleft()
        page = _page(app, address)
        if not page:
            continue
        if only and not page.startswith(tuple(only)):
            continue
        kind, most = _kind(page, address)
        if asked[kind] >= most:
            continue
        asked[kind] += 1
        found, body = timed(app, client, page, address)
        if found is not None and (page not in slowest or slowest[page].milliseconds < found.milliseconds):
            slowest[page] = found
        for link in _links(address, body):
            if link not in known:
                known.add(link)
                waiting.append(link)
    return [slowest[name] for name in sorted(slowest) if not only or name.startswith(tuple(only))]


def signed_in(app: Flask, login: str) -> FlaskClient:
    """A browser of one of the demo's people."""
    client = app.test_client()
    token = TOKEN.search(client.get("/sign-in").get_data(as_text=True))
    form = {"login": login, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    if client.post("/sign-in", data=form).status_code != 302:
        raise SystemExit(f"{login} cannot sign in")
    return client


def _page(app: Flask, address: str) -> str:
    """Which page an address belongs to; nothing for files, exports and what is not ours."""
    parts = urlsplit(address)
    if parts.netloc or "export=" in parts.query or "." in parts.path.rsplit("/", 1)[-1]:
        return ""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(parts.path)
    except HTTPException:
        return ""
    return "" if endpoint == "static" else str(endpoint)


def _kind(page: str, address: str) -> tuple[tuple[str, ...], int]:
    """What counts as the same, and how often it is asked for: each order once, each filter some times."""
    query = parse_qsl(urlsplit(address).query)
    if not query:
        return (page,), PLACES
    if len(query) > 1:
        return (page, "several"), 1
    name, value = query[0]
    return ((page, name, value), 1) if name == "sort" else ((page, name), CHOICES)


def timed(app: Flask, client: FlaskClient, page: str, address: str) -> tuple[Timing | None, str]:
    """The best of some requests with its statements and the page; nothing for what is no page."""
    best, statements, body, counted = float("inf"), 0, b"", [0]

    def count(*_arguments: object) -> None:
        counted[0] += 1

    with app.app_context():
        engine = db.engine
    # SQLite works in this very process: its processor time is the page's, however busy the machine is otherwise.
    now = time.process_time if engine.dialect.name == "sqlite" else time.perf_counter
    event.listen(engine, "before_cursor_execute", count)
    for n in range(TIMES):
        counted[0], began = 0, now()
        answer = client.get(address)
        best, statements = min(best, now() - began), counted[0]
        if answer.status_code >= 500:
            best = float("inf")
            break
        if answer.status_code != 200 or not answer.mimetype.startswith("text/html"):
            best = 0
            break
        body = answer.get_data()
        if best > 1 and n:  # the first also reads templates and fills what is kept
            break
    event.remove(engine, "before_cursor_execute", count)
    if not best:
        return None, ""
    return Timing(page, address, best * 1000, statements, len(body) / 1024), body.decode()


def _links(address: str, body: str) -> Iterator[str]:
    """Where a page leads: its links, what it loads later, and its filters."""
    for href in (*HREF.findall(body), *LAZY.findall(body)):
        yield urljoin(address, unescape(href))
    for form in SELECT.findall(body):
        for name, options in OPTIONS.findall(form):
            for value in VALUE.findall(options)[:CHOICES]:
                yield f"{urlsplit(address).path}?{name}={value}"
        yield f"{urlsplit(address).path}?q=wang"
        yield f"{urlsplit(address).path}?q=%E5%BC%A0%20%E5%B1%80"
