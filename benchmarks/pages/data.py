"""A large pool to measure in: the demo, and then as much more of it as is asked for."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.settings import from_environment
from benchmarks.pages.province import Size, fill
from core.db import db, refresh_statistics, transaction

COUNTED = (
    "instructor", "session", "teaching_base", "visit", "booking", "unit_order", "trainee", "enrolment", "outbox_message",
)  # fmt: skip


def ask_for_data(parser: argparse.ArgumentParser) -> None:
    """Arguments that say how much data there is to be, and where it is kept."""
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--bases", type=int, default=5_000)
    parser.add_argument("--bookings", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--instance", type=Path)


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
