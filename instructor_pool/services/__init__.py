"""The verbs of the pool, by subject."""
