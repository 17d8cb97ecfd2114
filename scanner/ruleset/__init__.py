"""Rules as data: the schema, the loader, and the generator of example tokens."""
