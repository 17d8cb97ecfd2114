"""Many repositories: which ones, a store of what was found in them, and the order of the work.

Nothing here scans; ``scanner.pipeline.org`` puts these parts together with the stages that do. SQLAlchemy, Dask and
the hosts' API libraries are optional, and imported by the functions that need them alone.
"""
