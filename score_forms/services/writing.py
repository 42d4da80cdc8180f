"""Writing a new version of a form: draft, change, issue. Flush only."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from accounts.access import Actor
from accounts.models import OrgUnit
from core import audit, clock
from core.db import session
from core.errors import RuleBroken, Violation
from score_forms import queries, rules
from score_forms.enums import Purpose
from score_forms.models import ScoreForm
from score_forms.services.filling import current_form, write_lines


def start_draft(owner: OrgUnit, purpose: Purpose, *, actor: Actor) -> ScoreForm:
    """The draft of a level for a purpose, begun as a copy of the form in force there."""
    found = queries.find_draft(owner.id, purpose)
    if found is not None:
        return found
    pattern = current_form(purpose, owner.path)
    draft = ScoreForm(
        owner_id=owner.id,
        purpose=purpose,
        number=queries.newest_number(owner.id, purpose) + 1,
        title=pattern.title,
        pass_mark=pattern.pass_mark,
    )
    write_lines(draft, pattern.lines)
    session().add(draft)
    session().flush()
    audit.note(session(), gettext("起草评分表：%(title)s", title=draft.title))
    return draft


def save_draft(
    draft: ScoreForm, title: str, pass_mark: int | None, lines: Sequence[rules.Line], *, actor: Actor
) -> bool:
    """Keep what was typed, complete or not; says whether the pass mark could be kept, too.

    RuleBroken when it is in force already or has too many lines.
    """
    _still_draft(draft)
    if len(lines) > rules.MOST_LINES:
        raise RuleBroken(gettext("一张表最多 %(n)s 项指标。", n=rules.MOST_LINES))
    draft.title = title.strip()[:120]
    if pass_mark is not None and rules.is_pass_mark(pass_mark):
        draft.pass_mark = pass_mark
    write_lines(draft, lines)
    session().flush()
    return rules.is_pass_mark(pass_mark)


def issue(draft: ScoreForm, *, actor: Actor) -> ScoreForm:
    """Put a draft in force; the version before it is superseded and stays as it was.

    RuleBroken names what is missing, each beside its line.
    """
    _still_draft(draft)
    found = rules.form_faults(draft.title, draft.pass_mark, draft.lines)
    if found:
        titles = {line.key: line.title for line in draft.lines}
        wrong = [Violation(code, sentence(code, titles.get(key, "")), key) for code, key in found]
        raise RuleBroken(gettext("还有 %(n)s 处要改，改好才能启用。", n=len(wrong)), wrong)
    before = queries.find_own_current(draft.owner_id, draft.purpose)
    if before is not None:
        before.is_current = False
        session().flush()
    draft.issued_at, draft.issued_by, draft.is_current = clock.now(), actor.name, True
    session().flush()
    audit.note(session(), gettext("启用评分表：%(title)s 第 %(n)s 版", title=draft.title, n=draft.number))
    return draft


def drop_draft(draft: ScoreForm, *, actor: Actor) -> None:
    """Throw a draft away; what is in force stays in force."""
    _still_draft(draft)
    session().delete(draft)
    session().flush()


def _still_draft(form: ScoreForm) -> None:
    if not form.is_draft:
        raise RuleBroken(gettext("这一版已经启用，不能再改。要改请起草新的一版。"))


def sentence(code: str, title: str) -> str:
    """What is wrong with a draft, in words."""
    if code == "most":
        return gettext("「%(title)s」的满分应在 1 到 %(most)s 之间。", title=title, most=rules.MOST_POINTS)
    if code == "twice":
        return gettext("有两项都叫「%(title)s」。", title=title)
    return {
        "no_title": gettext("请写评分表的名称。"),
        "pass_mark": gettext("合格线应在 0 到 100 之间。"),
        "no_points": gettext("至少要有一项打分的指标。"),
        "comments": gettext("评语只能有一项。"),
        "no_line_title": gettext("有一项指标没有名称。"),
    }[code]
