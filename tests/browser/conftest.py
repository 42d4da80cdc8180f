"""A served demo county and a headless Chromium to walk through it, at a desk's and a phone's width."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these Chromium asks its maker's hosts at every start, which a closed network refuses.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """A copy of the product, with its web server and its worker."""

    url: str
    instance: Path
    environment: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_web(self) -> None:
        """Serve it; returns when it answers."""
        wait_until_up(self.url, self._run("gunicorn", "--config", "gunicorn.conf.py"))

    def start_worker(self) -> None:
        """Begin with what waits for the worker; returns at once."""
        self._run("flask", "worker")

    def _run(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.instance / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [BIN / words[0], *words[1:]], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def stop(self) -> None:
        """End its processes."""
        stop(*self.running)
        self.running.clear()

    def go_on_at(self, moment: datetime) -> None:
        """Serve it anew, without a worker, at another time: where the demo's clock stands is read at the start."""
        self.stop()
        reading = {"domain": moment.isoformat(), "since": datetime.now(UTC).replace(tzinfo=None).isoformat()}
        with sqlite3.connect(self.instance / "jiangtai.sqlite") as connection:
            connection.execute("UPDATE setting SET value = ? WHERE key = 'clock'", (json.dumps(reading),))
        self.start_web()


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(url: str, server: subprocess.Popen[bytes], seconds: int = 240) -> None:
    """Return when the health page says so; fail when the server ends or takes too long."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(seconds * 10):
        try:
            opener.open(f"{url}/healthz", timeout=5).read()
            return
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, "the web server ended"
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer within {seconds} s")


def stop(*processes: subprocess.Popen[bytes]) -> None:
    """End processes and wait for each; at once, for browsers hold connections that a graceful end would wait for."""
    for process in processes:
        process.send_signal(signal.SIGINT)
    for process in processes:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def loaded_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with the demo county, loaded once for all test processes; copy it, do not serve it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "demo-county"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "loaded").exists():
            subprocess.run(
                [BIN / "flask", "demo", "prepare"], cwd=ROOT, env=environment(folder), check=True, timeout=600
            )
            (folder / "loaded").touch()
    return folder


def environment(instance: Path, port: int = 0) -> dict[str, str]:
    """The surroundings of a process of the product."""
    return {
        **{k: v for k, v in os.environ.items() if k != "DATABASE_URL"},
        "FLASK_APP": "app",
        "JIANGTAI_INSTANCE": str(instance),
        "JIANGTAI_PORT": str(port),
        "JIANGTAI_WEB_WORKERS": "1",
    }


@pytest.fixture(scope="module")
def site(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A copy of the demo county for one module of tests, served; `worker` is for those that give it work."""
    instance = tmp_path_factory.mktemp("instance")
    for name in ("jiangtai.sqlite", "data.key", "secret.key"):
        shutil.copy(loaded_demo / name, instance)
    surroundings = environment(instance, free_port())
    url = f"http://127.0.0.1:{surroundings['JIANGTAI_PORT']}"
    served = Site(url, instance, surroundings)
    try:
        served.start_web()
        yield served
    finally:
        served.stop()


@pytest.fixture(scope="module")
def worker(site: Site) -> None:
    """Does what waits for it: imports, matching, assessments, messages."""
    site.start_worker()


EXPECTED = (
    "Failed to load resource",
    "htmx:sendError",
    "htmx:afterRequest",
    "Response Status Error Code 401",
)


@dataclass
class Chromium:
    """One headless Chromium for all tests; another takes its place once it had to be ended."""

    playwright: Playwright
    browser: Browser | None = None
    pid: int = 0

    def running(self) -> Browser:
        """The browser, started where none is running."""
        if self.browser is None or not self.browser.is_connected():
            found = os.environ.get("JIANGTAI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
            assert found, f"none of {', '.join(NAMES)} is installed"
            self.browser = self.playwright.chromium.launch(executable_path=found, args=FLAGS, headless=True)
            asked = self.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
            self.pid = next(p["id"] for p in asked["processInfo"] if p["type"] == "browser")
        return self.browser

    def close(self, what: Browser | BrowserContext, seconds: float = 30) -> None:
        """Close a window or the browser; one that does not answer is ended, for closing waits without a limit."""
        ending = threading.Timer(seconds, os.kill, (self.pid, signal.SIGKILL))
        ending.start()
        try:
            what.close()
        except PlaywrightError:
            # It went away while it was being closed.
            assert not ending.is_alive()
        finally:
            ending.cancel()


@pytest.fixture(scope="session")
def started() -> Iterator[Chromium]:
    """What keeps a Chromium running for all tests."""
    with sync_playwright() as playwright:
        kept = Chromium(playwright)
        yield kept
        if kept.browser is not None:
            kept.close(kept.browser)


@pytest.fixture
def chromium(started: Chromium) -> Browser:
    """A headless Chromium."""
    return started.running()


@pytest.fixture
def new_context(
    started: Chromium, chromium: Browser, site: Site
) -> Iterator[Callable[[dict[str, object]], BrowserContext]]:
    """Makes signed-out browser windows of a given width; what went wrong in any of them fails the test."""
    faults: list[str] = []
    made: list[BrowserContext] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        # A refused form answers 422, which the console reports as a failed load: that is no fault. Nor is what htmx
        # says of a request that found no network or nobody signed in.
        page.on(
            "console",
            lambda message: (
                faults.append(f"{page.url}: {message.text}")
                if message.type == "error" and not any(expected in message.text for expected in EXPECTED)
                else None
            ),
        )
        page.on(
            "response",
            lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )

    def make(size: dict[str, object]) -> BrowserContext:
        context = chromium.new_context(
            base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **size
        )
        context.set_default_timeout(30_000)
        context.on("page", watch)
        made.append(context)
        return context

    yield make
    for context in made:
        started.close(context)
    assert faults == []


@pytest.fixture
def desk(new_context: Callable[[dict[str, object]], BrowserContext]) -> Page:
    """A page at a desk's width, signed out."""
    return new_context(DESK).new_page()


@pytest.fixture
def phone(new_context: Callable[[dict[str, object]], BrowserContext]) -> Page:
    """A page at a phone's width, signed out."""
    return new_context(PHONE).new_page()


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, new_context: Callable[[dict[str, object]], BrowserContext]) -> Page:
    """The same test at both widths."""
    return new_context(request.param).new_page()
