"""Scheduling: orders, classes, sessions, match runs, proposals and bookings."""
