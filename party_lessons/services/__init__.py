"""The verbs of the duty, by subject."""
