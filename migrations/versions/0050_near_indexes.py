"""who may teach a course, and when people teach, read from the index alone"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_qualification_course_id", table_name="qualification")
    op.create_index(
        "ix_qualification_course_cleared",
        "qualification",
        ["course_id", "cleared_on", "instructor_id", "cleared_until"],
    )
    op.drop_index("ix_session_instructor_start", table_name="session")
    op.create_index("ix_session_instructor_start", "session", ["instructor_id", "start", "state", "class_id"])


def downgrade():
    op.drop_index("ix_session_instructor_start", table_name="session")
    op.create_index("ix_session_instructor_start", "session", ["instructor_id", "start"])
    op.drop_index("ix_qualification_course_cleared", table_name="qualification")
    op.create_index("ix_qualification_course_id", "qualification", ["course_id"])
