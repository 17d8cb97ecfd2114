"""Where texts come from besides git: files, folders, standard input, archives, container images."""
