"""Reads over schemes, posts and obligations; the scope comes first."""
