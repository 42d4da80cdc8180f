"""courseware by version, clearance of what people teach, teaching incidents, a limit a year"""

from alembic import op
import sqlalchemy as sa


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "courseware",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("link", sa.String(length=400), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "cleared",
                "returned",
                "superseded",
                "withdrawn",
                name="coursewarestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_by", sa.String(length=80), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("reviewer", sa.String(length=80), nullable=False),
        sa.Column("opinion", sa.String(length=300), nullable=False),
        sa.Column("cleared_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'cleared' OR cleared_until IS NOT NULL", name=op.f("ck_courseware_until")
        ),
        sa.CheckConstraint(
            "state = 'submitted' OR reviewed_at IS NOT NULL", name=op.f("ck_courseware_reviewed")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_courseware_number")),
        sa.CheckConstraint("reviewer_id <> submitted_by_id", name=op.f("ck_courseware_reviewed_by_another")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_courseware_course_id_course")),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_courseware_instructor_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_courseware_file_id_stored_file")
        ),
        sa.UniqueConstraint("file_id", name=op.f("uq_courseware_file_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["user.id"], name=op.f("fk_courseware_reviewer_id_user")),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["user.id"], name=op.f("fk_courseware_submitted_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courseware")),
        sa.UniqueConstraint(
            "instructor_id", "course_id", "number", name=op.f("uq_courseware_instructor_id_course_id_number")
        ),
    )
    with op.batch_alter_table("courseware", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courseware_course_id"), ["course_id"], unique=False)
        batch_op.create_index("ix_courseware_state", ["state"], unique=False)
        batch_op.create_index(
            "uq_courseware_waiting",
            ["instructor_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("state = 'submitted'"),
            postgresql_where=sa.text("state = 'submitted'"),
        )

    op.create_table(
        "teaching_incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instructor_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "minor", "serious", name="incidentgrade", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("revoke_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoke_reason <> ''", name=op.f("ck_teaching_incident_revoked")
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"], ["instructor.id"], name=op.f("fk_teaching_incident_instructor_id_instructor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teaching_incident")),
    )
    with op.batch_alter_table("teaching_incident", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_teaching_incident_instructor_id"), ["instructor_id"], unique=False
        )

    op.add_column("instructor", sa.Column("max_per_year", sa.Integer(), nullable=True))

    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cleared_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("cleared_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("courseware_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_qualification_courseware_id"), ["courseware_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_qualification_courseware_id_courseware"), "courseware", ["courseware_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_qualification_cleared"),
            "cleared_on IS NOT NULL OR (cleared_until IS NULL AND courseware_id IS NULL)",
        )

    # What people taught before was approved before.
    op.execute("UPDATE qualification SET cleared_on = CURRENT_DATE")


def downgrade():
    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_qualification_cleared"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_qualification_courseware_id_courseware"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_qualification_courseware_id"))
        batch_op.drop_column("courseware_id")
        batch_op.drop_column("cleared_until")
        batch_op.drop_column("cleared_on")

    # Not in a batch: SQLite would have to drop the table that half the others refer to.
    op.drop_column("instructor", "max_per_year")

    with op.batch_alter_table("teaching_incident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_teaching_incident_instructor_id"))

    op.drop_table("teaching_incident")
    with op.batch_alter_table("courseware", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_courseware_waiting",
            sqlite_where=sa.text("state = 'submitted'"),
            postgresql_where=sa.text("state = 'submitted'"),
        )
        batch_op.drop_index("ix_courseware_state")
        batch_op.drop_index(batch_op.f("ix_courseware_course_id"))

    op.drop_table("courseware")
