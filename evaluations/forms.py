"""What is typed on the pages of evaluations."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from evaluations.rules import LIMITS, Parameters


def _number(name: str, label: str, help: str) -> IntegerField:
    low, high = LIMITS[name]
    text = lazy_gettext("应在 %(low)s 到 %(high)s 之间。", low=low, high=high)
    missing = lazy_gettext("请填整数。")
    checks = [InputRequired(missing), NumberRange(low, high, text)]
    return IntegerField(label, checks, description=help, render_kw={"inputmode": "numeric"})


class ParametersForm(FlaskForm):
    """How ratings are reckoned."""

    prior_weight = _number(
        "prior_weight",
        lazy_gettext("全库平均算几次评分"),
        lazy_gettext("越大，评分少的人越靠近全库平均。0 为只看本人。"),
    )
    half_life = _number(
        "half_life",
        lazy_gettext("评分多少天后分量减半"),
        lazy_gettext("越小，近期的课越要紧。0 为不减。"),
    )
    default_mean = _number("default_mean", lazy_gettext("起算分"), lazy_gettext("全库还没有评分时的平均分。"))
    pool_weight = _number(
        "pool_weight",
        lazy_gettext("起算分算几次评分"),
        lazy_gettext("越大，最初几次评分越拉不动全库平均。"),
    )

    def parameters(self) -> Parameters:
        """What was typed, once it is valid."""
        return Parameters(**{name: int(self[name].data) for name in LIMITS})


class AppealForm(FlaskForm):
    """Why a score is not right."""

    reason = TextAreaField(
        lazy_gettext("申诉理由"),
        [InputRequired(lazy_gettext("请写明申诉理由。")), Length(max=500)],
        description=lazy_gettext("写明哪一项不符合实际、有什么依据。评分人看得到。"),
    )


class DecisionForm(FlaskForm):
    """The answer to an appeal, or why it is looked at again."""

    opinion = TextAreaField(
        lazy_gettext("处理意见"), [InputRequired(lazy_gettext("请写明处理意见。")), Length(max=300)]
    )
    version = HiddenField()

    @property
    def seen(self) -> int | None:
        """The version of the row the person had before them."""
        raw = str(self.version.data or "")
        return int(raw) if raw.isdigit() and len(raw) < 9 else None
