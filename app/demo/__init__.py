"""The demo: one county, in the middle of its year, told through the same services everybody uses."""
