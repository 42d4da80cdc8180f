"""Mutated files through the command line: one line that names the place, exit 2, no traceback, no hang."""

import copy
import gzip
import json
import os
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scheduling.cli import match
from scheduling.engine import commands
from tests.engine.mutations import (
    NEEDED,
    PLAN,
    PLAN_KEYS,
    PLAN_NEEDED,
    PROBLEM,
    PROBLEM_KEYS,
    Mutant,
    as_bytes,
    holder_of,
    mutants,
)

pytestmark = pytest.mark.timeout(300)
BAD_PROBLEMS = list(mutants(PROBLEM, PROBLEM_KEYS, NEEDED, "problem"))
BAD_PLANS = list(mutants(PLAN, PLAN_KEYS, PLAN_NEEDED, "plan"))
SHARES = 8


def run(*arguments: object) -> Result:
    """Run ``match …`` in this process."""
    return CliRunner().invoke(match, [str(a) for a in arguments])


def refused(result: Result, place: str) -> None:
    """Assert exit 2 with one line that names the place."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (commands.UNREADABLE, "", 1), place
    line = result.stderr.removesuffix("\n")
    assert line.isprintable() and len(line) < 200
    named = line.startswith(place) and line[len(place)] in ":.["
    assert named, f"{line!r} does not name {place!r}"


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    path = tmp_path / "problem.json"
    path.write_bytes(as_bytes(PROBLEM))
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_bytes(as_bytes(PLAN))
    return path


def test_the_files_that_are_mutated_are_good_and_the_mutants_many(problem: Path, plan: Path) -> None:
    assert run("check", problem, plan).exit_code == commands.NOT_VALID  # readable: only the claims are wrong
    assert run("solve", problem, "--out", plan, "--iterations", 5).exit_code == commands.DONE
    assert run("check", problem, plan).exit_code == commands.DONE
    assert len({m.raw for m in BAD_PROBLEMS}) > 400
    assert len({m.raw for m in BAD_PLANS}) > 80


@pytest.mark.parametrize("share", range(SHARES))
def test_each_bad_problem_gives_one_line(share: int, tmp_path: Path, plan: Path) -> None:
    bad, out = tmp_path / "bad.json", tmp_path / "out.json"
    for n, mutant in list(enumerate(BAD_PROBLEMS))[share::SHARES]:
        bad.write_bytes(mutant.raw)
        command: tuple[object, ...] = (
            ("check", bad, plan),
            ("solve", bad, "--out", out, "--seconds", 1),
            ("rank", bad, plan, "s0"),
            ("explain", bad, plan, "s0", "--json"),
        )[n // SHARES % 4]
        refused(run(*command), mutant.place)
        assert not out.exists()


def test_each_bad_plan_gives_one_line(problem: Path, tmp_path: Path) -> None:
    bad, out = tmp_path / "bad.json", tmp_path / "out.json"
    for n, mutant in enumerate(BAD_PLANS):
        bad.write_bytes(mutant.raw)
        command: tuple[object, ...] = (
            ("check", problem, bad, "--json"),
            ("solve", problem, "--start", bad, "--out", out, "--seconds", 1),
            ("rank", problem, bad, "s0"),
            ("explain", problem, bad, "s0"),
        )[n % 4]
        refused(run(*command), mutant.place)
        assert not out.exists()


def broken_bytes() -> list[tuple[str, bytes]]:
    """Return file names with what is in them: nothing that is JSON, or not to the end."""
    good = as_bytes(PROBLEM)
    packed = gzip.compress(good, mtime=0)
    rng = random.Random(1)
    plain = [
        b"", b" ", b"{", b"[", b'"', b"nul", b"{}{}", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe" + good,
        b"\xef\xbb\xbf" + good, good.decode().encode("utf-16"), good + b"x", b"\x00" + good, b"'" + good + b"'",
        good.replace(b'"name"', b"name"), good.replace(b",", b",,", 1), good.replace(b"}", b",}", 1), b"PK\x03\x04",
        b"format: match-problem/1", b"-", b"01", b"\\u0000", good.replace(b"law", b"la\xe6", 1), packed,
    ]  # fmt: skip
    plain += [good[: rng.randrange(1, len(good))] for _ in range(30)]
    plain += [
        good[:at] + bytes([rng.randrange(128, 256)]) + good[at:] for at in rng.sample(range(len(good)), 20)
    ]
    zipped = [
        b"",
        good,
        b"\x1f\x8b",
        packed[:10],
        packed[:-1],
        packed[:-8],
        packed + b"x",
        packed + packed[:20],
    ]
    zipped += [packed[: rng.randrange(1, len(packed))] for _ in range(10)]
    for at in rng.sample(range(10, len(packed)), 20):
        zipped.append(packed[:at] + bytes([packed[at] ^ 0x55]) + packed[at + 1 :])
    zipped += [gzip.compress(raw) for raw in (b"", b"[" * 100_000, good[:-1], b"\xff")]
    return [("bad.json", raw) for raw in plain] + [("bad.json.gz", raw) for raw in zipped]


def test_broken_bytes_give_one_line_that_names_the_file(problem: Path, plan: Path, tmp_path: Path) -> None:
    for n, (name, raw) in enumerate(broken_bytes()):
        bad = tmp_path / name
        bad.write_bytes(raw)
        refused(run("check", *((bad, plan) if n % 2 else (problem, bad))), shown_path(bad))


def shown_path(path: Path) -> str:
    """Return how complaints show a file's name: quoted, its end left out when it is long."""
    text = repr(str(path))
    return text if len(text) <= 60 else text[:57] + "..."


@pytest.mark.parametrize(
    "raw", [b"null", b"[]", b'"match-problem/1"', b"1", b"NaN", b"1e400", b"{}", b'{"a": 1, "a": 2}']
)
def test_what_is_no_problem_at_all_says_so(raw: bytes, plan: Path, problem: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(raw)
    refused(run("check", bad, plan), "problem")
    refused(run("check", problem, bad), "plan")


def test_a_bomb_is_put_down(plan: Path, tmp_path: Path) -> None:
    """1 GiB of spaces or of lists in one small file: refused when too much of it has come out."""
    for kilobyte in (b" " * 1024, b"[]," * 341):
        packer = zlib.compressobj(1, wbits=31)
        packed = packer.compress(b"[")
        chunk = kilobyte * 1024
        packed += b"".join(packer.compress(chunk) for _ in range(300)) + packer.flush()
        bomb = tmp_path / "bomb.json.gz"
        bomb.write_bytes(packed)
        refused(run("check", bomb, plan), shown_path(bomb))


def test_what_is_not_a_file_is_refused(problem: Path, plan: Path, tmp_path: Path) -> None:
    (tmp_path / "folder.gz").mkdir()
    others = [
        tmp_path,
        tmp_path / "folder.gz",
        tmp_path / "none.json",
        tmp_path / "none\n.json",
        "\0",
        "",
        "x" * 5000,
    ]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        others += [tmp_path / "pipe", "/dev/zero"]
    for other in others:
        shown = "'" + str(other)[:30].encode("unicode_escape").decode()
        assert run("check", other, plan).stderr.startswith(shown)
        assert run("check", problem, other).exit_code == commands.UNREADABLE
        assert run("check", problem, other).stderr.count("\n") == 1


def test_a_place_that_cannot_be_written_is_told_before_the_run(problem: Path, tmp_path: Path) -> None:
    for out in (tmp_path, tmp_path / "none" / "plan.json", problem / "plan.json", "\0"):
        result = run("solve", problem, "--out", out, "--seconds", 60)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (commands.UNREADABLE, "", 1)


def test_a_session_that_is_not_there(problem: Path, plan: Path) -> None:
    for command in ("rank", "explain"):
        for name in ("s9", "", "s\n9", "场次"):
            result = run(command, problem, plan, name)
            assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (
                commands.UNREADABLE,
                "",
                1,
            )


@pytest.mark.parametrize("mutant", [BAD_PROBLEMS[3], BAD_PROBLEMS[-1], Mutant(b"[" * 10**6, "'bad.json'")])
def test_a_process_of_its_own_says_the_same(mutant: Mutant, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(mutant.raw)
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "app",
        "match",
        "solve",
        "bad.json",
        "--out",
        "plan.json",
    ]
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(mutant.place)


AWKWARD: list[dict[tuple[str | int, ...], object]] = [
    {("sessions", 1, "starts"): ["9999-12-31T23:59"], ("sessions", 1, "minutes"): 10**9},
    {("sessions", 1, "starts"): ["0001-01-01T00:00", "9999-12-31T23:59"]},
    {("sessions", 0, "minutes"): 10**9, ("sessions", 1, "minutes"): 0},
    {("instructors", 1, "busy"): [["0001-01-01T00:00", "9999-12-31T23:59"]]},
    {("instructors", 0, "busy"): [[T, T] for T in ("2027-03-01T08:30", "2027-03-01T09:00")]},
    {("venues", 0, "groups"): 0, ("venues", 1, "capacity"): 0},
    {("venues", 0, "groups"): 10**9, ("venues", 0, "capacity"): 10**9, ("resources", 0, "count"): 10**9},
    {("weights",): dict.fromkeys(("unassigned", "duty", "quality", "travel", "change"), 0)},
    {("weights", "unassigned"): 10**9, ("sessions", 0, "priority"): 10**5},
    {("sessions", 0, "priority"): 0, ("sessions", 1, "hours"): 0, ("sessions", 1, "heads"): 10**9},
    {("weights",): {"isolated": 3, "class_travel": 2, "overflow": 0}, ("classes", 0, "size"): 10**9},
    {("detour",): 0, ("speed_kmh",): 10**9},
    {("detour",): 1000, ("speed_kmh",): 1},
    {("places", 0, "lat"): 90, ("places", 1, "lat"): -90, ("places", 1, "lon"): 180},
    {("instructors",): [], ("duties",): [], ("sessions", 0): PROBLEM["sessions"][1] | {"id": "s0"}},  # type: ignore[index]
    {("sessions",): [], ("series",): [], ("duties",): []},
    {("series",): [], ("duties",): [], ("places",): [], ("weights",): {}} | {
        ("instructors",): [], ("venues",): [], ("resources",): [], ("classes",): [], ("sessions",): [],
    },
    {("series", 0, "sessions"): [], ("series", 0, "min_days"): 10**9, ("duties", 0, "need"): 10**9},
    {("sessions", 0, "pinned"): [], ("series", 0, "max_days"): 0, ("series", 1, "together"): True},
    {("instructors", 0, "max_total"): 0, ("instructors", 1, "max_per_week"): 10**9},
    {("instructors", 0, "target"): 0, ("instructors", 0, "fee"): 10**6, ("sessions", 0, "hours"): 10**5},
    {("sessions", 0, "instructors"): [], ("sessions", 0, "venues"): [], ("sessions", 0, "pinned"): []},
    {("sessions", 0, "pinned"): ["venue", "start"]},
    {("sessions", 0, "pinned"): [], ("sessions", 0, "uses"): {"guide": 10**9}},
    {("name",): "名字\u2028\n", ("sessions", 1, "id"): "\x00", ("series", 0, "sessions"): [], ("series", 1, "sessions"): []},
    {("sessions", 1, "starts"): [f"2027-03-{d:02}T{h:02}:{m:02}" for d in range(1, 29) for h in range(8, 18) for m in (0, 20)]},
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(AWKWARD)))
def test_awkward_but_good_problems_are_solved(number: int, problem: Path, tmp_path: Path) -> None:
    document = copy.deepcopy(PROBLEM)
    for path, value in AWKWARD[number].items():
        holder_of(document, path)[path[-1]] = value
    problem.write_text(json.dumps(document))
    out = tmp_path / "out.json"
    solved = run("solve", problem, "--out", out, "--iterations", 20)
    assert solved.exception is None or isinstance(solved.exception, SystemExit), solved.exc_info
    assert solved.exit_code == commands.DONE, solved.stderr
    checked = run("check", problem, out)
    assert (checked.exit_code, checked.stderr) == (commands.DONE, ""), checked.stdout
    for session in document["sessions"]:  # type: ignore[attr-defined]
        assert run("rank", problem, out, session["id"], "--json").exit_code == commands.DONE
        assert run("explain", problem, out, session["id"], "--json").exit_code == commands.DONE
