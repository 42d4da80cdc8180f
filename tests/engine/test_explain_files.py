"""What the command line says of a session, as text and as JSON, and chains of sessions that make way for one another."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from scheduling.engine import (
    Assignment,
    Gap,
    Plan,
    Problem,
    Reason,
    check,
    explain,
    load_problem,
    write_plan,
    write_problem,
)
from scheduling.engine.commands import Streams, explain_file, solve_file
from scheduling.engine.gaps import Layer
from scheduling.engine.run import SolveOptions
from tests.engine.test_conflict import _course
from tests.engine.test_rank_and_explain import changed
from tests.engine.test_shortage import _peak


def _chain() -> tuple[Problem, Plan]:
    """Return three lessons at the same hour of which only a chain of three changes staffs all."""
    people = {"ann": ("a", "b"), "ben": ("b", "c"), "cai": ("c",)}
    problem = load_problem(
        {
            "format": "match-problem/1",
            "name": "chain",
            "instructors": [
                {"id": name, "topics": dict.fromkeys(topics, 80)} for name, topics in people.items()
            ],
            "sessions": [
                {
                    "id": f"on-{t}",
                    "topic": t,
                    "minutes": 90,
                    "hours": 2,
                    "starts": ["2027-03-01T08:30"],
                    "venues": [],
                }
                for t in "abc"
            ],
        }
    )
    at = problem.sessions[0].starts[0]
    return problem, Plan(
        "chain", (Assignment("on-a", at), Assignment("on-b", at, "ann"), Assignment("on-c", at, "ben"))
    )


def _told(tmp_path: Path, problem: Problem, plan: Plan, session: str) -> tuple[dict[str, Any], str]:
    """Return what the command prints, as JSON and as text."""
    write_problem(tmp_path / "problem.json", problem)
    write_plan(tmp_path / "plan.json", plan)
    paths = str(tmp_path / "problem.json"), str(tmp_path / "plan.json")
    printed = []
    for as_json in (True, False):
        streams = Streams(io.StringIO(), io.StringIO())
        assert explain_file(paths, session, as_json, streams) == 0
        printed.append(streams.out.getvalue())
    return json.loads(printed[0]), printed[1]


def test_a_chain_of_three_frees_a_session() -> None:
    problem, plan = _chain()
    [freeing] = [f for f in explain(problem, plan, "on-a").frees if f.relax is Reason.INSTRUCTOR_BUSY]
    assert [(a.session, a.instructor) for a in freeing.moves] == [("on-b", "ben"), ("on-c", "cai")]
    after = changed(plan, Assignment("on-a", freeing.start, freeing.instructor), *freeing.moves)
    report = check(problem, after)
    assert report.is_valid
    assert report.cost - check(problem, plan).cost == freeing.delta == sum(freeing.parts.values()) < 0
    assert freeing.text == "give on-b to ben, on-c to cai, so that ann is free"


def test_shortage_is_printed_with_its_capacities(tmp_path: Path) -> None:
    problem = _peak()
    placed = (
        Assignment(s.id, s.starts[0], "wang" if n < 6 else "li" if n < 10 else None)
        for n, s in enumerate(problem.sessions)
    )
    document, text = _told(tmp_path, problem, Plan("peak", tuple(placed)), "s12")
    assert {"chosen", "alternatives", "blocked", "frees"} <= document.keys()
    [shortage] = document["shortage"]
    assert (shortage["of"], len(shortage["sessions"]), shortage["room"]) == ("instructor", 15, 10)
    assert [(c["who"], c["reason"], c["room"]) for c in shortage["capacities"]] == [
        ("wang", "max_per_week", 6),
        ("li", "max_per_week", 4),
    ]
    assert (document["conflict"], document["rearrangement"], document["unlooked"]) == (None, None, [])
    assert "shortage of instructor: 15 sessions need 15, and there is room for 10, in every plan" in text
    assert "room for 4: li 2027-03-01T00:00 to 2027-03-08T00:00, max_per_week 4" in text


def test_conflict_is_printed_with_its_requirements(tmp_path: Path) -> None:
    problem = _course(max_days=2)
    at = {s.id: s.starts[0] for s in problem.sessions}
    plan = Plan("course", tuple(Assignment(name, at[name], "wang") for name in ("s0", "s1")))
    document, text = _told(tmp_path, problem, plan, "s2")
    assert document["shortage"] == []
    assert {"reason": "max_days", "series": "course"} in document["conflict"]["requirements"]
    assert sorted(document["conflict"]["movable"]) == ["s0", "s1", "s2"]
    assert "series course: the series would take too many days (max_days)" in text


def test_rearrangement_is_printed_with_its_moves(tmp_path: Path) -> None:
    problem, plan = _chain()
    document, text = _told(tmp_path, problem, plan, "on-a")
    moves = document["rearrangement"]["moves"]
    assert {(m["session"], m["instructor"]) for m in moves} == {
        ("on-a", "ann"),
        ("on-b", "ben"),
        ("on-c", "cai"),
    }
    assert document["rearrangement"]["delta"] < 0
    assert "rearrangement: possible with these changes" in text


def test_what_was_not_looked_at_is_said() -> None:
    problem = _peak()
    assert explain(problem, Plan("peak"), "s0", seconds=0).gap == Gap(unlooked=tuple(Layer))


def test_contradicting_pins_are_named_by_solve(tmp_path: Path) -> None:
    problem = _course()
    first = problem.sessions[0].starts[0]
    at_once = tuple(
        replace(s, starts=(first,), current=replace(s.current, start=first), pinned=("start",))
        for s in problem.sessions
    )
    write_problem(tmp_path / "problem.json", replace(problem, sessions=at_once))
    streams = Streams(io.StringIO(), io.StringIO())
    paths = str(tmp_path / "problem.json"), str(tmp_path / "plan.json")
    assert solve_file(*paths, SolveOptions(iterations=0), None, streams) == 3
    lines = [
        line for line in streams.err.getvalue().splitlines() if line.startswith("one of these must give way")
    ]
    assert len(lines) == 2
    assert all("a pinned part has changed (pinned)" in line for line in lines)
