"""The four ways an action can be refused; app/errors.py alone turns them into answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: a stable code, the sentence a person reads, and what it is about."""

    code: str
    sentence: str
    subject: str = ""


class DomainError(Exception):
    """A refusal with a plain sentence in the user's language."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(DomainError):
    """Missing, or outside the actor's scope: the two are never told apart."""

    status = 404


class NotAllowed(DomainError):
    """The actor lacks the permission."""

    status = 403


class Conflict(DomainError):
    """Somebody else changed it first, or two claims meet."""

    status = 409


class RuleBroken(DomainError):
    """A domain rule says no; `violations` names each."""

    status = 422

    def __init__(self, sentence: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(sentence)
        self.violations = tuple(violations)
