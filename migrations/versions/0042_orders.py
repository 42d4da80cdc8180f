"""orders of units with every step taken, who attends a merged class; class templates, years rolled forward"""

import sqlalchemy as sa
from alembic import op


revision = "0042"
down_revision = "0039"
branch_labels = None
depends_on = None

_AUDIENCES = (
    "village", "community", "office", "public_institution", "state_enterprise", "private_enterprise",
    "social_organisation",
)  # fmt: skip
_METHODS = (
    "lecture", "seminar", "case", "simulation", "experience", "debate", "on_site", "interactive", "observation",
)  # fmt: skip


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade():
    op.create_table(
        "class_participant",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["training_class.id"],
            name=op.f("fk_class_participant_class_id_training_class"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_unit.id"], name=op.f("fk_class_participant_unit_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("class_id", "unit_id", name=op.f("pk_class_participant")),
    )
    with op.batch_alter_table("class_participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_class_participant_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "annual_intake",
                "individual_order",
                "assigned_order",
                name="orderkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("package_id", sa.Integer(), nullable=True),
        sa.Column("instructor_id", sa.Integer(), nullable=True),
        sa.Column(
            "audience",
            sa.Enum(
                "village",
                "community",
                "office",
                "public_institution",
                "state_enterprise",
                "private_enterprise",
                "social_organisation",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column(
            "place_kind",
            sa.Enum(
                "any",
                "base",
                "own_hall",
                name="placekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("hall", sa.String(length=120), nullable=False),
        sa.Column("remark", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "assigned",
                "submitted",
                "countered",
                "accepted",
                "refused",
                "withdrawn",
                name="orderstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("package_order_id", sa.Integer(), nullable=True),
        sa.Column("made_class_id", sa.Integer(), nullable=True),
        sa.Column("search_text", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (session_id IS NOT NULL OR package_order_id IS NOT NULL)",
            name=op.f("ck_unit_order_accepted"),
        ),
        sa.CheckConstraint("place_kind <> 'base' OR base_id IS NOT NULL", name=op.f("ck_unit_order_base")),
        sa.CheckConstraint("place_kind <> 'own_hall' OR hall <> ''", name=op.f("ck_unit_order_hall")),
        sa.CheckConstraint("state <> 'refused' OR answer <> ''", name=op.f("ck_unit_order_refused")),
        sa.CheckConstraint(
            "(course_id IS NULL) <> (package_id IS NULL)", name=op.f("ck_unit_order_one_thing")
        ),
        sa.CheckConstraint(
            "instructor_id IS NULL OR course_id IS NOT NULL", name=op.f("ck_unit_order_lecturer")
        ),
        sa.CheckConstraint(
            "package_order_id IS NULL OR package_id IS NOT NULL", name=op.f("ck_unit_order_package")
        ),
        sa.CheckConstraint("people BETWEEN 1 AND 5000", name=op.f("ck_unit_order_people")),
        sa.CheckConstraint(
            "session_id IS NULL OR (package_order_id IS NULL AND course_id IS NOT NULL)",
            name=op.f("ck_unit_order_session"),
        ),
        sa.CheckConstraint("unit_id <> supplier_id", name=op.f("ck_unit_order_parties")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_unit_order_asked_by_id_user")),
        sa.ForeignKeyConstraint(
            ["base_id"], ["teaching_base.id"], name=op.f("fk_unit_order_base_id_teaching_base")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_unit_order_course_id_course")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_unit_order_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["made_class_id"], ["training_class.id"], name=op.f("fk_unit_order_made_class_id_training_class")
        ),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_unit_order_package_id_package")
        ),
        sa.ForeignKeyConstraint(
            ["package_order_id"],
            ["package_order.id"],
            name=op.f("fk_unit_order_package_order_id_package_order"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_unit_order_session_id_session")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["org_unit.id"], name=op.f("fk_unit_order_supplier_id_org_unit")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_unit_order_unit_id_org_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_order")),
        sa.UniqueConstraint("package_order_id", name=op.f("uq_unit_order_package_order_id")),
    )
    with op.batch_alter_table("unit_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_order_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_order_base_id"), ["base_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_order_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_order_instructor_id"), ["instructor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_order_made_class_id"), ["made_class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_order_package_id"), ["package_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_order_session_id"), ["session_id"], unique=False)
        batch_op.create_index("ix_unit_order_supplier_state", ["supplier_id", "state"], unique=False)
        batch_op.create_index("ix_unit_order_unit_year", ["unit_id", "year"], unique=False)

    op.create_table(
        "counter_offer",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "half_day",
            sa.Enum(
                "morning",
                "afternoon",
                "evening",
                "any",
                name="halfday",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("instructor_id", sa.Integer(), nullable=True),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"], ["teaching_base.id"], name=op.f("fk_counter_offer_base_id_teaching_base")
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["training_class.id"], name=op.f("fk_counter_offer_class_id_training_class")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_counter_offer_course_id_course")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_counter_offer_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["unit_order.id"], name=op.f("fk_counter_offer_order_id_unit_order")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_counter_offer")),
    )
    with op.batch_alter_table("counter_offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_counter_offer_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_counter_offer_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_counter_offer_instructor_id"), ["instructor_id"], unique=False)

    op.create_table(
        "order_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "draw_up",
                "assign",
                "edit",
                "submit",
                "take_back",
                "withdraw",
                "acknowledge",
                "agree",
                "decline",
                "counter",
                "accept",
                "refuse",
                "reopen",
                "call_off",
                name="orderaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_order_event_by_id_user")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["unit_order.id"], name=op.f("fk_order_event_order_id_unit_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    with op.batch_alter_table("order_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_event_order_id"), ["order_id"], unique=False)

    op.create_table(
        "order_wish",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "half_day",
            sa.Enum(
                "morning",
                "afternoon",
                "evening",
                "any",
                name="halfday",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["unit_order.id"], name=op.f("fk_order_wish_order_id_unit_order")
        ),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_order_wish")),
    )
    with op.batch_alter_table("order_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_wish_day"), ["day"], unique=False)

    op.create_table(
        "class_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column(
            "tier",
            _choice("tier", "province_model", "city_key", "county_general", "committee_basic"),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("audience", _choice("audience", *_AUDIENCES), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("search_text", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_class_template_size")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_class_template_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_template")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_class_template_owner_id_name")),
    )
    op.create_table(
        "template_line",
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("half_day", _choice("halfday", "morning", "afternoon", "evening", "any"), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("course_name", sa.String(length=120), nullable=False),
        sa.Column("method", _choice("method", *_METHODS), nullable=False),
        sa.Column("class_hours", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("leader_required", sa.Boolean(), nullable=False),
        sa.Column("wanted_base_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("day >= 0", name=op.f("ck_template_line_day")),
        sa.CheckConstraint("class_hours > 0", name=op.f("ck_template_line_hours")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["class_template.id"], name=op.f("fk_template_line_template_id_class_template")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_template_line_course_id_course")),
        sa.ForeignKeyConstraint(
            ["wanted_base_id"],
            ["teaching_base.id"],
            name=op.f("fk_template_line_wanted_base_id_teaching_base"),
        ),
        sa.PrimaryKeyConstraint("template_id", "position", name=op.f("pk_template_line")),
    )
    for column in ("course_id", "wanted_base_id"):
        op.create_index(op.f(f"ix_template_line_{column}"), "template_line", [column])
    op.create_table(
        "roll_forward",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("to_year", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("to_year > from_year", name=op.f("ck_roll_forward_years")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["org_unit.id"], name=op.f("fk_roll_forward_owner_id_org_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_forward")),
    )
    op.create_index(op.f("ix_roll_forward_owner_id"), "roll_forward", ["owner_id"])
    op.create_table(
        "rolled_class",
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("roll_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["training_class.id"], name=op.f("fk_rolled_class_class_id_training_class")
        ),
        sa.ForeignKeyConstraint(
            ["roll_id"], ["roll_forward.id"], name=op.f("fk_rolled_class_roll_id_roll_forward")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["training_class.id"], name=op.f("fk_rolled_class_source_id_training_class")
        ),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_rolled_class")),
    )
    for column in ("roll_id", "source_id"):
        op.create_index(op.f(f"ix_rolled_class_{column}"), "rolled_class", [column])


def downgrade():
    for name in ("rolled_class", "roll_forward", "template_line", "class_template"):
        op.drop_table(name)
    with op.batch_alter_table("order_wish", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_wish_day"))

    op.drop_table("order_wish")
    with op.batch_alter_table("order_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_event_order_id"))

    op.drop_table("order_event")
    with op.batch_alter_table("counter_offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_counter_offer_instructor_id"))
        batch_op.drop_index(batch_op.f("ix_counter_offer_course_id"))
        batch_op.drop_index(batch_op.f("ix_counter_offer_class_id"))

    op.drop_table("counter_offer")
    with op.batch_alter_table("unit_order", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_order_unit_year")
        batch_op.drop_index("ix_unit_order_supplier_state")
        batch_op.drop_index(batch_op.f("ix_unit_order_session_id"))
        batch_op.drop_index(batch_op.f("ix_unit_order_package_id"))
        batch_op.drop_index(batch_op.f("ix_unit_order_made_class_id"))
        batch_op.drop_index(batch_op.f("ix_unit_order_instructor_id"))
        batch_op.drop_index(batch_op.f("ix_unit_order_course_id"))
        batch_op.drop_index(batch_op.f("ix_unit_order_base_id"))
        batch_op.drop_index(batch_op.f("ix_unit_order_asked_by_id"))

    op.drop_table("unit_order")
    with op.batch_alter_table("class_participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_class_participant_unit_id"))

    op.drop_table("class_participant")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS order_event_refuse()")
