"""The benchmark prints its tables, and a rival that is missing costs one line."""

import json
from pathlib import Path

import pytest

from benchmarks.engine import __main__ as benchmark
from benchmarks.engine import contest
from scheduling.engine import read_problem
from tests.engine.mutations import PROBLEM, as_bytes

pytestmark = pytest.mark.timeout(600)  # where nothing is compiled yet


@pytest.fixture
def comp01(tmp_path: Path) -> Path:
    """A problem under the name of a published one."""
    path = tmp_path / "comp01.json"
    path.write_bytes(as_bytes(PROBLEM))
    return path


def _rows(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()]


def test_both_tables(
    comp01: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(contest, "FOREIGN", comp01.parent / "nothing")
    arguments = [str(comp01), "--seconds", "2", "--itc", str(comp01.parent)]
    monkeypatch.setattr("sys.argv", ["benchmarks.engine", *arguments])
    benchmark.main()
    head, _, ours, greedy, cpsat, timefold, itc_head, _, published, *_ = _rows(capsys)
    assert head[:5] == ["instance", "rival", "cost", "unassigned", "bound"]
    assert (ours[0], ours[1], greedy[1]) == ("comp01", "ours", "greedy")
    assert int(ours[2]) <= int(greedy[2])
    assert int(ours[8]) > 20
    assert cpsat[2:] == timefold[2:] == ["not installed: ./run bench brings it"]
    assert itc_head[2:4] == ["best known", "cost"]
    assert published[:4] == ["comp01", "ours", "5", ours[2]]


def test_a_wrong_plan_is_told(comp01: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = {"format": "match-plan/1", "problem": "whole", "cost": 1}
    said: tuple[int, str, tuple[float, int]] = (0, "", (0.0, 0))

    def write_it(command: list[str], patience: float) -> tuple[int, str, tuple[float, int]]:
        Path(command[4]).write_text(json.dumps(plan))
        return said

    monkeypatch.setattr(contest, "_measured", write_it)
    problem = read_problem(comp01)
    assert contest.run(contest.RIVALS["ours"], comp01, problem, 1, 1).note.startswith("not valid: ")
    said = (4, "warning\ntoo large\n", (0.0, 0))
    assert contest.run(contest.RIVALS["ours"], comp01, problem, 1, 1).note == "too large"
