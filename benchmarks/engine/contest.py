"""One rival on one file, in a process of its own: its plan checked by the engine's checker, its time and memory measured."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from scheduling.engine import BadFile, Problem, check, read_plan

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ROOT / ".venv-bench" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PATIENCE = 300  # seconds beyond twice its time that a rival gets to load, build its model and write
LOOK_EVERY = 0.25


@dataclass(frozen=True)
class Rival:
    """A solver of the comparison; a foreign one runs in ``.venv-bench``."""

    name: str
    module: str
    is_foreign: bool = False
    takes_seconds: bool = True


RIVALS = {
    rival.name: rival
    for rival in (
        Rival("ours", "ours"),
        Rival("greedy", "greedy", takes_seconds=False),
        Rival("cpsat", "cpsat", is_foreign=True),
        Rival("timefold", "timefold", is_foreign=True),
    )
}


@dataclass(frozen=True)
class Outcome:
    """What came of it; ``note`` says why there is no plan. Seconds are those from the loaded problem to the end."""

    rival: str
    note: str = ""
    cost: int | None = None
    unassigned: int = 0
    bound: int | None = None
    seconds: float = 0.0
    processor_seconds: float = 0.0
    megabytes: int = 0


def run(rival: Rival, path: Path, problem: Problem, seconds: float, seed: int) -> Outcome:
    """Let a rival solve the problem in a file."""
    if rival.is_foreign and not FOREIGN.exists():
        return Outcome(rival.name, "not installed: ./run bench brings it")
    with tempfile.TemporaryDirectory() as folder:
        plan_path = Path(folder) / "plan.json"
        command = [
            str(FOREIGN) if rival.is_foreign else sys.executable,
            *("-m", f"benchmarks.engine.rivals.{rival.module}", str(path), str(plan_path)),
            *("--seconds", str(seconds), "--seed", str(seed)),
        ]
        code, said, usage = _measured(command, 2 * seconds + PATIENCE)
        if code != 0:
            return Outcome(rival.name, (said.strip().splitlines() or [f"ended with {code}"])[-1][:60])
        try:
            plan = read_plan(plan_path)
        except BadFile as error:
            return Outcome(rival.name, str(error))
    report = check(problem, plan)
    if not report.is_right:
        fault = next(iter([*map(str, report.violations), *report.claims_wrong]))
        return Outcome(rival.name, f"not valid: {fault}"[:60])
    return Outcome(
        rival.name,
        cost=report.cost,
        unassigned=report.cost_parts["unassigned"],
        bound=plan.bound,
        seconds=plan.seconds,
        processor_seconds=usage[0],
        megabytes=usage[1],
    )


def _measured(command: list[str], patience: float) -> tuple[int, str, tuple[float, int]]:
    """Run a command; return its exit code, its last words, and the processor seconds and peak megabytes of its whole family."""
    with tempfile.TemporaryFile("w+") as words:
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=words)  # noqa: S603 - our own
        ends, peak, done = time.monotonic() + patience, 0, 0
        while not done:
            time.sleep(LOOK_EVERY)
            peak = max(peak, _family_kilobytes(child.pid))
            if time.monotonic() > ends:
                child.kill()
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
        child.returncode = os.waitstatus_to_exitcode(status)
        words.seek(0)
        said = words.read()
    own = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return child.returncode, said, (usage.ru_utime + usage.ru_stime, max(peak, own) // 1024)


def _family_kilobytes(pid: int) -> int:
    """Return the memory of a process and all below it, shared pages counted once; 0 where /proc does not say."""
    total, left = 0, [pid]
    while left:
        folder = Path("/proc") / str(left.pop())
        try:
            for task in (folder / "task").iterdir():
                left += map(int, (task / "children").read_text().split())
            lines = (folder / "smaps_rollup").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total
