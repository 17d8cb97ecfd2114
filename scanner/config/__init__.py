"""Settings of a repository or a user: ``.unsealed.yml``, or ``[tool.unsealed]`` in ``pyproject.toml``."""
