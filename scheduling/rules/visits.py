"""Policy of visits. Pure."""

LEAST_MINUTES, MOST_MINUTES = 15, 720
