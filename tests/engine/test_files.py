"""Reading files: what is right comes back unchanged, and whatever is wrong gives one line that names the place."""

import copy
import gzip
import io
import json
import math
import random
from pathlib import Path

import pytest

from scheduling.engine import (
    BadFile,
    Plan,
    commands,
    dump_plan,
    dump_problem,
    load_plan,
    load_problem,
    read_plan,
    read_problem,
    write_plan,
)
from scheduling.engine.run import SolveOptions
from tests.engine.problems import random_document, random_plan, random_problem

WRONG: list[object] = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "2027-13-01T08:00",
    "2027-03-01",
    [],
    [[]],
    [None],
    {},
    {"x": 1},
]


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path]
    if isinstance(value, dict):
        for key, entry in value.items():
            found += _paths(entry, (*path, key))
    if isinstance(value, list):
        for n, entry in enumerate(value):
            found += _paths(entry, (*path, n))
    return found


def _mutated(document: dict[str, object], rng: random.Random) -> object:
    """Return a document with one value replaced, dropped, doubled, or one key that nobody knows."""
    changed = copy.deepcopy(document)
    path = rng.choice([p for p in _paths(changed) if p])
    holder: object = changed
    for step in path[:-1]:
        holder = holder[step]  # type: ignore[index]
    kind = rng.choice(["replace", "replace", "drop", "double", "unknown"])
    assert isinstance(holder, dict | list)
    if kind == "replace":
        holder[path[-1]] = rng.choice(WRONG)  # type: ignore[index]
    elif kind == "drop":
        del holder[path[-1]]  # type: ignore[arg-type]
    elif kind == "double" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[-1]))
    elif isinstance(holder, dict):
        holder["surprise"] = 1
    return changed


def _check_file(problem: Path, plan: Path) -> tuple[int, str, str]:
    streams = commands.Streams(io.StringIO(), io.StringIO())
    code = commands.check_file(str(problem), str(plan), False, streams)
    assert isinstance(streams.out, io.StringIO)
    assert isinstance(streams.err, io.StringIO)
    return code, streams.out.getvalue(), streams.err.getvalue()


@pytest.mark.parametrize("seed", range(20))
def test_a_problem_comes_back_as_it_was_written(seed: int) -> None:
    problem = random_problem(seed, sessions=5)
    assert load_problem(json.loads(json.dumps(dump_problem(problem)))) == problem


def test_a_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    plan = random_plan(random_problem(3), 3)
    for name in ("plan.json", "plan.json.gz"):
        write_plan(tmp_path / name, plan)
        assert read_plan(tmp_path / name) == plan
    assert load_plan(dump_plan(Plan("empty", cost=3, cost_parts={"duty": 3}))) == Plan(
        "empty", cost=3, cost_parts={"duty": 3}
    )


def test_500_mutated_problems_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    refused = 0
    for seed in range(500):
        rng = random.Random(seed)
        document = _mutated(random_document(seed % 25), rng)
        path = tmp_path / "problem.json"
        path.write_text(json.dumps(document))
        write_plan(plan, Plan("other"))
        code, out, err = _check_file(path, plan)
        if code == commands.UNREADABLE:
            refused += 1
            assert (err.count("\n"), out) == (1, "")
        else:
            assert code == commands.NOT_VALID  # the plan is for another problem
    assert refused >= 300


def test_what_stays_readable_after_a_mutation_can_be_solved(tmp_path: Path) -> None:
    for seed in range(30):
        path = tmp_path / "problem.json"
        path.write_text(json.dumps(_mutated(random_document(seed % 10), random.Random(1000 + seed))))
        streams = commands.Streams(io.StringIO(), io.StringIO())
        options = SolveOptions(iterations=5)
        code = commands.solve_file(str(path), str(tmp_path / "plan.json"), options, None, streams)
        assert code in (commands.DONE, commands.UNREADABLE, commands.CONTRADICTION)
        if code == commands.DONE:
            assert _check_file(path, tmp_path / "plan.json")[0] == commands.DONE


@pytest.mark.parametrize("seed", range(60))
def test_mutated_plans_are_checked_or_refused_in_one_line(seed: int, tmp_path: Path) -> None:
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(random_document(seed)))
    good = dump_plan(random_plan(random_problem(seed), seed))
    plan.write_text(json.dumps(_mutated(good, random.Random(seed))))
    code, _, err = _check_file(problem, plan)
    assert code in (commands.DONE, commands.NOT_VALID, commands.UNREADABLE)
    assert err.count("\n") == (1 if code == commands.UNREADABLE else 0)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"sessions.0.starts": ["2027-03-01T08:30", "8:30"]}, "sessions[0].starts[1]: not a local time"),
        ({"sessions.0.starts": []}, "sessions[0].starts: empty"),
        ({"sessions.0.classes": ["nobody"]}, "sessions[0].classes[0]: no class 'nobody'"),
        ({"sessions.1.id": "s0"}, "sessions[1].id: 's0' appears twice"),
        ({"instructors.0.topics": {"law": 101}}, "instructors[0].topics['law']: above 100"),
        ({"instructors.0.max_total": True}, "instructors[0].max_total: not a whole number"),
        ({"instructors.0.home": "nowhere"}, "instructors[0].home: no place 'nowhere'"),
        ({"sessions.0.hours": 1.3}, "sessions[0].hours: not a multiple of 0.5"),
        ({"sessions.0.leader": "some"}, "sessions[0].leader: not one of any, required, forbidden"),
        ({"places.0.lat": math.inf}, "places[0].lat: not a finite number"),
        ({"weights.overflow": None}, "weights.overflow: not a whole number"),
        ({"speed_kmh": 0}, "speed_kmh: must be above 0"),
        ({"format": "match-problem/2"}, "format: not 'match-problem/1'"),
        (
            {"venues.0.busy": [["2027-03-02T08:00", "2027-03-01T08:00"]]},
            "venues[0].busy[0]: ends before it begins",
        ),
        ({"colour": 1}, "problem: unknown key 'colour'"),
    ],
)
def test_the_line_names_the_place(change: dict[str, object], line: str) -> None:
    document = random_document(5)
    for path, value in change.items():
        holder: object = document
        *steps, last = path.split(".")
        for step in steps:
            holder = holder[int(step) if step.isdigit() else step]  # type: ignore[index]
        assert isinstance(holder, dict)
        holder[last] = value
    with pytest.raises(BadFile) as caught:
        load_problem(document)
    assert str(caught.value) == line


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"NaN",
        b'{"format": Infinity}',
        b'{"format": 1' + b"0" * 10_000 + b"}",
        b'{"a": 1, "a": 2}',
        b'{"format": "match-problem/1", "name": "\\ud800"}',
        b"null",
        b"[]",
        b'"match-problem/1"',
        b"1e400",
    ],
)
def test_broken_bytes_give_one_line(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_bytes(raw)
    code, out, err = _check_file(path, path)
    assert (code, out, err.count("\n")) == (commands.UNREADABLE, "", 1)
    (tmp_path / "problem.json.gz").write_bytes(gzip.compress(raw)[:-5])
    with pytest.raises(BadFile, match=r"cannot be read"):
        read_problem(tmp_path / "problem.json.gz")


def test_a_missing_file_gives_one_line(tmp_path: Path) -> None:
    code, _, err = _check_file(tmp_path / "none\n.json", tmp_path / "none.json")
    assert (code, err.count("\n")) == (commands.UNREADABLE, 1)
