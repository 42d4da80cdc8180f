"""Forms of orders. Choices are passed in."""
