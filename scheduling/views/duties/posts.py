"""Posts with a duty: who holds them from when to when, moves, vacancies, and what changed about what they owe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.queries import get_unit
from accounts.web import current_actor, current_scope, requires
from core import clock
from core.db import transaction
from core.errors import Conflict, RuleBroken
from core.refusals import put_errors
from core.tables import wants_export
from party_lessons.enums import PostKind
from party_lessons.forms import LeaveForm, MoveForm, PostForm
from party_lessons.queries.board import list_of_post
from party_lessons.queries.people import get_holder, list_holders, list_seats
from party_lessons.queries.posts import get_post, holder_of, list_events, list_posts_at, post_table
from party_lessons.queries.reports import list_confirmed_of
from party_lessons.services import credits, posts
from scheduling.queries.lessons import list_told_facts_by
from scheduling.views.duties import blueprint
from scheduling.views.duties.picking import Choices, with_chosen

AnyForm = PostForm | MoveForm | LeaveForm


@blueprint.get("/posts")
@requires(P.DUTY_VIEW)
def post_list() -> ResponseReturnValue:
    """Every post with a duty inside the scope."""
    table = post_table(current_scope(), clock.today())
    if wants_export(request.args):
        return table.export(request.args)
    return render_template("party_lessons/posts.html", page=table.page(request.args))


@blueprint.route("/posts/new", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
def new_post() -> ResponseReturnValue:
    """Somebody takes up a post."""
    form = PostForm()
    pool = current_scope(P.POOL_VIEW)
    holders = with_chosen(form.holder, list_holders(pool), lambda key: get_holder(pool, key).name)
    form.offer(holders, _seats(form))
    if request.method == "GET":
        return render_template("party_lessons/post_form.html", form=form, post=None)
    if not form.validate_on_submit():
        return render_template("party_lessons/post_form.html", form=form, post=None), 422
    try:
        with transaction():
            made = posts.take_up(
                get_holder(current_scope(P.POOL_VIEW), form.holder.data),
                get_unit(current_scope(), form.unit.data),
                form.title.data or "",
                actor=current_actor(),
                why=form.why.data or "",
                starts=form.starts.data,  # type: ignore[arg-type]
                ends=form.ends.data,
                kind=PostKind(form.kind.data),
            )
            made_id = made.id
            _follow(made.holder_id)
    except (RuleBroken, Conflict) as refused:
        return _refused(form, refused, "party_lessons/post_form.html", None)
    flash(gettext("任职已登记，应讲的党课已算好。"), "success")
    return redirect(url_for("duties.post", post_id=made_id))


@blueprint.get("/posts/<int:post_id>")
@requires(P.DUTY_VIEW)
def post(post_id: int) -> ResponseReturnValue:
    """One post: its days, what is owed for it, who held it before, and what changed."""
    row, today = get_post(current_scope(), post_id), clock.today()
    holders = list_posts_at(row)
    return render_template(
        "party_lessons/post.html",
        post=row,
        today=today,
        duties=list_of_post(row, today),
        events=list_events([post_id]),
        holders=holders,
        is_vacant=all(other.ends is not None and other.ends < today for other in holders),
    )


@blueprint.route("/posts/<int:post_id>/edit", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
def edit_post(post_id: int) -> ResponseReturnValue:
    """Correct the days or the kind of a post."""
    row = get_post(current_scope(), post_id)
    form = PostForm()
    if request.method == "GET":
        form.show(row)
    form.offer([(str(row.holder_id), row.holder.name)], [(str(row.unit_id), row.unit.title)])

    def amend(post: Any) -> int:
        posts.amend(
            post,
            actor=current_actor(),
            why=form.why.data or "",
            seen=form.seen(),
            starts=form.starts.data,  # type: ignore[arg-type]
            ends=form.ends.data,
            kind=PostKind(form.kind.data),
        )
        return post_id

    return _change(post_id, form, "post_form", amend, gettext("任职已更正，应讲的党课已重算。"))


@blueprint.route("/posts/<int:post_id>/move", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
def move_post(post_id: int) -> ResponseReturnValue:
    """The holder moves to another post."""
    form = MoveForm()
    form.offer(_seats(form))
    if request.method == "GET":
        row = get_post(current_scope(), post_id)
        form.version.data, form.kind.data = str(row.version), row.kind.value

    def move(post: Any) -> int:
        kind = PostKind(form.kind.data)
        seat = posts.Seat(get_unit(current_scope(), form.unit.data), form.title.data or "", kind)
        day, why = form.day.data, form.why.data or ""
        return posts.move(post, seat, day, why, actor=current_actor(), seen=form.seen()).id  # type: ignore[arg-type]

    said = gettext("已登记调任。以前的课留在原职务上，新职务重新计算。")
    return _change(post_id, form, "post_move", move, said)


@blueprint.route("/posts/<int:post_id>/leave", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
def leave_post(post_id: int) -> ResponseReturnValue:
    """The holder retires or leaves, and the post falls vacant."""
    form = LeaveForm()
    if request.method == "GET":
        form.version.data = str(get_post(current_scope(), post_id).version)

    def leave(post: Any) -> int:
        day, why = form.ends.data, form.why.data or ""
        posts.leave(post, day, why, actor=current_actor(), seen=form.seen())  # type: ignore[arg-type]
        return post_id

    return _change(post_id, form, "post_leave", leave, gettext("已登记离任，应讲的党课已重算。"))


def _seats(form: PostForm | MoveForm) -> Choices:
    scope = current_scope()
    return with_chosen(form.unit, list_seats(scope), lambda key: get_unit(scope, key).title)


def _change(
    post_id: int, form: AnyForm, template: str, act: Callable[[Any], int], said: str
) -> ResponseReturnValue:
    """Show the form, or do to a post what it says; `act` answers the id of the post to go to."""
    page = f"party_lessons/{template}.html"
    if request.method == "GET":
        return render_template(page, form=form, post=get_post(current_scope(), post_id))
    if not form.validate_on_submit():
        return render_template(page, form=form, post=get_post(current_scope(), post_id)), 422
    try:
        with transaction():
            row = get_post(current_scope(), post_id)
            next_id = act(row)
            _follow(row.holder_id)
    except (RuleBroken, Conflict) as refused:
        return _refused(form, refused, page, post_id)
    flash(said, "success")
    return redirect(url_for("duties.post", post_id=next_id))


def _refused(
    form: AnyForm, refused: RuleBroken | Conflict, template: str, post_id: int | None
) -> ResponseReturnValue:
    """The page again, with the sentence at its field."""
    row = None if post_id is None else get_post(current_scope(), post_id)
    fallback = "starts" if "starts" in form else "why"
    put_errors(form, refused, fallback)
    return render_template(template, form=form, post=row), refused.status


def _follow(person_id: int) -> None:
    """Lessons the person was told or has held count for the posts as they are now."""
    year = clock.today().year
    credits.follow(list_told_facts_by(holder_of(person_id), year, year + 1), actor=current_actor())
    credits.follow_reports(list_confirmed_of(person_id), actor=current_actor())
