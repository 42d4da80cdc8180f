"""``python -m benchmarks.boards``: server time of the boards and of candidates, with 100 000 sessions and 20 000 instructors.

In the busiest week still to come: the boards of classes, of instructors and of bases as pages and as an open page asks for them again,
and for some of its sessions the candidates and the cells a session may go to. ``ms`` is the median of five requests in one
process, with nothing kept from before, ``best`` the quickest; ``most`` is what is promised. The command fails when a median
is over it. The data is that of ``python -m benchmarks.pages``; ``--instance FOLDER`` keeps it for the next time.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from benchmarks.pages.data import ask_for_data, loaded
from benchmarks.pages.walk import signed_in
from core import clock
from core.db import db, session
from courses.enums import Method
from scheduling.models import Session
from scheduling.queries.classes import IS_LIVE
from scheduling.snapshots.kept_desks import forget

BOARD, CANDIDATES = 500, 200
"""Milliseconds promised."""
SESSIONS = 8
TIMES = 5


def main() -> None:
    """Make the data, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask_for_data(parser)
    given = parser.parse_args()
    over = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JIANGTAI_INSTANCE"] = str(given.instance or folder)
        app = loaded(given)
        browser = signed_in(app, "organiser")
        monday, ids = _busiest(app)
        gc.collect()
        gc.freeze()  # as gunicorn.conf.py does
        print(f"the machine's load is {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print(f"| {'what':34} | {'ms':>6} | {'best':>6} | most | {'kB':>5} |")
        for what, address, most in _questions(monday, ids):
            milliseconds, kilobytes = _asked(app, browser, address)
            median = statistics.median(milliseconds)
            over += median > most
            best = min(milliseconds)
            print(f"| {what:34} | {median:6.0f} | {best:6.0f} | {most:4} | {kilobytes:5.0f} |", flush=True)
    sys.exit(f"{over} figures are over" if over else 0)


def _busiest(app: Flask) -> tuple[str, list[int]]:
    """The Monday of the week to come with most sessions, and some of its sessions that may still be placed."""
    weeks: defaultdict[date, list[int]] = defaultdict(list)
    ahead = select(Session.id, Session.start).where(
        Session.start > clock.now(), IS_LIVE, Session.method != Method.ON_SITE
    )
    with app.app_context():
        for session_id, start in session().execute(ahead.order_by(Session.id)):
            day = start.date() if start else clock.today()
            weeks[day - timedelta(days=day.weekday())].append(session_id)
        session().rollback()
    monday, ids = max(weeks.items(), key=lambda week: len(week[1]))
    return f"{monday}", ids[:: max(1, len(ids) // SESSIONS)][:SESSIONS]


def _questions(monday: str, ids: list[int]) -> list[tuple[str, str, int]]:
    boards = [
        (f"board of {kind}, a week", f"/scheduling/boards/{kind}?first={monday}", BOARD)
        for kind in ("classes", "instructors", "bases")
    ]
    boards.append(("board of bases, its month", f"/scheduling/bases/month?month={monday[:7]}", BOARD))
    people = [(f"candidates of session {n}", f"/scheduling/sessions/{n}/candidates", CANDIDATES) for n in ids]
    cells = [
        (f"{what} of session {n}", f"/scheduling/sessions/{n}/places?board={kind}&first={monday}", BOARD)
        for kind, what in (("classes", "half-days"), ("bases", "bases and days"))
        for n in ids[:2]
    ]
    return [*boards, *people, *cells]


def _asked(app: Flask, browser: FlaskClient, address: str) -> tuple[list[float], float]:
    """Milliseconds of each of some requests, and the size of the answer."""
    found: list[float] = []
    size = 0
    # SQLite works in this very process: its processor time is the page's, however busy the machine is otherwise.
    with app.app_context():
        now = time.process_time if db.engine.dialect.name == "sqlite" else time.perf_counter
    browser.get(address)  # compiles what the page needs
    for _ in range(TIMES):
        forget()
        began = now()
        answer = browser.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
        found.append((now() - began) * 1000)
        size = len(answer.get_data())
    return found, size / 1024


if __name__ == "__main__":
    main()
