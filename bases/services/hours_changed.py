"""When the opening times of bases change, features above look after what is booked, inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection

Follower = Callable[[Collection[int]], object]
_followers: list[Follower] = []


def follow(follower: Follower) -> None:
    """Let a feature above know which bases have other opening times now."""
    if follower not in _followers:
        _followers.append(follower)


def tell(base_ids: Collection[int]) -> None:
    """The opening times of these bases were changed and are flushed."""
    for follower in _followers:
        follower(base_ids)
