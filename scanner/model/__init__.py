"""Frozen values that travel through the house: text in, match, finding out.

Nothing here reads a file, starts a process or knows another package of the project.
"""
