"""The environment of a clean machine for what runs in this process."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def here(clean_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Git, and the command run in this process, see no setting of the machine."""
    for name in os.environ:
        if name.startswith(("GIT_", "PRE_COMMIT", "UNSEALED_")):
            monkeypatch.delenv(name)
    for name, value in clean_environment.items():
        if name != "PATH":
            monkeypatch.setenv(name, value)
