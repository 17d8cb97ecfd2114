"""What is fuzzed, with which seeds, and how inputs are changed. ``bench/fuzz.py`` runs it."""
