"""Teaching bases: school sites and on-site bases, venues, opening times, closures, filing."""
