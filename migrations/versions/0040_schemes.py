"""kinds of duty as data; lessons reported from outside, evidence, and what changed about what a post owes"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0036"
branch_labels = None
depends_on = None

_POST_KINDS = ("area_secretary", "unit_secretary", "team_member")
_NAMES = {"area_secretary": "区域书记讲党课", "unit_secretary": "单位书记讲党课"}
_GROUNDS = '["长期病假", "脱产学习", "援派挂职", "其他"]'
_REMINDERS = '["03-31", "06-30", "09-30", "11-30"]'
_FILES = ("pdf", "pptx", "docx")


def _choice(name, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _one_of(values):
    return "kind IN (" + ", ".join(f"'{value}'" for value in values) + ")"


def _pictures(*kinds):
    with op.batch_alter_table("stored_file") as batch:
        batch.drop_constraint(batch.f("ck_stored_file_filekind"), type_="check")
        batch.create_check_constraint(batch.f("ck_stored_file_filekind"), _one_of(kinds))


def _post_kinds(name, old, *kinds):
    with op.batch_alter_table("post") as batch:
        batch.drop_constraint(batch.f(f"ck_post_{old}"), type_="check")
        batch.create_check_constraint(batch.f(f"ck_post_{name}"), _one_of(kinds))


def upgrade():
    _scheme_as_data()
    _post_kinds("postkind", "schemekind", *_POST_KINDS)
    _obligation_of_a_scheme()
    op.create_table(
        "reported_lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "class_kind", _choice("classkind", "main", "training", "outreach", "meeting"), nullable=False
        ),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("audience", sa.String(length=120), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("state", _choice("reportstate", "reported", "confirmed", "refused"), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("reported_by", sa.String(length=80), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decision", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 480", name=op.f("ck_reported_lesson_minutes")),
        sa.CheckConstraint("heads BETWEEN 0 AND 100000", name=op.f("ck_reported_lesson_heads")),
        sa.CheckConstraint(
            "(state = 'reported') = (decided_at IS NULL)", name=op.f("ck_reported_lesson_decided")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["instructor.id"], name=op.f("fk_reported_lesson_holder_id_instructor")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_unit.id"], name=op.f("fk_reported_lesson_unit_id_org_unit")
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["user.id"], name=op.f("fk_reported_lesson_reported_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_lesson")),
        sa.UniqueConstraint("holder_id", "day", "title", name=op.f("uq_reported_lesson_holder_id_day_title")),
    )
    for column in ("holder_id", "unit_id", "day", "state"):
        op.create_index(op.f(f"ix_reported_lesson_{column}"), "reported_lesson", [column])
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_ref", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("kind", _choice("evidencekind", "attendance", "photo", "outline", "other"), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(session_ref IS NULL) <> (report_id IS NULL)", name=op.f("ck_evidence_source")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reported_lesson.id"], name=op.f("fk_evidence_report_id_reported_lesson")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_evidence_file_id_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("file_id", name=op.f("uq_evidence_file_id")),
    )
    for column in ("session_ref", "report_id"):
        op.create_index(op.f(f"ix_evidence_{column}"), "evidence", [column])
    op.create_table(
        "duty_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("scheme_name", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            _choice("dutyeventkind", "arisen", "changed", "fallen", "exempted", "restored", "left_behind"),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_duty_event_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_event")),
    )
    op.create_index(op.f("ix_duty_event_post_id"), "duty_event", ["post_id"])
    with op.batch_alter_table("credit") as batch:
        batch.alter_column("session_ref", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_credit_report_id_reported_lesson"), "reported_lesson", ["report_id"], ["id"]
        )
        batch.create_unique_constraint(
            op.f("uq_credit_obligation_id_report_id"), ["obligation_id", "report_id"]
        )
        batch.create_check_constraint(
            op.f("ck_credit_source"), "(session_ref IS NULL) <> (report_id IS NULL)"
        )
        batch.create_check_constraint(op.f("ck_credit_reported"), "report_id IS NULL OR is_held")
        batch.create_index(op.f("ix_credit_report_id"), ["report_id"])
    with op.batch_alter_table("duty_outlook") as batch:
        batch.add_column(sa.Column("lessons_most", sa.Integer(), nullable=True))
    _pictures(*_FILES, "jpeg", "png")


def _scheme_as_data():
    with op.batch_alter_table("scheme") as batch:
        batch.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("name", sa.String(length=40), nullable=False, server_default=""))
        batch.add_column(sa.Column("test", sa.String(length=32), nullable=False, server_default="own_area"))
        for name in ("post_kinds", "levels", "class_kinds"):
            batch.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("micro_minutes", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("deadline_month", sa.Integer(), nullable=False, server_default="12"))
        batch.add_column(sa.Column("deadline_day", sa.Integer(), nullable=False, server_default="31"))
        batch.add_column(sa.Column("grounds", sa.JSON(), nullable=False, server_default=_GROUNDS))
        batch.add_column(sa.Column("reminders", sa.JSON(), nullable=False, server_default=_REMINDERS))
    for kind, name in _NAMES.items():
        test = "own_area" if kind == "area_secretary" else "own_unit"
        kinds = '["main", "training", "outreach"]' if kind == "area_secretary" else "[]"
        op.execute(
            f"UPDATE scheme SET name = '{name}', test = '{test}', post_kinds = '[\"{kind}\"]', "  # noqa: S608
            f"class_kinds = '{kinds}' WHERE kind = '{kind}'"
        )
    with op.batch_alter_table("scheme") as batch:
        batch.drop_constraint(batch.f("uq_scheme_kind"), type_="unique")
        batch.drop_constraint(batch.f("ck_scheme_schemekind"), type_="check")
        batch.drop_column("kind")
        for name in (
            "name", "test", "post_kinds", "levels", "class_kinds", "deadline_month", "deadline_day", "grounds",
            "reminders",
        ):  # fmt: skip
            batch.alter_column(name, server_default=None)
        batch.create_unique_constraint(op.f("uq_scheme_owner_id_name"), ["owner_id", "name"])
        batch.create_foreign_key(op.f("fk_scheme_owner_id_org_unit"), "org_unit", ["owner_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_scheme_audiencetest"), "test IN ('own_area', 'own_unit', 'same_level')"
        )
        for name, rule in (
            ("need", "need BETWEEN 1 AND 12"),
            ("minutes", "least_minutes BETWEEN 1 AND 480"),
            ("micro", "micro_minutes IS NULL OR micro_minutes BETWEEN 1 AND least_minutes"),
            ("cutoff", "cutoff_month BETWEEN 1 AND 12 AND cutoff_day BETWEEN 1 AND 31"),
            ("deadline", "deadline_month BETWEEN 1 AND 12 AND deadline_day BETWEEN 1 AND 31"),
            ("months", "least_months_when_leaving BETWEEN 0 AND 12"),
        ):
            batch.create_check_constraint(op.f(f"ck_scheme_{name}"), rule)


def _obligation_of_a_scheme():
    # A database that was never asked for its schemes has none yet.
    for kind, name in _NAMES.items():
        test = "own_area" if kind == "area_secretary" else "own_unit"
        kinds = '["main", "training", "outreach"]' if kind == "area_secretary" else "[]"
        op.execute(
            "INSERT INTO scheme (name, test, post_kinds, levels, class_kinds, need, least_minutes, deadline_month, "  # noqa: S608
            "deadline_day, cutoff_month, cutoff_day, least_months_when_leaving, grounds, reminders, is_on, version) "
            f"SELECT '{name}', '{test}', '[\"{kind}\"]', '[]', '{kinds}', 1, 30, 12, 31, 10, 1, 6, '{_GROUNDS}', '{_REMINDERS}', "
            f"{'true' if op.get_bind().dialect.name == 'postgresql' else '1'}, 1 "
            f"WHERE NOT EXISTS (SELECT 1 FROM scheme WHERE name = '{name}') "
            f"AND EXISTS (SELECT 1 FROM obligation JOIN post ON post.id = post_id WHERE post.kind = '{kind}')"
        )
    # Where duties are kept already, the third kind comes switched off, as it does on a new database.
    op.execute(
        "INSERT INTO scheme (name, test, post_kinds, levels, class_kinds, need, least_minutes, deadline_month, "  # noqa: S608
        "deadline_day, cutoff_month, cutoff_day, least_months_when_leaving, grounds, reminders, is_on, version) "
        'SELECT \'同级党校授课\', \'same_level\', \'["area_secretary", "team_member"]\', \'["city", "county", "province"]\', '
        f"'[\"main\"]', 1, 30, 12, 31, 10, 1, 6, '{_GROUNDS}', '{_REMINDERS}', "
        f"{'false' if op.get_bind().dialect.name == 'postgresql' else '0'}, 1 "
        "WHERE EXISTS (SELECT 1 FROM scheme)"
    )
    with op.batch_alter_table("obligation") as batch:
        batch.add_column(sa.Column("scheme_id", sa.Integer(), nullable=True))
    for kind, name in _NAMES.items():
        op.execute(
            f"UPDATE obligation SET scheme_id = (SELECT id FROM scheme WHERE name = '{name}') "  # noqa: S608
            f"WHERE post_id IN (SELECT id FROM post WHERE kind = '{kind}')"
        )
    with op.batch_alter_table("obligation") as batch:
        batch.alter_column("scheme_id", existing_type=sa.Integer(), nullable=False)
        batch.drop_constraint(batch.f("uq_obligation_post_id_year"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_obligation_post_id_year_scheme_id"), ["post_id", "year", "scheme_id"]
        )
        batch.create_foreign_key(op.f("fk_obligation_scheme_id_scheme"), "scheme", ["scheme_id"], ["id"])
        batch.create_index(op.f("ix_obligation_scheme_id"), ["scheme_id"])


def downgrade():
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS duty_event_append_only ON duty_event")
        op.execute("DROP FUNCTION IF EXISTS duty_event_refuse()")
        op.execute("DROP TRIGGER IF EXISTS scheme_duty ON scheme")
        op.execute("DROP TRIGGER IF EXISTS obligation_duty ON obligation")
    op.execute("DELETE FROM credit WHERE report_id IS NOT NULL")
    op.execute("DELETE FROM evidence")
    op.execute("DELETE FROM stored_file WHERE kind IN ('jpeg', 'png')")
    _pictures(*_FILES)
    with op.batch_alter_table("duty_outlook") as batch:
        batch.drop_column("lessons_most")
    with op.batch_alter_table("credit") as batch:
        batch.drop_index(op.f("ix_credit_report_id"))
        batch.drop_constraint(batch.f("ck_credit_reported"), type_="check")
        batch.drop_constraint(batch.f("ck_credit_source"), type_="check")
        batch.drop_constraint(batch.f("uq_credit_obligation_id_report_id"), type_="unique")
        batch.drop_constraint(batch.f("fk_credit_report_id_reported_lesson"), type_="foreignkey")
        batch.drop_column("report_id")
        batch.alter_column("session_ref", existing_type=sa.Integer(), nullable=False)
    for table in ("duty_event", "evidence", "reported_lesson"):
        op.drop_table(table)
    # Only the two kinds of duty there were before, and the posts that have them, have a place there.
    kept = ", ".join(f"'{name}'" for name in _NAMES.values())
    gone = f"SELECT id FROM obligation WHERE scheme_id NOT IN (SELECT id FROM scheme WHERE name IN ({kept}) AND owner_id IS NULL)"  # noqa: S608
    op.execute(f"DELETE FROM credit WHERE obligation_id IN ({gone})")  # noqa: S608
    op.execute(f"DELETE FROM duty_outlook WHERE obligation_id IN ({gone})")  # noqa: S608
    op.execute(f"DELETE FROM obligation WHERE id IN ({gone})")  # noqa: S608
    op.execute("DELETE FROM post WHERE kind = 'team_member'")
    op.execute(f"DELETE FROM scheme WHERE name NOT IN ({kept}) OR owner_id IS NOT NULL")  # noqa: S608
    with op.batch_alter_table("obligation") as batch:
        batch.drop_index(op.f("ix_obligation_scheme_id"))
        batch.drop_constraint(batch.f("fk_obligation_scheme_id_scheme"), type_="foreignkey")
        batch.drop_constraint(batch.f("uq_obligation_post_id_year_scheme_id"), type_="unique")
        batch.drop_column("scheme_id")
        batch.create_unique_constraint(op.f("uq_obligation_post_id_year"), ["post_id", "year"])
    _post_kinds("schemekind", "postkind", *_POST_KINDS[:2])
    with op.batch_alter_table("scheme") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=32), nullable=True))
    for kind, name in _NAMES.items():
        op.execute(f"UPDATE scheme SET kind = '{kind}' WHERE name = '{name}'")  # noqa: S608
    with op.batch_alter_table("scheme") as batch:
        for name in ("need", "minutes", "micro", "cutoff", "deadline", "months", "audiencetest"):
            batch.drop_constraint(batch.f(f"ck_scheme_{name}"), type_="check")
        batch.drop_constraint(batch.f("uq_scheme_owner_id_name"), type_="unique")
        batch.drop_constraint(batch.f("fk_scheme_owner_id_org_unit"), type_="foreignkey")
        batch.alter_column("kind", existing_type=sa.String(length=32), nullable=False)
        batch.create_check_constraint(
            op.f("ck_scheme_schemekind"), "kind IN ('area_secretary', 'unit_secretary')"
        )
        batch.create_unique_constraint(op.f("uq_scheme_kind"), ["kind"])
        for name in (
            "owner_id", "name", "test", "post_kinds", "levels", "class_kinds", "micro_minutes", "deadline_month", "deadline_day",
            "grounds", "reminders",
        ):  # fmt: skip
            batch.drop_column(name)
