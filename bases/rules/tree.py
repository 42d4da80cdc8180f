"""School sites as a tree: main campus, branch points, practice points [2]."""

from __future__ import annotations

from collections.abc import Mapping

from bases.enums import BaseKind, Standing

_K = BaseKind
PARENTS: Mapping[BaseKind, tuple[BaseKind, ...]] = {
    _K.MAIN_CAMPUS: (),
    _K.BRANCH_POINT: (_K.MAIN_CAMPUS,),
    _K.PRACTICE_POINT: (_K.MAIN_CAMPUS, _K.BRANCH_POINT),
}
"""Which kinds a site may belong to. As each kind stands below another only, there can be no circle."""


def may_belong(kind: BaseKind, parent: BaseKind) -> bool:
    """Whether a site of one kind may belong to one of another."""
    return parent in PARENTS[kind]


def score(standings: Mapping[object, Standing]) -> float:
    """How far a checklist is met, 0 to 1: partly counts half."""
    worth = {Standing.MET: 1.0, Standing.PARTLY: 0.5, Standing.LACKING: 0.0}
    return sum(worth[s] for s in standings.values()) / len(standings) if standings else 0.0
