"""Parsers of single cells: each takes a cell that is not blank and returns a value or raises FieldError."""
