"""The page's own files: a package so that they are installed with it."""
