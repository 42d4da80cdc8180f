"""Site reviews: asking offices, scoring, closing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from accounts.enums import P
from accounts.web import current_actor, current_scope, requires
from bases.forms import InviteForm, read_invited
from bases.queries import bases as base_queries
from bases.queries import filing
from bases.services import site_reviews
from bases.services.site_reviews import FEWEST_OFFICES, Invitation
from bases.views import blueprint
from bases.views.pages import edit_scope
from core import clock
from core.db import transaction
from core.errors import NotFound, RuleBroken
from score_forms.forms import SheetInput, read_sheet


@blueprint.route("/<int:base_id>/site-review", methods=["GET", "POST"])
@requires(P.BASE_EDIT)
def invite(base_id: int) -> ResponseReturnValue:
    """Ask several offices to score a base on site."""
    form = InviteForm()
    base = base_queries.get_kept_base(edit_scope(), base_id)
    errors: list[str] = []
    if form.is_submitted() and form.validate():
        try:
            with transaction():
                base = base_queries.get_kept_base(edit_scope(), base_id)
                people = {user.id: user for user, _office in filing.list_scorers(base.owner)}
                asked = read_invited(request.form, list(people))
                invited = [Invitation(people[n], office) for n, office in asked.items()]
                site_reviews.invite(base, invited, form.due.data or clock.today(), actor=current_actor())
        except RuleBroken as refused:
            for violation in refused.violations:
                if violation.subject == "due":
                    form.due.errors = [violation.sentence]
            errors = [v.sentence for v in refused.violations if v.subject != "due"]
            errors = errors or ([] if refused.violations else [refused.sentence])
            base = base_queries.get_kept_base(edit_scope(), base_id)
        else:
            flash(gettext("已发起实地评审，评审人会在待办里看到。"), "success")
            return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="site-reviews"))
    page = render_template(
        "bases/site_review_form.html",
        base=base,
        form=form,
        people=filing.list_scorers(base.owner),
        typed=request.form,
        fewest=FEWEST_OFFICES,
        errors=errors,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/<int:base_id>/site-review/close")
@requires(P.BASE_EDIT)
def close_site_review(base_id: int) -> ResponseReturnValue:
    """Count the sheets."""
    with transaction():
        base = base_queries.get_kept_base(edit_scope(), base_id)
        review = filing.find_open_review(base.id)
        if review is None:
            raise NotFound(gettext("没有正在进行的评审。"))
        site_reviews.close(review, actor=current_actor())
        mean, passed = review.mean, review.passed
    if passed:
        flash(gettext("评审通过，平均 %(mean)s 分。", mean=mean), "success")
    else:
        flash(gettext("评审没有通过，平均 %(mean)s 分。", mean=mean), "warning")
    return redirect(url_for("bases.filing_page", base_id=base_id, _anchor="site-reviews"))


@blueprint.get("/<int:base_id>/site-reviews/<int:review_id>")
@requires(P.BASE_VIEW)
def site_review(base_id: int, review_id: int) -> ResponseReturnValue:
    """One site review with every office's sheet, once it is over."""
    review = filing.get_site_review(current_scope(), base_id, review_id)
    return render_template("bases/site_review.html", base=review.base, review=review)


@blueprint.get("/site-reviews")
@requires(P.SITE_SCORE)
def own_site_reviews() -> ResponseReturnValue:
    """The site reviews one is asked to score."""
    seats = filing.list_own_seats(current_actor())
    return render_template("bases/site_reviews.html", seats=seats, today=clock.today())


@blueprint.route("/site-reviews/<int:review_id>", methods=["GET", "POST"])
@requires(P.SITE_SCORE)
def score_site(review_id: int) -> ResponseReturnValue:
    """Score a base; the others' sheets appear only after one's own is in."""
    seat = filing.get_own_seat(current_actor(), review_id)
    if request.method == "GET":
        return _sheet(seat, SheetInput())
    sheet = read_sheet(seat.review.form.lines, request.form)
    try:
        with transaction():
            mine = filing.get_own_seat(current_actor(), review_id)
            site_reviews.score(mine, sheet.marks, sheet.comment, actor=current_actor())
    except RuleBroken as refused:
        if not refused.violations:
            raise
        sheet.errors.update({v.subject: v.sentence for v in refused.violations})
        return _sheet(filing.get_own_seat(current_actor(), review_id), sheet), 422
    flash(gettext("评分表已交。"), "success")
    return redirect(url_for("bases.score_site", review_id=review_id))


def _sheet(seat: Any, sheet: SheetInput) -> str:
    return render_template(
        "bases/site_review_score.html",
        seat=seat,
        base=seat.review.base,
        form=seat.review.form,
        sheet=sheet,
        documents=filing.list_documents(seat.review.base_id),
        is_late=seat.review.due < clock.today(),
    )
