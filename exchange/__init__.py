"""Excel and Word in and out: parse, preview, apply."""
