"""How `./run web` and `./run demo` serve: a few processes with threads, on loopback behind a reverse proxy."""

import gc
import os
from typing import Any

from core.db import db

wsgi_app = "app:create_app()"
bind = f"{os.environ.get('JIANGTAI_HOST', '127.0.0.1')}:{os.environ.get('JIANGTAI_PORT', '8000')}"
workers = int(os.environ.get("JIANGTAI_WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True
# The application is built once and its processes forked from it: half the start-up time on a small machine.
preload_app = True
# Heart-beat files on a real disk can stall a worker long enough to be killed.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  (gunicorn makes its own file there)


def pre_fork(server: Any, _worker: Any) -> None:
    """Close the builder's database connections: neither SQLite's locks nor a socket survive a fork.

    What was built stays to the end: looking for garbage in it would stop a request for a quarter of a second.
    """
    with server.app.wsgi().app_context():
        db.session.remove()
        db.engine.dispose()
    gc.collect()
    gc.freeze()
