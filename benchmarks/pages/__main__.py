"""``python -m benchmarks.pages``: server time of every page, in a pool as large as a province's.

Each role of the demo follows the links of its pages; of every page the first few addresses are asked for, and of lists
every order, every filter and the last page besides. The table has the slowest address of each page: ``ms`` is the best
of three requests in one process, ``sql`` the statements of one. The command fails when a page is slower than ``--most``.
``--instance FOLDER`` keeps the data for the next time; with ``DATABASE_URL`` it goes into that (empty) database.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.settings import from_environment
from benchmarks.pages.province import Size, fill
from benchmarks.pages.walk import Timing, walk
from core.db import db, refresh_statistics, transaction
from scheduling.jobs import take_outlooks

ROLES = (
    "organiser", "approver", "evaluator", "instructor", "leader", "manager", "contact", "town", "administrator",
    "security", "auditor",
)  # fmt: skip
"""One login of the demo for each kind of person."""
COUNTED = (
    "instructor", "session", "teaching_base", "visit", "booking", "unit_order", "trainee", "enrolment", "outbox_message",
)  # fmt: skip


def main() -> None:
    """Make the data, walk, print."""
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JIANGTAI_INSTANCE"] = str(given.instance or folder)
        app = loaded(given)
        slow = 0
        _keep_up(app)
        print(f"| {'role':13} | {'page':34} | {'ms':>6} | over | {'sql':>4} | {'kB':>5} | slowest address")
        for role in given.roles:
            for timing in walk(app, role, given.only):
                slow += timing.milliseconds > given.most
                if timing.milliseconds > (given.most if given.slow else 0):
                    print(_line(role, timing, given.most), flush=True)
    sys.exit(f"{slow} pages took more than {given.most} ms" if slow else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--bases", type=int, default=5_000)
    parser.add_argument("--bookings", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--roles", nargs="+", default=ROLES)
    parser.add_argument(
        "--only", nargs="+", default=[], help="pages whose name begins so, as instructor_pool."
    )
    parser.add_argument("--most", type=int, default=300, help="milliseconds")
    parser.add_argument("--slow", action="store_true", help="print only what is slower")
    parser.add_argument("--instance", type=Path)
    return parser.parse_args()


def _line(role: str, timing: Timing, most: int) -> str:
    over = "over" if timing.milliseconds > most else ""
    return (
        f"| {role:13} | {timing.page:34} | {timing.milliseconds:6.0f} | {over:4} | {timing.statements:4} | "
        f"{timing.kilobytes:5.0f} | {timing.address}"
    )


def _keep_up(app: Flask) -> None:
    """What the worker does when much has changed: the forecast of duties is reckoned anew."""
    began = time.process_time()
    with app.app_context():
        take_outlooks()
        db.session.remove()
    print(f"forecast of duties reckoned in {time.process_time() - began:.1f} s", flush=True)


def loaded(given: argparse.Namespace) -> Flask:
    """The demo, and then so many people, sessions, bases and bookings, unless they are there from last time."""
    app = create_app(from_environment())
    answer = app.test_cli_runner().invoke(args=["demo", "prepare"])
    if answer.exception:
        raise answer.exception
    with app.app_context():
        with db.engine.begin() as connection:
            if (connection.scalar(text("SELECT count(*) FROM instructor")) or 0) < given.people:
                began = time.monotonic()
                fill(
                    connection,
                    Size(
                        given.people,
                        given.sessions,
                        given.bases,
                        given.bookings,
                        given.orders,
                        given.messages,
                    ),
                )
                print(f"filled in {time.monotonic() - began:.0f} s", flush=True)
            counts = {
                name: connection.scalar(text(f"SELECT count(*) FROM {name}"))  # noqa: S608  (constants)
                for name in COUNTED
            }
            print(" · ".join(f"{name} {count}" for name, count in counts.items()), flush=True)
        # As the worker does every night.
        with transaction():
            refresh_statistics()
        db.session.remove()
        db.engine.dispose()
    return create_app(from_environment())


if __name__ == "__main__":
    main()
