"""Explain: what a session costs where it is, what else there is, what stands in the way, what would free it, and why it cannot.

Four layers: who is excluded for which reasons and which single change would free the session; proofs of shortage; smallest
conflicts; and what the choice costs against the best alternatives, with the sessions that would have to make way.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from scheduling.engine.candidates import Candidates, added_parts, mask_reasons
from scheduling.engine.capacities import Supplies
from scheduling.engine.freeing import SHOWN, Freeing, freeing_changes
from scheduling.engine.gaps import SECONDS, Gap, gap_of
from scheduling.engine.index import NONE, Index
from scheduling.engine.model import Plan, Problem
from scheduling.engine.rank import Candidate, position, rank_in
from scheduling.engine.reasons import Reason
from scheduling.engine.rules import RULES
from scheduling.engine.state import State


@dataclass(frozen=True)
class Chosen:
    """What the session adds to the cost where it is now, against leaving it out; empty parts when it is unplaced."""

    parts: dict[str, int]


@dataclass(frozen=True)
class Explanation:
    """Why one session is as it is.

    ``blocked`` counts the instructors excluded for each reason, ``venues_blocked`` the venues that a session without one
    cannot have at any start, ``times_blocked`` the starts of an unplaced one that are out for everyone. ``gap`` proves why
    something is lacking; it is None where nothing is, or where nobody asked for proofs.
    """

    chosen: Chosen
    alternatives: tuple[Candidate, ...]
    blocked: dict[Reason, int]
    frees: tuple[Freeing, ...]
    venues_blocked: dict[Reason, int]
    times_blocked: dict[Reason, int]
    gap: Gap | None = None


def explain(problem: Problem, plan: Plan, session_id: str, seconds: float = SECONDS) -> Explanation:
    """Explain one session of a plan with proofs, for which it takes about ``seconds`` at most; raises NoSuchSession."""
    index = Index(problem)
    return explain_in(State.of_plan(index, plan), session_id, Supplies(index), seconds)


def explain_in(
    state: State, session_id: str, supplies: Supplies | None = None, seconds: float = SECONDS
) -> Explanation:
    """Explain in a State that is kept between calls; the state is left as it was. Proofs are given from ``supplies`` only."""
    s = position(state.index, session_id)
    ranking = rank_in(state, session_id, SHOWN + 1)
    before = state.clear(s)
    try:
        parts = {} if before is None else {name: n for name, n in added_parts(state, s, before).items() if n}
        frees = freeing_changes(state, s, before)
        lacks_venue = state.index.needs_venue[s] and (before is None or before.venue == NONE)
        venues = _venues_blocked(state, s) if lacks_venue else {}
        times = _times_blocked(state, s) if before is None else {}
    finally:
        state.place(s, before)
    is_staffed = before is not None and before.instructor != NONE
    now = state.index.problem.instructors[before.instructor].id if before is not None and is_staffed else None
    others = [c for c in ranking.candidates if before is None or c.instructor != now or c.delta < 0]
    blocked = Counter(reason for x in ranking.excluded for reason in x.reasons)
    return Explanation(
        chosen=Chosen(parts),
        alternatives=tuple(others[:SHOWN]),
        blocked=dict(blocked.most_common()),
        frees=frees,
        venues_blocked=venues,
        times_blocked=times,
        gap=None if supplies is None else gap_of(state, s, supplies, seconds),
    )


def _venues_blocked(state: State, s: int) -> dict[Reason, int]:
    """Return how many venues each rule keeps from an unplaced session; those free at some start are not counted."""
    candidates, everywhere = Candidates(state), np.arange(len(state.index.venue))
    free = np.zeros(len(everywhere), dtype=np.bool_)
    met = np.zeros(len(everywhere), dtype=np.int64)
    for start in state.index.starts[s]:
        masks = candidates.venue_masks(s, start, everywhere)
        free |= masks == 0
        met |= masks
    counts = Counter({rule.reason: int((~free & (met >> n & 1 == 1)).sum()) for n, rule in enumerate(RULES)})
    return {reason: count for reason, count in counts.most_common() if count}


def _times_blocked(state: State, s: int) -> dict[Reason, int]:
    """Return how many starts of an unplaced session each rule rules out, whoever teaches wherever."""
    candidates = Candidates(state)
    counts: Counter[Reason] = Counter()
    for start in state.index.starts[s]:
        counts.update(set(mask_reasons(candidates.time_mask(s, start))))
    return dict(counts.most_common())
