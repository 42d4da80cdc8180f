"""A hall answers within a minute: over HTTP, on two nodes at once, every phone twice, and all count once."""

from __future__ import annotations

import http.client
import multiprocessing
import re
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.serving import make_server

from core import clock
from core.db import db, session, transaction
from evaluations.models import FeedbackRound, FeedbackTicket, TraineeAnswer
from tests.browser.conftest import free_port
from tests.conftest import NOW, SOAK, migrated
from tests.evaluations.test_feedback import BEST, opened
from tests.factories.county import build_county

pytestmark = pytest.mark.soak
PHONES = 500 if SOAK else 40
AT_ONCE = 24
SECONDS = 60


def serve(app: Flask, port: int, ready: Event) -> None:
    """A node with threads; forked, so that it knows the test's clock and keys."""
    with app.app_context():
        db.engine.dispose(close=False)
    server = make_server("127.0.0.1", port, app, threaded=True)
    ready.set()
    server.serve_forever()


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, str]:
    """A database of its own with one open round, large enough for the hall."""
    app = migrated(tmp_path, request.param)
    clock.start_at(NOW, since=clock.instant())
    with app.app_context():
        with transaction():
            county = build_county()
        found = opened(county)
        code, round_id = found.code, found.id
        with transaction():
            session().execute(
                update(FeedbackRound).where(FeedbackRound.id == round_id).values(most=PHONES + 50)
            )
        db.session.remove()
        db.engine.dispose()
    return app, code


def request(port: int, method: str, path: str, cookies: str, body: str = "") -> http.client.HTTPResponse:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    headers = {"Cookie": cookies} | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
    line.request(method, path, body, headers)
    return line.getresponse()


def answer(ports: tuple[int, int], code: str, n: int) -> list[int]:
    """One phone: it opens the page and, on a bad line, sends its answer to both nodes at once and once more."""
    page = request(ports[n % 2], "GET", f"/s/{code}", "")
    jar = "; ".join(line.split(";")[0] for line in page.headers.get_all("Set-Cookie") or [])
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert page.status == 200 and token, page.status
    body = urlencode(BEST | {"csrf_token": token[1]})
    with ThreadPoolExecutor(2) as twice:
        sent = [twice.submit(request, port, "POST", f"/s/{code}", jar, body) for port in ports]
        found = [each.result().status for each in sent]
    return [*found, request(ports[0], "POST", f"/s/{code}", jar, body).status]


def test_everybody_in_the_hall_counts_once(hall: tuple[Flask, str]) -> None:
    app, code = hall
    fork = multiprocessing.get_context("fork")
    ports = (free_port(), free_port())
    nodes = []
    for port in ports:
        ready = fork.Event()
        nodes.append(fork.Process(target=serve, args=(app, port, ready), daemon=True))
        nodes[-1].start()
        assert ready.wait(60)
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as people:
            statuses = [
                s for found in people.map(lambda n: answer(ports, code, n), range(PHONES)) for s in found
            ]
        took = time.monotonic() - began
    finally:
        for node in nodes:
            node.terminate()
            node.join()
    with app.app_context():
        counted = session().scalar(select(func.count()).select_from(TraineeAnswer))
        used = session().scalar(select(func.count()).select_from(FeedbackTicket))
        db.session.remove()
        db.engine.dispose()
    print(f"\n{PHONES} phones, {len(statuses)} posts on two nodes in {took:.1f} s, {counted} counted")
    assert set(statuses) == {303}, "sent twice, it is thanked for twice"
    assert (counted, used) == (PHONES, PHONES)
    assert not SOAK or took < SECONDS
