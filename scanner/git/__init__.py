"""The only code that starts git or reads what it keeps; every repository is taken to be hostile."""
