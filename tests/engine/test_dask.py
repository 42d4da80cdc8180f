"""Shards of a run on a Dask cluster of two worker processes on this machine, one of them killed while it works."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster

pytestmark = pytest.mark.timeout(120)
SETTINGS = {
    "distributed.worker.memory.terminate": False,
    "distributed.admin.log-format": "%(message)s",
    "distributed.logging.distributed": "critical",
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """Two worker processes on the loopback, with a nanny that starts a new one for each that dies."""
    with (
        dask.config.set(SETTINGS),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=str(tmp_path),
            memory_limit=0,
            silence_logs=50,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def slow_square(n: int, folder: str) -> tuple[int, int]:
    """Note that it was called, take a while, and return the square and the process."""
    (Path(folder) / f"{n}-{os.getpid()}").touch()
    time.sleep(0.3)
    return n * n, os.getpid()


def test_a_worker_that_dies_loses_nothing(client: Client, tmp_path: Path) -> None:
    executor: Executor = client.get_executor(retries=3, pure=False)
    folder = tmp_path / "calls"
    folder.mkdir()
    futures = [executor.submit(slow_square, n, str(folder)) for n in range(10)]
    while len(list(folder.iterdir())) < 4:
        time.sleep(0.01)
    victim = int(max(folder.iterdir(), key=lambda p: p.stat().st_mtime_ns).name.split("-")[1])
    os.kill(victim, signal.SIGKILL)
    found = [future.result(timeout=60) for future in futures]
    assert [square for square, _ in found] == [n * n for n in range(10)]
    assert len(list(folder.iterdir())) > 10  # what died was done again
