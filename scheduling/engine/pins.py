"""Pins that contradict the rules by themselves: found before any search, and named."""

from collections.abc import Sequence

from scheduling.engine.candidates import Candidates, must_place
from scheduling.engine.check import check
from scheduling.engine.construct import Unit, construct
from scheduling.engine.cuts import Cuts
from scheduling.engine.linear import Model
from scheduling.engine.model import Assignment, Plan, Problem
from scheduling.engine.pricing import Pricer
from scheduling.engine.prove import Proof
from scheduling.engine.reasons import Reason, Violation
from scheduling.engine.run import Run, SolveOptions


class PinsContradict(Exception):
    """The pinned parts break rules by themselves; ``violations`` names them."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("; ".join(str(v) for v in violations))
        self.violations = violations


def contradictions(problem: Problem) -> tuple[Violation, ...]:
    """Return the rules that the pinned parts break, whatever the rest of the plan.

    Pinned starts that stand alone are judged with their instructor and venue where those are pinned too.
    """
    pinned = []
    for session in problem.sessions:
        held = {part: getattr(session.current, part) for part in session.pinned}
        if held.get("start") is not None:
            pinned.append(Assignment(session.id, held["start"], held.get("instructor"), held.get("venue")))
    report = check(problem, Plan(problem.name, tuple(pinned)))
    placed = {a.session for a in pinned}
    return tuple(
        v
        for v in report.violations
        if v.session is not None
        and v.session in placed
        and v.code is not Reason.TOGETHER
        and v.code is not Reason.PINNED
    )


def place_pinned(candidates: Candidates, units: Sequence[Unit]) -> None:
    """Place every session whose pins keep it from being left out; raises PinsContradict where that cannot be done.

    Greedy insertion first; where it fails, an integer model of these sessions alone decides, however long it takes.
    """
    state = candidates.state
    needed = [unit for unit in units if any(must_place(state, s) for s in unit)]
    construct(candidates, needed, lambda: True)
    if all(state.placement[s] is not None for unit in needed for s in unit if must_place(state, s)):
        return
    free = sorted(s for unit in needed for s in unit)
    for s in range(len(state.placement)):
        state.clear(s)
    run = Run(SolveOptions(iterations=0))
    model = Model(candidates, free, lambda: True)
    model.ask_only_for_places()
    proof, cuts = Proof(Pricer(model), run, state.placement), Cuts(model)
    proof.generate()
    while True:
        found, _ = proof.integer(1.0, state.placement, cuts)
        left_out = [s for s in free if must_place(state, s) and (found is None or found[s] is None)]
        if found is None or left_out:
            raise PinsContradict(
                tuple(Violation(Reason.PINNED, state.index.problem.sessions[s].id) for s in left_out)
            )
        for s in free:
            state.place(s, found[s])
        if not cuts.learn(state):
            return
        for s in free:
            state.clear(s)
