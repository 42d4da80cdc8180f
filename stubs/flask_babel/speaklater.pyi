"""Sentences that are translated when they are shown."""

class LazyString:
    def __str__(self) -> str: ...
