"""``match``: the matching engine on files. Needs no database."""

import io
import sys

import click

from scheduling.engine import commands
from scheduling.engine.run import SolveOptions
from scheduling.engine.warm import warm


def _streams() -> commands.Streams:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows no Chinese still gets the line
            stream.reconfigure(errors="backslashreplace")
    return commands.Streams(sys.stdout, sys.stderr)


def _exit(code: int) -> None:
    click.get_current_context().exit(code)


@click.group("match")
def match() -> None:
    """Solve, check, rank and explain matching problems kept in files."""


@match.command("solve")
@click.argument("problem")
@click.option("--out", required=True, help="Where to write the plan (.gz: compressed).")
@click.option("--seconds", type=click.FloatRange(min=0), default=60.0, show_default=True)
@click.option("--iterations", type=click.IntRange(min=0), help="Replaces the clock, for repeatable runs.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--start", help="A plan to begin from.")
def solve_command(problem: str, out: str, start: str | None, **given: float) -> None:
    """Write the best plan found for PROBLEM."""
    iterations = given["iterations"]
    options = SolveOptions(
        seconds=given["seconds"],
        iterations=None if iterations is None else int(iterations),
        seed=int(given["seed"]),
        workers=int(given["workers"]),
    )
    _exit(commands.solve_file(problem, out, options, start, _streams()))


@match.command("check")
@click.argument("problem")
@click.argument("plan")
@click.option("--json", "as_json", is_flag=True)
def check_command(problem: str, plan: str, as_json: bool) -> None:
    """Recompute PLAN for PROBLEM: exit 0 when it is valid and every claimed figure right."""
    _exit(commands.check_file(problem, plan, as_json, _streams()))


@match.command("rank")
@click.argument("problem")
@click.argument("plan")
@click.argument("session")
@click.option("--top", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def rank_command(problem: str, plan: str, session: str, top: int, as_json: bool) -> None:
    """List who could teach SESSION, given the rest of PLAN, and why everyone else could not."""
    _exit(commands.rank_file((problem, plan), session, top, as_json, _streams()))


@match.command("explain")
@click.argument("problem")
@click.argument("plan")
@click.argument("session")
@click.option("--json", "as_json", is_flag=True)
def explain_command(problem: str, plan: str, session: str, as_json: bool) -> None:
    """Tell what SESSION costs where it is, what else there is, and what would free it."""
    _exit(commands.explain_file((problem, plan), session, as_json, _streams()))


@match.command("warm")
def warm_command() -> None:
    """Compile the engine's loops, where that was not done yet; it takes a minute or two."""
    warm()
