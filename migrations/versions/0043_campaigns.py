"""campaigns of a level with who answered and what they need; plans of townships for a year"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0045"
branch_labels = None
depends_on = None


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade():
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("campaignkind", "intake", "survey"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=600), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_campaign_title")),
        sa.ForeignKeyConstraint(["owner_id"], ["org_unit.id"], name=op.f("fk_campaign_owner_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_owner_id"), "campaign", ["owner_id"])
    op.create_table(
        "campaign_course",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_course_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_campaign_course_course_id_course")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "course_id", name=op.f("pk_campaign_course")),
    )
    op.create_index(op.f("ix_campaign_course_course_id"), "campaign_course", ["course_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("remark", sa.String(length=300), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_invitation_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("campaign_id", "unit_id", name=op.f("uq_invitation_campaign_id_unit_id")),
    )
    op.create_index(op.f("ix_invitation_unit_id"), "invitation", ["unit_id"])
    op.create_table(
        "survey_need",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.CheckConstraint("people BETWEEN 1 AND 5000", name=op.f("ck_survey_need_people")),
        sa.CheckConstraint("month BETWEEN 0 AND 12", name=op.f("ck_survey_need_month")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_survey_need_invitation_id_invitation")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_survey_need_course_id_course")),
        sa.PrimaryKeyConstraint("invitation_id", "course_id", name=op.f("pk_survey_need")),
    )
    op.create_index(op.f("ix_survey_need_course_id"), "survey_need", ["course_id"])
    op.create_table(
        "year_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "state", _choice("planstate", "drafting", "submitted", "returned", "released"), nullable=False
        ),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("submitted_by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("unit_id <> supplier_id", name=op.f("ck_year_plan_parties")),
        sa.CheckConstraint("state <> 'returned' OR reason <> ''", name=op.f("ck_year_plan_returned")),
        sa.CheckConstraint(
            "(state = 'drafting') = (submitted_at IS NULL)", name=op.f("ck_year_plan_submitted")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_year_plan_unit_id_org_unit")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["org_unit.id"], name=op.f("fk_year_plan_supplier_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_plan")),
        sa.UniqueConstraint("unit_id", "year", name=op.f("uq_year_plan_unit_id_year")),
    )
    op.create_index(op.f("ix_year_plan_supplier_id"), "year_plan", ["supplier_id"])
    with op.batch_alter_table("unit_order") as batch_op:
        batch_op.add_column(sa.Column("campaign_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_unit_order_campaign_id_campaign"), "campaign", ["campaign_id"], ["id"]
        )
        batch_op.create_index(op.f("ix_unit_order_campaign_id"), ["campaign_id"])


def downgrade():
    with op.batch_alter_table("unit_order") as batch_op:
        batch_op.drop_index(op.f("ix_unit_order_campaign_id"))
        batch_op.drop_constraint(op.f("fk_unit_order_campaign_id_campaign"), type_="foreignkey")
        batch_op.drop_column("campaign_id")
    for name in ("year_plan", "survey_need", "invitation", "campaign_course", "campaign"):
        op.drop_table(name)
