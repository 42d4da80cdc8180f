"""The verbs of bases, by subject."""
