"""Versioned forms with weighted indicators, and the sheets filled in on them."""
