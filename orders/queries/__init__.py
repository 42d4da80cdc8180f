"""Reads over orders: the menu, the orders with where they stand, what waits."""
