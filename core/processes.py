"""Long calculations in a process of their own: news comes back, a stop goes in, the caller's thread stays in charge."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from typing import Generic, TypeVar

T = TypeVar("T")
EVERY = 0.5  # seconds between two looks at the news


class Line:
    """The calculation's end: `tell` sends news and answers whether to go on. Lives in the child only."""

    news: Queue[tuple[int, object]]
    wanted: Synchronized[int]
    number: int = 0

    @classmethod
    def tell(cls, news: object) -> bool:
        """Send something picklable to the parent; False once the parent no longer wants this calculation."""
        cls.news.put((cls.number, news))
        return cls.wanted.value == cls.number


def _equip(news: Queue[tuple[int, object]], wanted: Synchronized[int]) -> None:
    Line.news, Line.wanted = news, wanted
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _work(number: int, work: Callable[..., T], args: tuple[object, ...]) -> T:
    Line.number = number
    return work(*args)


def _end_with_parent() -> None:
    """A killed parent cannot tell its children, and nobody would read their result."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


class Bench(Generic[T]):
    """One calculation at a time in a spawned process that is kept for the next one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        context = get_context("spawn")
        self._news: Queue[tuple[int, object]] = context.Queue()
        # The number of the calculation that is wanted: whatever else still runs ends by itself.
        self._wanted = context.Value("q", 0)
        self._count = 0

    def run(self, work: Callable[..., T], *args: object, hear: Callable[[object | None], bool]) -> T:
        """Run `work(*args)` there. `hear` gets the latest news (None: none yet) twice a second; False asks for an end.

        `work` reports through `Line.tell`. Raises what `work` raises; BrokenProcessPool when the process died.
        """
        with self._lock:
            self._count += 1
            self._wanted.value = self._count
            pool = self._pool or self._open()
            try:
                future = pool.submit(_work, self._count, work, args)
                self._follow(future, hear)
                return future.result()
            except BrokenProcessPool:
                self._pool = None
                raise

    def close(self) -> None:
        """Ask for an end and let the process go."""
        self._wanted.value = 0
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _open(self) -> ProcessPoolExecutor:
        self._pool = ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=_equip, initargs=(self._news, self._wanted)
        )
        return self._pool

    def _follow(self, future: Future[T], hear: Callable[[object | None], bool]) -> None:
        news: object | None = None
        done = threading.Event()
        future.add_done_callback(lambda _: done.set())
        try:
            while not done.wait(EVERY):
                news = self._latest() or news
                if not hear(news):
                    self._wanted.value = 0
        except BaseException:
            # Whoever listens has failed: the calculation must not run on unheard.
            self._wanted.value = 0
            raise

    def _latest(self) -> object | None:
        found: object | None = None
        while True:
            try:
                number, news = self._news.get_nowait()
            except queue.Empty:
                return found
            if number == self._count:
                found = news
