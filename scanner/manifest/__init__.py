"""Manifests as structure: documents, nodes with their places, texts inside texts.

``documents`` is where to start. Importing this package costs nothing; its modules import PyYAML.
"""
