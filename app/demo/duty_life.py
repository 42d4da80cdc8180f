"""What the demo's units report of lessons outside the classes, what proves them, and a post that changes hands."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from accounts.models import OrgUnit
from app.demo.cast import Cast
from core import docx
from core.db import session, transaction
from party_lessons.enums import ClassKind, EvidenceKind, PostKind
from party_lessons.models import Post, ReportedLesson, Scheme
from party_lessons.services import posts, reports, schemes

LESSONS = (
    ("嘉祥街道", "镇街春季党员集中培训·学习贯彻新思想", date(2027, 4, 16), ClassKind.TRAINING, 86, True),
    ("嘉祥街道", "支部主题党日·重温入党誓词", date(2027, 5, 7), ClassKind.MEETING, 32, False),
)
TEACHING_DEPUTY = "县委副书记"


def tell(cast: Cast) -> None:
    """The township's contact reports two lessons, one of which the organiser confirms; a deputy secretary takes office."""
    for town, title, day, kind, heads, is_confirmed in LESSONS:
        with transaction():
            unit = session().scalars(select(OrgUnit).where(OrgUnit.name == town)).one()
            post = session().scalars(select(Post).where(Post.unit_id == unit.id).order_by(Post.id)).first()
            if post is None:
                raise LookupError(town)
            said = reports.Said(
                day=day, minutes=90, title=title, class_kind=kind, place=f"{town}党群服务中心", audience="街道党员",
                heads=heads, form="讲授",
            )  # fmt: skip
            row = reports.report(post.holder, unit, said, actor=cast.actor("contact"))
            outline = docx.write(
                [docx.Paragraph(title, "center", 18, bold=True), docx.Paragraph("讲稿提纲(演示)")]
            )
            upload = reports.Upload("讲稿提纲.docx", outline)
            reports.attach(row, EvidenceKind.OUTLINE, upload, known=0, actor=cast.actor("contact"))
            row_id = row.id
        if is_confirmed:
            with transaction():
                reports.confirm(session().get_one(ReportedLesson, row_id), actor=cast.actor("organiser"))
    with transaction():
        scheme = session().scalars(select(Scheme).where(Scheme.is_on.is_(False)).order_by(Scheme.id)).first()
        if scheme is not None:
            schemes.copy(scheme, cast.county, actor=cast.actor("organiser"))
    with transaction():
        leader = session().scalars(select(Post).order_by(Post.id.desc())).first()
        if leader is not None:
            posts.take_up(
                leader.holder, cast.county, TEACHING_DEPUTY, actor=cast.actor("organiser"), why="嘉委〔2027〕18号",
                starts=date(2027, 5, 1), kind=PostKind.TEAM_MEMBER,
            )  # fmt: skip
