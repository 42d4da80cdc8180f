"""Solve: construct, improve, prove; which of them, and for how long, depends on the size of the problem."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from scheduling.engine.anneal import anneal_state
from scheduling.engine.anneal_grid import layout_of
from scheduling.engine.candidates import Candidates, is_possible
from scheduling.engine.check import check
from scheduling.engine.construct import construct, units_of
from scheduling.engine.highs import Stuck
from scheduling.engine.improve import Improver
from scheduling.engine.index import Index
from scheduling.engine.large import improve_large
from scheduling.engine.linear import Model, Stopped
from scheduling.engine.model import Plan, Problem, Status
from scheduling.engine.pins import PinsContradict, contradictions, place_pinned
from scheduling.engine.prove import prove
from scheduling.engine.run import Progress, Run, SolveOptions
from scheduling.engine.state import State
from scheduling.engine.windows import Windows

DEFAULT = SolveOptions()
FIRST_IMPROVEMENT = 0.05  # share of the time before the linear model is made
PROVABLE_GRID = 60  # sessions of a problem of times and rooms that is worth a proof
GRID_SHARE = 0.2  # of the time to anneal before the proof
LAST_LOOK = 1.5  # the last full evaluation may take so many times as long as the first


def solve(
    problem: Problem,
    options: SolveOptions = DEFAULT,
    progress: Callable[[Progress], bool] | None = None,
    executor: Executor | None = None,
) -> Plan:
    """Return the best plan found within the options; the best so far when ``progress`` returns False.

    Large problems are solved in shards by the executor; without one, ``options.workers`` processes are started for them.
    Raises PinsContradict when the pinned parts break rules by themselves.
    """
    run = Run(options, progress)
    wrong = contradictions(problem)
    if wrong:
        raise PinsContradict(wrong)
    index = Index(problem)
    candidates = Candidates(State(index))
    units = units_of(index)
    run.enter("construct")
    if options.start is not None:
        adopt(candidates, options.start, units)
    place_pinned(candidates, units)
    if options.start is not None:
        adopt(candidates, options.start, units)
    construct(candidates, units, run.go_on)
    _look_over(problem, run, candidates.state)
    if _anneal(problem, run, candidates.state):
        return finish(problem, run, candidates.state)
    if not is_small(index):
        improve_large(candidates.state, units, run, executor)
        return finish(problem, run, candidates.state)
    improver = Improver(candidates, units, run.cost or 0, np.random.default_rng(options.seed))
    _improve(improver, run, FIRST_IMPROVEMENT)
    _prove(improver, run)
    if run.bound is None or run.bound < improver.best_cost:
        run.enter("windows")
        Windows(improver, run).improve(options.iterations)
    return finish(problem, run, candidates.state)


def _look_over(problem: Problem, run: Run, state: State) -> None:
    """Reckon the first plan's cost in full, and keep as much time for doing so again at the end."""
    began = run.elapsed
    run.cost = check(problem, Plan(problem.name, state.assignments())).cost
    run.reserve = LAST_LOOK * (run.elapsed - began)
    run.note(f"first plan costs {run.cost}")
    run.enter(run.phase)


def _anneal(problem: Problem, run: Run, state: State) -> bool:
    """Anneal where only times and rooms are left to choose; return whether nothing more is worth trying."""
    layout = layout_of(state)
    if layout is None:
        return False
    is_provable = len(problem.sessions) <= PROVABLE_GRID
    is_better = anneal_state(state, layout, run, GRID_SHARE if is_provable else 1.0)
    return run.bound == run.cost or (is_better and not is_provable)


def _improve(improver: Improver, run: Run, share: float) -> None:
    """Improve for a share of the time that is left, or of the iterations."""
    run.enter("improve")
    iterations = run.options.iterations
    if iterations is None:
        improver.run(run, None, run.left * share)
    else:
        improver.run(run, round(iterations * share), None)


def _prove(improver: Improver, run: Run) -> None:
    """Prove with one linear model of the whole problem."""
    problem = improver.state.index.problem
    run.enter("bound")
    try:
        model = Model(Candidates(State(improver.state.index)), range(len(problem.sessions)), run.go_on)
    except Stopped:
        return
    model.constant += check(problem, Plan(problem.name)).cost
    try:
        prove(model, run, improver)
    except Stuck as error:
        run.note(f"no proof: {error}")


def is_small(index: Index) -> bool:
    """Whether the whole problem can go into one linear model."""
    return len(index.problem.sessions) <= 1000


def adopt(candidates: Candidates, plan: Plan, units: list[tuple[int, ...]]) -> None:
    """Take over what a plan says as far as the rules allow."""
    state = candidates.state
    wanted = State.of_plan(state.index, plan).placement
    for unit in (unit for unit in units if all(state.placement[s] is None for s in unit)):
        state.completing = {r for s in unit for r in state.index.series_of[s]}
        for s in unit:
            p = wanted[s]
            if p is not None and is_possible(candidates, s, p):
                state.place(s, p)
        if any(state.index.whole_only[s] for s in unit) and not all(state.is_whole(s) for s in unit):
            for s in unit:
                state.clear(s)
    state.completing = set()


def finish(problem: Problem, run: Run, state: State) -> Plan:
    """Return the state as a plan with its figures, computed by the full evaluation."""
    plan = Plan(problem.name, state.assignments(), seed=run.options.seed)
    report = check(problem, plan)
    while report.violations:  # what the linear model cannot say, e.g. of sessions without length
        named = {state.index.session[v.session] for v in report.violations if v.session is not None}
        placed = sorted(s for s in named if state.placement[s] is not None)
        if not placed:
            break  # leaving out more would not help; the report says what is wrong
        for s in placed:
            run.note(f"left out again: {problem.sessions[s].id}")
            state.clear(s)
        plan = replace(plan, assignments=state.assignments())
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
