"""Reading an object store as it lies on disk: packs, delta families, what is new in each version.

Nothing here starts git; whoever composes the stages hands in what git knows better.
"""
