"""The repositories of an account, as hosts list them: one module a kind of host.

Each is a generator that reads page by page, waits as the host asks, and raises HostError when the list is not whole.
"""
