"""Run by test_add_a_rule.py in a copy of the engine that has one rule more: it holds wherever rules are asked."""

from scheduling.engine import RULES, Assignment, Index, Plan, State, check, load_problem, rank, solve
from scheduling.engine.candidates import Candidates
from scheduling.engine.run import SolveOptions
from tests.engine.problems import brute_force, options, random_problem

CODE = "same_class_twice"
NUMBER = next(n for n, rule in enumerate(RULES) if rule.reason == CODE)
DAY = {"format": "match-problem/1", "name": "day", "instructors": [{"id": "i0", "topics": {"law": 90}}]}
LESSON = {"classes": ["c0"], "topic": "law", "minutes": 90, "hours": 2, "venues": []}


def try_by_hand() -> None:
    """Two lessons of a class on a day, one on the next, and one instructor for all of them."""
    starts = ("2027-03-01T08:30", "2027-03-01T14:00", "2027-03-02T08:30")
    problem = load_problem(
        DAY
        | {
            "classes": [{"id": "c0"}],
            "sessions": [{"id": f"s{n}", "starts": [start], **LESSON} for n, start in enumerate(starts)],
        }
    )
    plan = solve(problem, SolveOptions(iterations=10))
    taught = {a.session for a in plan.assignments if a.instructor == "i0"}
    assert taught in ({"s0", "s2"}, {"s1", "s2"}), taught
    assert check(problem, plan).is_right
    assert (plan.cost_parts["unassigned"], plan.bound) == (1000, plan.cost), "proved with the new rule's rows"
    left = next(iter({"s0", "s1"} - taught))
    assert rank(problem, plan, left).excluded[0].reasons == (CODE,)
    wrong = Plan("day", tuple(Assignment(s.id, s.starts[0], "i0") for s in problem.sessions))
    assert [(v.code, v.session) for v in check(problem, wrong).violations] == [(CODE, "s1")]


def try_at_random() -> None:
    """The step-by-step answer is the definition, and what solve finds is neither wrong nor better than the best."""
    met = 0
    for seed in range(8):
        problem = random_problem(seed)
        plan, best = solve(problem, SolveOptions(iterations=20)), brute_force(problem)
        assert check(problem, plan).is_right
        assert best is not None and plan.cost is not None and (plan.bound or 0) <= best <= plan.cost, seed
        for s, ways in enumerate(options(problem)):
            state = State.of_plan(Index(problem), plan)
            state.clear(s)
            for a in [a for a in ways if a is not None][:40]:
                more = Plan(problem.name, (*state.assignments(), a))
                told = any(v.code == CODE for v in check(problem, more).violations)
                placement = State.of_plan(state.index, more).placement[s]
                assert placement is not None
                assert told == bool(Candidates(state).mask_of(s, placement) >> NUMBER & 1), (seed, a)
                met += told
    assert met > 20, met


if __name__ == "__main__":
    try_by_hand()
    try_at_random()
