"""Benchmarks: each prints a table of its own."""
