"""packages on the menu, packages ordered for a class, sessions tied to one another by an order"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_THEMES = (
    "party_spirit",
    "revolutionary_tradition",
    "clean_government",
    "rural_revitalisation",
    "grassroots_governance",
    "new_drivers",
    "other",
)
_METHODS = (
    "lecture",
    "seminar",
    "case",
    "simulation",
    "experience",
    "debate",
    "on_site",
    "interactive",
    "observation",
)
_STAGES = ("open", "placed", "told", "ended")
_TIED = (
    "(package_order_id IS NULL AND package_position IS NULL AND package_stage IS NULL) OR "
    "(package_order_id IS NOT NULL AND package_position IS NOT NULL AND package_stage IS NOT NULL AND ("
    "(package_stage = 'open' AND state = 'planned' AND start IS NULL AND venue_id IS NULL AND instructor_id IS NULL) OR "
    "(package_stage = 'placed' AND state = 'planned' AND start IS NOT NULL AND venue_id IS NOT NULL "
    "AND (instructor_id IS NOT NULL OR method = 'on_site')) OR "
    "(package_stage = 'told' AND state IN ('published', 'held') AND start IS NOT NULL) OR "
    "(package_stage = 'ended' AND state IN ('cancelled', 'held'))))"
)


def _choice(name, values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade():
    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("most_people", sa.Integer(), nullable=False),
        sa.Column("needs_coach", sa.Boolean(), nullable=False),
        sa.Column("meals_price", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("transport_price", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "first_month BETWEEN 1 AND 12 AND last_month BETWEEN 1 AND 12", name=op.f("ck_package_season")
        ),
        sa.CheckConstraint("most_people >= 1", name=op.f("ck_package_people")),
        sa.CheckConstraint("meals_price >= 0 AND transport_price >= 0", name=op.f("ck_package_prices")),
        sa.ForeignKeyConstraint(["owner_id"], ["org_unit.id"], name=op.f("fk_package_owner_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_package_owner_id_name")),
    )
    op.create_table(
        "package_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("method", _choice("method", _METHODS), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("class_hours", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("theme", _choice("theme", _THEMES), nullable=True),
        sa.CheckConstraint("class_hours > 0", name=op.f("ck_package_part_hours")),
        sa.CheckConstraint(
            "method = 'on_site' OR (course_id IS NOT NULL AND theme IS NULL)",
            name=op.f("ck_package_part_lesson"),
        ),
        sa.CheckConstraint(
            "method <> 'on_site' OR (base_id IS NULL AND theme IS NOT NULL) OR (base_id IS NOT NULL AND theme IS NULL)",
            name=op.f("ck_package_part_visit"),
        ),
        sa.CheckConstraint("venue_id IS NULL OR base_id IS NOT NULL", name=op.f("ck_package_part_venue")),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_package_part_package_id_package")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_package_part_course_id_course")),
        sa.ForeignKeyConstraint(
            ["base_id"], ["teaching_base.id"], name=op.f("fk_package_part_base_id_teaching_base")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_package_part_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_part")),
        sa.UniqueConstraint("package_id", "position", name=op.f("uq_package_part_package_id_position")),
    )
    op.create_table(
        "package_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("stage", _choice("packagestage", _STAGES), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("needs_coach", sa.Boolean(), nullable=False),
        sa.Column("meals_price", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("transport_price", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("ordered_at", sa.DateTime(), nullable=False),
        sa.Column("ordered_by", sa.String(length=80), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_package_order_span")),
        sa.CheckConstraint("people >= 1", name=op.f("ck_package_order_people")),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_package_order_package_id_package")
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["training_class.id"], name=op.f("fk_package_order_class_id_training_class")
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"], ["user.id"], name=op.f("fk_package_order_ordered_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_order")),
        sa.UniqueConstraint("id", "class_id", "stage", name=op.f("uq_package_order_id_class_id_stage")),
    )
    op.create_index(op.f("ix_package_order_package_id"), "package_order", ["package_id"])
    op.create_index(op.f("ix_package_order_class_id"), "package_order", ["class_id"])
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wanted_venue_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("wanted_theme", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("package_order_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("package_position", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("package_stage", sa.String(length=32), nullable=True))
        themes, stages = (", ".join(f"'{value}'" for value in values) for values in (_THEMES, _STAGES))
        batch_op.create_check_constraint(batch_op.f("ck_session_theme"), f"wanted_theme IN ({themes})")
        batch_op.create_check_constraint(
            batch_op.f("ck_session_packagestage"), f"package_stage IN ({stages})"
        )
        batch_op.create_check_constraint(batch_op.f("ck_session_package"), _TIED)
        batch_op.create_unique_constraint(
            batch_op.f("uq_session_package_order_id_package_position"),
            ["package_order_id", "package_position"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_session_wanted_venue_id_venue"), "venue", ["wanted_venue_id"], ["id"]
        )
        batch_op.create_foreign_key(
            "fk_session_package_order",
            "package_order",
            ["package_order_id", "class_id", "package_stage"],
            ["id", "class_id", "stage"],
            deferrable=True,
            initially="DEFERRED",
        )


def downgrade():
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_constraint("fk_session_package_order", type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_session_wanted_venue_id_venue"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_session_package_order_id_package_position"), type_="unique")
        for name in ("package", "packagestage", "theme"):
            batch_op.drop_constraint(batch_op.f(f"ck_session_{name}"), type_="check")
        for name in (
            "package_stage",
            "package_position",
            "package_order_id",
            "wanted_theme",
            "wanted_venue_id",
        ):
            batch_op.drop_column(name)
    for name in ("package_order", "package_part", "package"):
        op.drop_table(name)
