"""The actions of ``unsealed baseline``, one module each."""
