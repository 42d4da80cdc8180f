"""Follows docs/how-to/add-a-rule.md in a copy of the engine: the new rule holds in checking, searching, proving and ranking."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "how-to" / "add-a-rule.md"
STEP = re.compile(
    r"In (?P<new>a new file )?`(?P<path>[\w/.]+)`(?:, below `(?P<below>.+?)`)?:\n\n```python\n(?P<code>.*?)```",
    re.DOTALL,
)


def _follow(guide: str, root: Path) -> int:
    """Do what the guide says, in a copy; return how many steps it took."""
    steps = 0
    for step in STEP.finditer(guide):
        path, code = root / step["path"], step["code"]
        if step["new"]:
            assert not path.exists()
            path.write_text(code)
        else:
            lines = path.read_text().splitlines(keepends=True)
            (at,) = [n for n, line in enumerate(lines) if line.strip() == step["below"].strip()]
            path.write_text("".join([*lines[: at + 1], *code.splitlines(keepends=True), *lines[at + 1 :]]))
        steps += 1
    return steps


@pytest.mark.timeout(600)  # the copy's loops are compiled
def test_the_guide_adds_a_rule_that_holds_everywhere(tmp_path: Path) -> None:
    # With what is kept on disk: the new rule must find its way into the loops that were compiled without it.
    shutil.copytree(ROOT / "scheduling" / "engine", tmp_path / "scheduling" / "engine")
    (tmp_path / "scheduling" / "__init__.py").touch()
    shutil.copytree(ROOT / "tests" / "engine", tmp_path / "tests" / "engine")
    (tmp_path / "tests" / "__init__.py").touch()
    assert _follow(GUIDE.read_text(), tmp_path) == 5
    # Loops that run for a moment are not worth a minute of optimising.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_OPT": "0"}
    environment.pop("NUMBA_CACHE_DIR", None)
    command = [sys.executable, "-m", "tests.engine.rule_trial"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
