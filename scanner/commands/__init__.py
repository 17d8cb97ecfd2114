"""One module a command: ``add_arguments(parser)`` and ``run(args) -> exit code``. Plain values go in."""
