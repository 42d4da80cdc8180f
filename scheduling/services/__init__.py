"""The verbs of scheduling, by subject."""
