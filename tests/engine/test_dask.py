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

from scheduling.engine import Plan, Problem, SolveOptions, solve
from tests.engine.problems import random_problem

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


def solve_noted(problem: Problem, seed: int, folder: str) -> Plan:
    """Note which process begins with which seed, and solve."""
    (Path(folder) / f"{seed}-{os.getpid()}").touch()
    return solve(problem, SolveOptions(iterations=600, seed=seed))


def _kill_one_at_work(folder: Path, after: int) -> None:
    """Kill the process that began last, once so many shards have begun."""
    while len(list(folder.iterdir())) < after:
        time.sleep(0.01)
    newest = max(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    os.kill(int(newest.name.split("-")[1]), signal.SIGKILL)


def test_a_worker_that_dies_loses_nothing(client: Client, tmp_path: Path) -> None:
    problem = random_problem(2, sessions=8)
    here = [solve(problem, SolveOptions(iterations=600, seed=seed)) for seed in range(6)]
    folder = tmp_path / "begun"
    folder.mkdir()
    executor: Executor = client.get_executor(retries=3, pure=False)
    futures = [executor.submit(solve_noted, problem, seed, str(folder)) for seed in range(6)]
    _kill_one_at_work(folder, after=3)
    there = [future.result(timeout=60) for future in futures]
    assert [plan.assignments for plan in there] == [plan.assignments for plan in here]
    assert [plan.cost for plan in there] == [plan.cost for plan in here]
    assert len(list(folder.iterdir())) > len(futures), "what died was begun again"
