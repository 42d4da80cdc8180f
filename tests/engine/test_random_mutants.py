"""Random problems and plans, each with a few random changes: refused in one line, or as usable as any."""

import copy
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scheduling.cli import match
from scheduling.engine import BadFile, commands, dump_plan, load_problem
from tests.engine.problems import random_document, random_plan, random_problem

pytestmark = pytest.mark.timeout(300)
VALUES: tuple[object, ...] = (
    None, True, 0, 1, -1, 1.5, 2.0, 10**9, 10**30, "", "x", "s0", "c0", "i0", "near", "any", "2027-13-01T08:00",
    "2027-03-01", "2027-03-01T08:30", "9999-12-31T23:59", [], [[]], [None], ["s1"], {}, {"x": 1}, {"law": 60},
)  # fmt: skip
OUTCOMES = (commands.DONE, commands.NOT_VALID, commands.UNREADABLE, commands.CONTRADICTION)


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of everything in a document."""
    found = [path]
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, entry in entries:
        found += paths(entry, (*path, key))
    return found


def mutate(document: dict[str, object], rng: random.Random) -> None:
    """Replace, drop, double or move one thing, or add one that nobody knows."""
    path = rng.choice([p for p in paths(document) if p])
    holder: object = document
    for step in path[:-1]:
        holder = holder[step]  # type: ignore[index]
    assert isinstance(holder, dict | list)
    kind = rng.choice(["replace"] * 5 + ["drop", "drop", "double", "move", "unknown"])
    if kind == "replace":
        holder[path[-1]] = rng.choice(VALUES)  # type: ignore[index]
    elif kind == "drop":
        del holder[path[-1]]  # type: ignore[arg-type]
    elif kind == "double" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[-1]))
    elif kind == "move" and isinstance(holder, list):
        rng.shuffle(holder)
    elif isinstance(holder, dict):
        holder["surprise"] = 1


def run(*arguments: object) -> Result:
    """Run ``match …`` in this process: no traceback, and one line where a file cannot be used."""
    result = CliRunner().invoke(match, [str(a) for a in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code in OUTCOMES
    if result.exit_code == commands.UNREADABLE:
        assert (result.stdout, result.stderr.count("\n")) == ("", 1)
        assert ": " in result.stderr
    return result


@pytest.mark.parametrize("share", range(10))
def test_mutated_problems_are_refused_or_solved(share: int, tmp_path: Path) -> None:
    """1000 of them; those that stay readable are solved, checked, ranked and explained."""
    path, out = tmp_path / "problem.json", tmp_path / "plan.json"
    refused = solved = 0
    for seed in range(share, 1000, 10):
        rng = random.Random(seed)
        document = random_document(seed % 40)
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            mutate(document, rng)
        path.write_text(json.dumps(document))
        try:
            load_problem(json.loads(path.read_text()))
        except BadFile:
            refused += 1
            assert run("solve", path, "--out", out).exit_code == commands.UNREADABLE
            continue
        if solved >= 8:
            continue
        if run("solve", path, "--out", out, "--iterations", 5, "--seed", seed).exit_code == commands.DONE:
            solved += 1
            checked = run("check", path, out)
            assert checked.exit_code == commands.DONE, checked.stdout
            for session in load_problem(document).sessions[:2]:
                assert run("rank", path, out, session.id).exit_code == commands.DONE
                assert run("explain", path, out, session.id).exit_code == commands.DONE
    assert refused >= 40 and solved >= 5


@pytest.mark.parametrize("share", range(4))
def test_mutated_plans_are_refused_or_checked(share: int, tmp_path: Path) -> None:
    """200 of them; what stays readable can be checked, ranked in, explained and begun from, whatever it says."""
    problem, plan, out = tmp_path / "problem.json", tmp_path / "plan.json", tmp_path / "out.json"
    refused = 0
    for seed in range(share, 200, 4):
        rng = random.Random(seed)
        problem.write_text(json.dumps(random_document(seed)))
        document = dump_plan(random_plan(random_problem(seed), seed))
        for _ in range(rng.choice([1, 1, 2])):
            mutate(document, rng)
        plan.write_text(json.dumps(document))
        unreadable = run("check", problem, plan, "--json").exit_code == commands.UNREADABLE
        refused += unreadable
        for command in (["rank", problem, plan, "s0"], ["explain", problem, plan, "s1"]):
            assert run(*command).exit_code == (commands.UNREADABLE if unreadable else commands.DONE)
        if seed % 3 == 0:
            code = run("solve", problem, "--start", plan, "--out", out, "--iterations", 2).exit_code
            assert unreadable == (code == commands.UNREADABLE)
            assert code != commands.DONE or run("check", problem, out).exit_code == commands.DONE
    assert refused >= 15
