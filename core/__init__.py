"""Foundations without a domain word: database, errors, time, audit, tables and web plumbing."""
