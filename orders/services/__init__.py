"""The verbs of orders. They flush; views commit."""
