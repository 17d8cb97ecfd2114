"""``unsealed``: a secret scanner for git and Kubernetes."""
