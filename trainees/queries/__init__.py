"""Selects of rosters, call-ups, attendance and class hours; the scope comes first."""
