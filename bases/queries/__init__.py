"""Reads over bases, venues, closures; the scope comes first."""
