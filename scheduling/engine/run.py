"""What steers one run: options, progress, the clock that stops it, and its log."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from scheduling.engine.model import Plan

REPORT_EVERY = 0.25  # seconds between two calls of progress


@dataclass(frozen=True)
class SolveOptions:
    """How long and how to search. ``iterations`` replaces the clock, so that a run can be repeated exactly."""

    seconds: float = 60
    iterations: int | None = None
    seed: int = 1
    workers: int = 2
    start: Plan | None = None


@dataclass(frozen=True)
class Progress:
    """Where a run is: cost of the best plan so far and the best proven bound, where known."""

    phase: str
    cost: int | None
    bound: int | None
    elapsed: float


@dataclass
class Run:
    """The clock and the notebook of one run."""

    options: SolveOptions
    progress: Callable[[Progress], bool] | None = None
    phase: str = "construct"
    cost: int | None = None
    bound: int | None = None
    log: list[str] = field(default_factory=list)
    is_cancelled: bool = False
    reserve: float = 0.0  # seconds kept for what comes after the search
    began: float = field(default_factory=time.perf_counter)
    parent: "Run | None" = None
    _told: float = float("-inf")

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self.began

    @property
    def left(self) -> float:
        """Seconds that are left; without a clock, more than anyone needs."""
        if self.options.iterations is not None:
            return float("inf")
        return self.options.seconds - self.reserve - self.elapsed

    def go_on(self) -> bool:
        """Tell progress now and then, and return whether to go on."""
        elapsed = self.elapsed
        if self.parent is not None:
            return self.parent.go_on() and self.left > 0
        if self.progress is not None and not self.is_cancelled and elapsed - self._told >= REPORT_EVERY:
            self._told = elapsed
            self.is_cancelled = not self.progress(Progress(self.phase, self.cost, self.bound, elapsed))
        return not self.is_cancelled and self.left > 0

    def part(self, seconds: float) -> "Run":
        """Return a run of its own within this one, for at most so many seconds."""
        return Run(replace(self.options, seconds=min(seconds, max(0.0, self.left))), parent=self)

    def enter(self, phase: str) -> None:
        """Begin a phase and tell progress at once."""
        self.phase, self._told = phase, float("-inf")
        self.go_on()

    def note(self, text: str) -> None:
        """Add a line to the log."""
        self.log.append(f"{self.elapsed:.1f} s: {text}" if self.options.iterations is None else text)
