"""The verbs of rosters, attendance and class hours; they flush."""
