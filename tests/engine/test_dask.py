"""Shards of one run on a Dask cluster of two worker processes on this machine, one of them killed while it works."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster

from scheduling.engine import Index, Plan, Problem, SolveOptions, State, check, read_problem
from scheduling.engine.candidates import Candidates
from scheduling.engine.construct import construct, units_of
from scheduling.engine.large import improve_large
from scheduling.engine.run import Run

pytestmark = pytest.mark.timeout(240)
GENERATOR = Path(__file__).resolve().parents[2] / "benchmarks" / "engine" / "generate.py"
AS_GOOD = 1.01  # results arrive in another order, and what fits then is not the same to the last unit


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """Two worker processes on the loopback, with nannies that start a new one for each that dies."""
    with (
        dask.config.set({"distributed.worker.memory.terminate": False}),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=str(tmp_path / "dask"),
            memory_limit=0,
            silence_logs=50,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    """A county: a few blocks."""
    path = tmp_path / "county.json"
    subprocess.run([sys.executable, str(GENERATOR), "county", str(path)], check=True)
    return read_problem(path)


def improved(problem: Problem, workers: int, executor: Executor | None) -> tuple[int, int, int | None]:
    """Return the cost of the first plan, and cost and bound once all blocks were settled; the plan breaks nothing."""
    state = State(Index(problem))
    units = units_of(state.index)
    construct(Candidates(state), units, lambda: True)
    first = check(problem, Plan(problem.name, state.assignments())).cost
    run = Run(SolveOptions(iterations=1, workers=workers))
    run.cost = first
    improve_large(state, units, run, executor)
    report = check(problem, Plan(problem.name, state.assignments()))
    assert not report.violations
    return first, report.cost, run.bound


class Killer(threading.Thread):
    """Kills one worker process as soon as it works on a shard."""

    def __init__(self, client: Client) -> None:
        super().__init__(daemon=True)
        self._client = client
        self.pids: dict[str, int] = client.run(os.getpid)
        self.killed: int | None = None

    def run(self) -> None:
        """Watch, and kill once."""
        began = time.monotonic()
        while self.killed is None and time.monotonic() - began < 200:
            busy = [name for name, keys in self._client.processing().items() if keys]
            if busy:
                self.killed = self.pids[busy[0]]
                os.kill(self.killed, signal.SIGKILL)
            time.sleep(0.005)


def test_a_worker_that_dies_loses_nothing(client: Client, problem: Problem) -> None:
    first, here, bound = improved(problem, 1, None)
    killer = Killer(client)
    killer.start()
    executor: Executor = client.get_executor(retries=3, pure=False)
    _, there, same_bound = improved(problem, 2, executor)
    assert killer.killed is not None, "nobody was killed"
    assert killer.killed not in client.run(os.getpid).values()
    assert bound == same_bound
    assert here < first
    assert bound is not None and bound <= there <= AS_GOOD * here
