"""Automatic scheduling: asking for a run, watching it, reading its proposal, adopting it or taking that back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from accounts import queries as account_queries
from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from core.db import transaction
from core.errors import RuleBroken
from core.tables import wants_export
from core.web import row_number, row_numbers
from core.when import read_day
from scheduling.enums import RunState, Tier
from scheduling.forms import whole
from scheduling.queries import comparing, gaps, proposals
from scheduling.queries import runs as run_queries
from scheduling.queries.match_policies import get_policy, list_policies
from scheduling.queries.run_pictures import picture_of
from scheduling.rules.match_policies import LEVELS, WISHES, in_words, levels_of, usual_levels
from scheduling.services import adopting, matching
from scheduling.views import blueprint
from scheduling.wording import gap_text, phase_text

CHOICES_OF_SECONDS = (15, 60, 180, 600)


@blueprint.get("/runs")
@requires(P.SCHEDULE_EDIT)
def runs() -> ResponseReturnValue:
    """Runs so far."""
    listing = run_queries.runs_table(current_scope())
    if wants_export(request.args):
        return listing.export(request.args)
    return render_template("scheduling/runs.html", page=listing.page(request.args))


@blueprint.get("/runs/new")
@requires(P.SCHEDULE_EDIT)
def new_run() -> ResponseReturnValue:
    """What to match: one class, some, those of a unit, tier or period, or the whole year still to come."""
    return run_form(request.args)


def run_form(
    given: MultiDict[str, str], typed: Mapping[str, int] | None = None, policy_error: str = ""
) -> str:
    """The form with what an address or another form says; `typed` are sliders that were not kept."""
    chosen = set(row_numbers(given.getlist("class_id")))
    policy_id = row_number(given.get("policy"))
    chosen_policy = get_policy(current_scope(), policy_id) if policy_id else None
    seconds = row_number(given.get("seconds"))
    within = _range(given)
    classes = run_queries.list_matchable(current_scope(), within)
    if not within.is_open:
        chosen = {klass.id for klass in classes}
    plans = Counter((klass.owner_id, klass.year) for klass in run_queries.list_matchable(current_scope()))
    owners = {unit.id: unit.name for unit in account_queries.list_units(current_scope())}
    return render_template(
        "scheduling/run_form.html",
        classes=classes,
        plans=[(owner, owners.get(owner, ""), year, count) for (owner, year), count in sorted(plans.items())],
        chosen=chosen,
        within=within,
        units=account_queries.list_places(current_scope()),
        tiers=Tier.choices(),
        seconds=CHOICES_OF_SECONDS,
        default_seconds=seconds if seconds in CHOICES_OF_SECONDS else matching.DEFAULT_SECONDS,
        wishes=WISHES,
        levels=usual_levels() | dict(typed or (chosen_policy.levels if chosen_policy else {})),
        policy_error=policy_error,
        level_words=[gettext(word) for word in LEVELS],
        policies=list_policies(current_scope()),
        policy=chosen_policy,
    )


def _range(given: Mapping[str, str]) -> run_queries.Range:
    """The range in a query or a form; what cannot be read counts as not given. NotFound for a unit out of reach."""
    unit_id, tier = given.get("unit", ""), given.get("tier", "")
    return run_queries.Range(
        unit=account_queries.get_unit(current_scope(), whole(unit_id)) if whole(unit_id) else None,
        tier=Tier(tier) if tier in list(Tier) else None,
        first=read_day(given.get("first", "")),
        last=read_day(given.get("last", "")),
    )


@blueprint.post("/runs")
@requires(P.SCHEDULE_EDIT)
def start_run() -> ResponseReturnValue:
    """Queue a run; one for each plan that has some of the chosen classes."""
    ids = set(row_numbers(request.form.getlist("class_id")))
    seconds = request.form.get("seconds", matching.DEFAULT_SECONDS, type=int)
    owner_id, _, year = request.form.get("whole", "").partition("-")
    policy_name = request.form.get("policy_name", "")[:40]
    with transaction():
        if owner_id.isdigit() and year.isdigit() and len(owner_id) < 10 and len(year) == 4:
            owner = account_queries.get_unit(current_scope(), int(owner_id))
            asked = [matching.request_run(owner, int(year), [], seconds=seconds, actor=current_actor())]
        elif ids:
            classes = run_queries.chosen_classes(current_scope(), ids)
            title = _title(_range(request.form), classes)
            asked = [
                matching.request_run(
                    of_plan[0].owner,
                    of_plan[0].year,
                    of_plan,
                    title=title,
                    seconds=seconds,
                    actor=current_actor(),
                )
                for of_plan in _by_plan(classes)
            ]
        else:
            raise RuleBroken(gettext("请选择要排的班次。"))
        for each in asked:
            matching.weigh(each, levels_of(request.form), policy_name, actor=current_actor())
        run_ids = [each.id for each in asked]
    if len(run_ids) > 1:
        flash(gettext("班次分属 %(count)s 份计划，已分别开始排课。", count=len(run_ids)), "info")
        return redirect(url_for("scheduling.runs"))
    return redirect(url_for("scheduling.run", run_id=run_ids[0]))


def _title(within: run_queries.Range, classes: Sequence[Any]) -> str:
    """What a run over a range is called; empty where the classes name themselves."""
    if within.is_open or len(classes) == 1:
        return ""
    return gettext("%(range)s，%(count)s 个班次", range=within.text, count=len(classes))


def _by_plan(classes: Sequence[Any]) -> list[list[Any]]:
    """Classes by the plan they are in: whose, and of which year."""
    plans: dict[tuple[int, int], list[Any]] = {}
    for klass in classes:
        plans.setdefault((klass.owner_id, klass.year), []).append(klass)
    return list(plans.values())


@blueprint.get("/runs/<int:run_id>")
@requires(P.SCHEDULE_EDIT)
def run(run_id: int) -> ResponseReturnValue:
    """One run: its progress, or its proposal as the difference from today's plan."""
    return _page(run_id)


def _page(run_id: int) -> str:
    row = run_queries.get_run(current_scope(), run_id)
    if row.state not in (RunState.READY, RunState.APPLIED, RunState.STALE):
        return render_template("scheduling/run.html", **_facts(row))
    shortages = gaps.shortages_of(row)
    parts = proposals.parts_of(row, shortages)
    return render_template(
        "scheduling/proposal.html",
        **_facts(row),
        parts=parts,
        changed=sum(line.is_changed for part in parts for line in part.lines),
        lacking=[line for part in parts for line in part.lines if line.lacks],
        shortages=shortages,
        duties=proposals.duties_of(row),
        others=comparing.list_others(current_scope(), row),
        bars=proposals.cost_bars(row),
        counts=row.log.get("counts", {}),
        adopted=len(row.log.get("adopted", ())),
    )


def _facts(row: Any) -> dict[str, object]:
    return {
        "run": row,
        "badge_of_state": run_queries.state_badge(row),
        "phase": phase_text(row.phase if row.state is RunState.RUNNING else ""),
        "gap": gap_text(row.cost, row.bound),
        "is_active": row.state in matching.ACTIVE,
        "can_finish": matching.can_finish(row),
        "wishes_text": in_words(row.levels),
        "picture": picture_of(row.log.get("course", ()) if isinstance(row.log, dict) else ()),
    }


@blueprint.get("/runs/<int:run_id>/progress")
@requires(P.SCHEDULE_EDIT)
def run_progress(run_id: int) -> ResponseReturnValue:
    """The bar, asked for again and again; the whole page comes anew once the run has ended."""
    row = run_queries.get_run(current_scope(), run_id)
    answer = make_response(render_template("scheduling/_run_progress.html", **_facts(row)))
    if row.state not in matching.ACTIVE:
        answer.headers["HX-Refresh"] = "true"
    return answer


@blueprint.post("/runs/<int:run_id>/cancel")
@requires(P.SCHEDULE_EDIT)
def cancel_run(run_id: int) -> ResponseReturnValue:
    """Stop it; nothing has been changed."""
    with transaction():
        matching.cancel_run(run_queries.get_run(current_scope(), run_id), actor=current_actor())
    flash(gettext("正在停止，现有安排没有改动。"), "info")
    return redirect(url_for("scheduling.run", run_id=run_id))


@blueprint.post("/runs/<int:run_id>/finish")
@requires(P.SCHEDULE_EDIT)
def finish_run(run_id: int) -> ResponseReturnValue:
    """End it now and show the best plan found so far."""
    with transaction():
        matching.finish_run(run_queries.get_run(current_scope(), run_id), actor=current_actor())
    flash(gettext("正在结束，马上可以查看目前最好的方案。"), "info")
    return redirect(url_for("scheduling.run", run_id=run_id))


@blueprint.post("/runs/<int:run_id>/adopt")
@requires(P.SCHEDULE_EDIT)
def adopt_run(run_id: int) -> ResponseReturnValue:
    """Make the proposal the working plan, whole or for the ticked sessions."""
    ticked = set(row_numbers(request.form.getlist("session_ids")))
    part = request.form.get("part", "")
    chosen = ticked if part == "ticked" else None
    try:
        with transaction():
            row = run_queries.get_run(current_scope(), run_id)
            if part.startswith("class-"):
                chosen = proposals.sessions_of_class(row, row_number(part.removeprefix("class-")) or 0)
            changed = adopting.adopt(row, chosen, actor=current_actor())
    except adopting.StaleProposal as stale:
        with transaction():
            adopting.mark_stale(run_queries.get_run(current_scope(), run_id), stale.sentence)
        return _page(run_id), 409
    text = gettext("已采用，%(count)s 个课次的工作安排已更新。发布后才会通知讲师和基地。", count=changed)
    undo = url_for("scheduling.give_back", run_id=run_id)
    flash({"text": text, "undo_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("scheduling.run", run_id=run_id))


@blueprint.post("/runs/<int:run_id>/give-back")
@requires(P.SCHEDULE_EDIT)
def give_back(run_id: int) -> ResponseReturnValue:
    """Undo the adoption."""
    with transaction():
        changed = adopting.give_back(run_queries.get_run(current_scope(), run_id), actor=current_actor())
    flash(gettext("已撤销采用，%(count)s 个课次恢复原样。", count=changed), "success")
    return redirect(url_for("scheduling.run", run_id=run_id))


@blueprint.post("/runs/<int:run_id>/again")
@requires(P.SCHEDULE_EDIT)
def run_again(run_id: int) -> ResponseReturnValue:
    """The same question anew, with today's data."""
    with transaction():
        row = run_queries.get_run(current_scope(), run_id)
        classes = run_queries.chosen_classes(current_scope(), row.class_ids) if row.class_ids else []
        seconds = row.log.get("seconds", row.seconds)  # one that was ended early had less in the end
        again = matching.request_run(
            row.owner,
            row.year,
            classes,
            title=row.title,
            seconds=seconds,
            actor=current_actor(),
        )
        matching.weigh(again, row.levels, row.policy, actor=current_actor())
        new_id = again.id
    return redirect(url_for("scheduling.run", run_id=new_id))
