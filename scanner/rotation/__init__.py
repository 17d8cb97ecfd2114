"""From "leaked" to "rotated": guides for providers (data) and a runbook computed from the manifests beside the finding.

Read ``guide.py`` for what a guide is, ``runbook.py`` for what a runbook holds.
"""
