"""Reads over classes, sessions, bookings and runs; the scope comes first."""
