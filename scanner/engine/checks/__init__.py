"""Offline checks of a matched value: checksums, structure, expiry. One module a family.

``registry`` maps the names used in rules to functions; importing it imports nothing heavy.
"""
