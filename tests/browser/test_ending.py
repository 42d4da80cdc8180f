"""A browser test that fails ends, whatever state its browser is in."""

from __future__ import annotations

import os
import signal
import time

from tests.browser.conftest import Chromium


def test_a_browser_that_no_longer_answers_is_ended_and_another_takes_its_place(started: Chromium) -> None:
    context = started.running().new_context()
    context.new_page()
    os.kill(started.pid, signal.SIGSTOP)
    began = time.monotonic()
    started.close(context, seconds=0.5)
    assert time.monotonic() - began < 20
    anew = started.running().new_context()
    anew.new_page().set_content("<h1>讲台</h1>")
    started.close(anew)
