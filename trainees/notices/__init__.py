"""What goes out of rosters on paper."""
