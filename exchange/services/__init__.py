"""The verbs of an import, by subject."""
