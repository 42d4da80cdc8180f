"""Features above hear here what becomes of sessions, and may forbid publishing; all inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from accounts.access import Actor
from core.errors import RuleBroken
from scheduling.models import Session, TrainingClass


class Turn(StrEnum):
    """What became of sessions."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    HELD = "held"


Follower = Callable[[Sequence[Session], Turn, Actor], None]
Gate = Callable[[TrainingClass], str]
"""Answers why a class may not be published, or nothing."""
_followers: list[Follower] = []
_gates: list[Gate] = []


def follow(follower: Follower) -> None:
    """Be told of every turn from now on."""
    if follower not in _followers:
        _followers.append(follower)


def guard_publishing(gate: Gate) -> None:
    """Be asked before a class is published."""
    if gate not in _gates:
        _gates.append(gate)


def tell(rows: Sequence[Session], turn: Turn, *, actor: Actor) -> None:
    """Tell the features above; after the flush."""
    for follower in _followers if rows else ():
        follower(rows, turn, actor)


def refuse_shut(klass: TrainingClass) -> None:
    """RuleBroken where a feature above says why the class must not be published yet."""
    for gate in _gates:
        reason = gate(klass)
        if reason:
            raise RuleBroken(reason)
