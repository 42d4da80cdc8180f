"""Solve: construct, improve, prove; which of them, and for how long, depends on the size of the problem."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scheduling.engine.candidates import Candidates, is_possible, must_place
from scheduling.engine.check import check
from scheduling.engine.construct import construct, units_of
from scheduling.engine.improve import Improver
from scheduling.engine.index import Index
from scheduling.engine.linear import Model
from scheduling.engine.model import Plan, Problem, Status
from scheduling.engine.pins import PinsContradict, contradictions
from scheduling.engine.prove import prove
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.run import Progress, Run, SolveOptions
from scheduling.engine.state import State

DEFAULT = SolveOptions()


def solve(
    problem: Problem, options: SolveOptions = DEFAULT, progress: Callable[[Progress], bool] | None = None
) -> Plan:
    """Return the best plan found within the options; the best so far when ``progress`` returns False.

    Raises PinsContradict when the pinned parts break rules by themselves.
    """
    run = Run(options, progress)
    wrong = contradictions(problem)
    if wrong:
        raise PinsContradict(wrong)
    index = Index(problem)
    state = State(index)
    candidates = Candidates(state)
    units = units_of(index)
    if options.start is not None:
        adopt(candidates, options.start, units)
    construct(candidates, units, run.go_on)
    unplaced = [
        s for s in range(len(problem.sessions)) if state.placement[s] is None and must_place(state, s)
    ]
    if unplaced:
        raise PinsContradict(tuple(Violation(Reason.PINNED, problem.sessions[s].id) for s in unplaced))
    report = check(problem, Plan(problem.name, state.assignments()))
    run.cost = report.cost
    run.note(f"first plan costs {report.cost}")
    run.enter("improve")
    improver = Improver(candidates, units, report.cost, np.random.default_rng(options.seed))
    if is_small(index):
        improver.run(
            run, options.iterations, None if options.iterations is not None else min(2.0, run.left / 10)
        )
        empty = State(index)
        model = Model(Candidates(empty), range(len(problem.sessions)))
        model.constant += check(problem, Plan(problem.name)).cost
        prove(model, run, improver)
    if run.bound is None or run.bound < improver.best_cost:
        run.enter("improve")
        improver.run(run, options.iterations, None if options.iterations is not None else run.left)
    return finish(problem, run, state)


def is_small(index: Index) -> bool:
    """Whether the whole problem can go into one linear model."""
    return len(index.problem.sessions) <= 1000


def adopt(candidates: Candidates, plan: Plan, units: list[tuple[int, ...]]) -> None:
    """Take over what a plan says as far as the rules allow."""
    state = candidates.state
    wanted = State.of_plan(state.index, plan).placement
    for unit in units:
        state.completing = {r for s in unit for r in state.index.series_of[s]}
        for s in unit:
            p = wanted[s]
            if p is None or not is_possible(candidates, s, p):
                break
            state.place(s, p)
        else:
            continue
        for s in unit:
            state.clear(s)
    state.completing = set()


def finish(problem: Problem, run: Run, state: State) -> Plan:
    """Return the state as a plan with its figures, computed by the full evaluation."""
    plan = Plan(problem.name, state.assignments(), seed=run.options.seed, seconds=run.elapsed)
    report = check(problem, plan)
    bound = run.bound
    status = Status.OPTIMAL if bound is not None and bound >= report.cost else Status.FEASIBLE
    run.note(f"best plan costs {report.cost}, bound {bound}, {status}")
    return replace(
        plan,
        cost=report.cost,
        cost_parts=report.cost_parts,
        bound=bound,
        status=status,
        seconds=run.elapsed,
        log=tuple(run.log),
    )
