"""Policy of the pool: steps of life, terms, identity numbers, remarks, panels. Pure."""

from instructor_pool.rules.terms import days_left, term_problem

__all__ = ["days_left", "term_problem"]
