"""Reading files: what is right comes back unchanged, and whatever is wrong gives one line that names the place."""

import json
import math
from pathlib import Path

import pytest

from scheduling.engine import (
    BadFile,
    Plan,
    dump_plan,
    dump_problem,
    load_plan,
    load_problem,
    read_plan,
    write_plan,
)
from tests.engine.problems import random_document, random_plan, random_problem


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
