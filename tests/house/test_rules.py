"""The rules of the house that no linter holds: short modules, speaking names, no unfinished code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 400
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}
UNFINISHED = re.compile(
    r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError|pytest\.skip|mark\.(skip|skipif|xfail)\b"
)


def tracked(*patterns: str) -> list[Path]:
    """Files of the work tree under version control or about to be, that match."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def test_no_module_is_longer_than_the_limit() -> None:
    modules = [p for p in tracked("*.py") if "migrations/versions" not in p.as_posix()]
    assert modules
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in modules}
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    named = [p.relative_to(ROOT) for p in tracked("*.py", "*.html", "*.js")]
    assert [str(p) for p in named if NAMELESS & {*p.parts[:-1], p.stem.lstrip("_")}] == []


def test_nothing_is_left_unfinished_or_skipped() -> None:
    own = Path(__file__).resolve()
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py", "*.html", "frontend/src/*")
        if path != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


PLANTED = {
    "TID251 abort": ("scheduling/views.py", "from flask import abort\n\nabort(404)\n", "TID251"),
    "TID251 current_user": (
        "bases/views.py",
        "from flask_login import current_user\n\nprint(current_user)\n",
        "TID251",
    ),
    "TID251 now": (
        "bases/services.py",
        "from datetime import UTC, datetime\n\nprint(datetime.now(UTC))\n",
        "TID251",
    ),
    "TID251 time": ("accounts/services.py", "import time\n\nprint(time.time())\n", "TID251"),
    "DTZ today": ("courses/rules.py", "from datetime import date\n\nprint(date.today())\n", "DTZ011"),
    "A005": ("core/logging.py", "X = 1\n", "A005"),
    "PLC0415": ("bases/queries.py", "def f() -> None:\n    import json\n\n    json.dumps(1)\n", "PLC0415"),
    "BLE001": ("bases/jobs.py", "try:\n    print()\nexcept Exception:\n    print()\n", "BLE001"),
    "SLF001": ("bases/jobs.py", "def f(x: object) -> object:\n    return x._inner\n", "SLF001"),
    "S608": (
        "bases/queries.py",
        'def f(x: str) -> str:\n    return f"SELECT * FROM t WHERE a = {x}"\n',
        "S608",
    ),
    "B006": ("bases/rules.py", "def f(x: list[int] = []) -> list[int]:\n    return x\n", "B006"),
    "PLR0913": ("bases/rules.py", "def f(a, b, c, d, e, g, h): ...\n", "PLR0913"),
    "C901": (
        "bases/rules.py",
        "def f(a: int) -> None:\n" + "".join(f"    if a == {n}:\n        print({n})\n" for n in range(9)),
        "C901",
    ),
}


@pytest.mark.parametrize(("path", "code", "rule"), PLANTED.values(), ids=PLANTED.keys())
def test_ruff_catches_a_planted_violation(path: str, code: str, rule: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format", "json", "--stdin-filename", path, "-"],
        input=code,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert rule in {finding["code"] for finding in json.loads(answer.stdout)}
