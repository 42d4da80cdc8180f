"""Scores of held sessions, and the ratings they write down into the pool."""
