"""Orders of grass-roots units: what they ask for, what becomes of it, and one plan a level and year [2]."""
