"""Many repositories: targets, clones, a store of findings, executors."""
