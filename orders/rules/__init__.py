"""Policy of orders without a database: their life, what may be wished for, what could be one session."""
