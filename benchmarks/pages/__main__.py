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

from flask import Flask

from benchmarks.pages.data import ask_for_data, loaded
from benchmarks.pages.walk import Timing, walk
from core.db import db
from scheduling.jobs import take_outlooks

ROLES = (
    "organiser", "approver", "evaluator", "instructor", "leader", "manager", "contact", "town", "administrator",
    "security", "auditor",
)  # fmt: skip
"""One login of the demo for each kind of person."""


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
    ask_for_data(parser)
    parser.add_argument("--roles", nargs="+", default=ROLES)
    parser.add_argument(
        "--only", nargs="+", default=[], help="pages whose name begins so, as instructor_pool."
    )
    parser.add_argument("--most", type=int, default=300, help="milliseconds")
    parser.add_argument("--slow", action="store_true", help="print only what is slower")
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


if __name__ == "__main__":
    main()
