"""Benchmark of the matching engine."""
