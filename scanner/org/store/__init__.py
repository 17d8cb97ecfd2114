"""The findings of many repositories, kept from sweep to sweep: SQLite in a file, or PostgreSQL by URL.

Secrets are kept as their keyed digest and redacted view, never raw. Every fact about a repository is written in one
transaction with the commits it was read from, so that a sweep that was killed goes on where it stood.
"""
