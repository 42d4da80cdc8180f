"""The catalogue: courses, content categories, teaching methods, audiences."""
