"""Users, sign-in, roles, the organisation tree and the one permission table."""
