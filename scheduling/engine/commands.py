"""The four commands on files, as functions: typed arguments in, text to the given streams, an exit code back.

0: done (or valid); 1: the plan is not valid or claims something wrong; 2: a file cannot be used; 3: the pins contradict the rules.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TextIO

from scheduling.engine.arranging import Undecided
from scheduling.engine.check import check
from scheduling.engine.conflict import conflict_of_pins
from scheduling.engine.explain import explain
from scheduling.engine.explain_format import (
    candidate_document,
    candidate_text,
    explanation_document,
    explanation_lines,
    requirement_text,
)
from scheduling.engine.files import check_writable
from scheduling.engine.model import Problem
from scheduling.engine.pins import PinsContradict
from scheduling.engine.plan_format import read_plan, write_plan
from scheduling.engine.problem_format import read_problem
from scheduling.engine.rank import NoSuchSession, rank
from scheduling.engine.reading import BadFile
from scheduling.engine.run import Progress, SolveOptions
from scheduling.engine.solve import solve

DONE, NOT_VALID, UNREADABLE, CONTRADICTION = 0, 1, 2, 3


@dataclass(frozen=True)
class Streams:
    """Where results and complaints go."""

    out: TextIO
    err: TextIO


def solve_file(
    problem_path: str, plan_path: str, options: SolveOptions, start_path: str | None, streams: Streams
) -> int:
    """Solve a problem file and write the plan; the run's log goes to ``err``."""

    def work() -> int:
        problem = read_problem(problem_path)
        check_writable(plan_path)
        start = None if start_path is None else read_plan(start_path)
        try:
            plan = solve(problem, replace(options, start=start), _Teller(streams.err))
        except PinsContradict as error:
            for violation in error.violations:
                print(_line(f"the pins contradict the rules: {violation}"), file=streams.err)
            for requirement in _contradiction(problem):
                print(_line(f"one of these must give way: {requirement}"), file=streams.err)
            return CONTRADICTION
        write_plan(plan_path, plan)
        for line in plan.log:
            print(_line(line), file=streams.err)
        print(f"cost {plan.cost}, bound {plan.bound}, {plan.status}, {plan.seconds:.1f} s", file=streams.out)
        return DONE

    return _guarded(work, streams)


def check_file(problem_path: str, plan_path: str, as_json: bool, streams: Streams) -> int:
    """Check a plan file against a problem file; each fault is a line."""

    def work() -> int:
        report = check(read_problem(problem_path), read_plan(plan_path))
        if as_json:
            violations = [
                {"code": v.code, "session": v.session, "params": v.params, "text": str(v)}
                for v in report.violations
            ]
            _print_json(
                {
                    "valid": report.is_valid,
                    "violations": violations,
                    "claims_wrong": list(report.claims_wrong),
                    "cost": report.cost,
                    "cost_parts": report.cost_parts,
                },
                streams.out,
            )
        else:
            for fault in (*map(str, report.violations), *report.claims_wrong):
                print(_line(fault), file=streams.out)
            parts = ", ".join(f"{name} {amount}" for name, amount in report.cost_parts.items() if amount)
            verdict = "valid" if report.is_valid else "not valid"
            print(f"{verdict}: cost {report.cost}" + (f" ({parts})" if parts else ""), file=streams.out)
        return DONE if report.is_right else NOT_VALID

    return _guarded(work, streams)


def rank_file(paths: tuple[str, str], session: str, top: int, as_json: bool, streams: Streams) -> int:
    """Rank the instructors of one session, given (problem, plan) files."""

    def work() -> int:
        ranking = rank(read_problem(paths[0]), read_plan(paths[1]), session, top)
        if as_json:
            excluded = [{"instructor": x.instructor, "reasons": list(x.reasons)} for x in ranking.excluded]
            _print_json(
                {"candidates": [candidate_document(c) for c in ranking.candidates], "excluded": excluded},
                streams.out,
            )
            return DONE
        for c in ranking.candidates:
            print(_line(candidate_text(c)), file=streams.out)
        for x in ranking.excluded:
            print(_line(f"excluded {x.instructor}: {', '.join(x.reasons)}"), file=streams.out)
        return DONE

    return _guarded(work, streams)


def explain_file(paths: tuple[str, str], session: str, as_json: bool, streams: Streams) -> int:
    """Explain one session of a plan, given (problem, plan) files."""

    def work() -> int:
        found = explain(read_problem(paths[0]), read_plan(paths[1]), session)
        if as_json:
            _print_json(explanation_document(found), streams.out)
            return DONE
        for line in explanation_lines(found):
            print(_line(line), file=streams.out)
        return DONE

    return _guarded(work, streams)


def _contradiction(problem: Problem) -> list[str]:
    """Return a smallest set of pins and limits that contradict, where it is found in time."""
    try:
        return [requirement_text(r) for r in conflict_of_pins(problem)]
    except Undecided:
        return []


class _Teller:
    """Prints a line of progress when something changed, at most once in two seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._last, self._when = stream, "", -2.0

    def __call__(self, progress: Progress) -> bool:
        text = f"{progress.phase}: cost {progress.cost}, bound {progress.bound}"
        if text != self._last and progress.elapsed - self._when >= 2:
            print(f"{progress.elapsed:.1f} s {text}", file=self._stream)
            self._last, self._when = text, progress.elapsed
        return True


def _guarded(work: Callable[[], int], streams: Streams) -> int:
    try:
        return work()
    except (BadFile, NoSuchSession) as error:
        print(_line(str(error)), file=streams.err)
    except MemoryError:
        print("not usable: too large for this machine", file=streams.err)
    return UNREADABLE


def _line(text: str) -> str:
    """Keep a text on one line whatever the ids in it hold."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _print_json(document: dict[str, object], stream: TextIO) -> None:
    print(json.dumps(document, ensure_ascii=False), file=stream)
