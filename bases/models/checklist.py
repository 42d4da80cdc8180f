"""The tree of school sites as the database holds it, and how far each site has the seven elements [2]."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bases.enums import Element, Standing
from bases.models.sites import TeachingBase
from bases.rules.tree import PARENTS
from core import guards
from core.db import Model, choice


class SiteElement(Model):
    """How far a site has one of the seven elements; what was said before is in the audit trail."""

    __tablename__ = "site_element"
    __table_args__ = (UniqueConstraint("base_id", "element"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("teaching_base.id"))
    element: Mapped[Element] = mapped_column(choice(Element))
    standing: Mapped[Standing] = mapped_column(choice(Standing))
    note: Mapped[str] = mapped_column(String(200), default="")
    judged_on: Mapped[date]
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    judged_by: Mapped[str] = mapped_column(String(80))

    base: Mapped[TeachingBase] = relationship(back_populates="elements")


_PAIRS = ", ".join(f"'{kind.value}>{parent.value}'" for kind in PARENTS for parent in PARENTS[kind])
_WRONG_PARENT = (
    "NEW.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM teaching_base p WHERE p.id = NEW.parent_id "  # noqa: S608  (constants)
    f"AND p.owner_id = NEW.owner_id AND NEW.kind || '>' || p.kind IN ({_PAIRS}))"
)
_WRONG_CHILD = (
    "EXISTS (SELECT 1 FROM teaching_base c WHERE c.parent_id = NEW.id "  # noqa: S608  (constants)
    f"AND (c.owner_id <> NEW.owner_id OR c.kind || '>' || NEW.kind NOT IN ({_PAIRS})))"
)


def tree_triggers(dialect: str) -> list[str]:
    """Statements that keep every site below one of a kind that may have it, of the same register: so no circle."""
    if dialect == "sqlite":
        wrong = f"SELECT RAISE(ABORT, 'a site cannot belong there') WHERE {_WRONG_PARENT}"
        changed = f"{wrong} OR {_WRONG_CHILD}"
        return [
            "DROP TRIGGER IF EXISTS teaching_base_tree_insert",
            "DROP TRIGGER IF EXISTS teaching_base_tree_update",
            f"CREATE TRIGGER teaching_base_tree_insert BEFORE INSERT ON teaching_base BEGIN {wrong}; END",
            "CREATE TRIGGER teaching_base_tree_update BEFORE UPDATE OF parent_id, kind, owner_id ON teaching_base "
            f"BEGIN {changed}; END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION teaching_base_tree() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN IF {_WRONG_PARENT} OR (TG_OP = 'UPDATE' AND {_WRONG_CHILD}) THEN "
        "RAISE EXCEPTION 'a site cannot belong there' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$",
        "DROP TRIGGER IF EXISTS teaching_base_tree ON teaching_base",
        "CREATE TRIGGER teaching_base_tree BEFORE INSERT OR UPDATE OF parent_id, kind, owner_id ON teaching_base "
        "FOR EACH ROW EXECUTE FUNCTION teaching_base_tree()",
    ]


guards.register(tree_triggers, since="site_element")
