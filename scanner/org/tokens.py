"""Tokens for hosts, from the environment alone: never on a command line, in a store or on their way to a worker."""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Mapping

# The variables of each kind of host, the first that is set counts; and a user name its git server accepts.
_VARIABLES = {
    "github": ("UNSEALED_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN"),
    "gitlab": ("UNSEALED_GITLAB_TOKEN", "GITLAB_TOKEN", "GITLAB_PRIVATE_TOKEN"),
    "gitea": ("UNSEALED_GITEA_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN", "CODEBERG_TOKEN"),
}
# A token of an App is good for an hour, in seconds; a clone that begins with it must be able to end.
_APP_TOKEN_LASTS = 1200
_USERS = {"github": "x-access-token", "gitlab": "oauth2", "gitea": "oauth2"}


def token_for(host: str, environ: Mapping[str, str] = os.environ) -> str:
    """The token for a kind of host; empty without one."""
    for name in _VARIABLES.get(host, ()):
        if environ.get(name):
            return environ[name]
    if host == "github" and environ.get("UNSEALED_GITHUB_APP_ID"):
        return _app_token(environ, int(time.monotonic() // _APP_TOKEN_LASTS))
    return ""


_made: dict[int, str] = {}


def _app_token(environ: Mapping[str, str], period: int) -> str:
    """A token of the App, asked for once in ``period``: every clone asks, and the host counts."""
    from scanner.org.hosts.github import app_token

    if period not in _made:
        token = app_token(environ)
        _made.clear()
        _made[period] = token
    return _made[period]


def header_for(host: str, environ: Mapping[str, str] = os.environ) -> str:
    """The HTTP header that lets git in; empty without a token, and then git asks the user's credential helper."""
    token = token_for(host, environ)
    if not token:
        return ""
    pair = f"{_USERS[host]}:{token}".encode()
    return f"Authorization: Basic {b64encode(pair).decode('ascii')}"
