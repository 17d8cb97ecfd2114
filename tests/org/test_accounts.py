"""Which account a target means."""

from __future__ import annotations

import pytest

from scanner.org.hosts.address import Account, account_of, believed


@pytest.mark.parametrize(
    ("target", "account"),
    [
        ("https://GitHub.com/Acme", Account("github", "https://github.com", "Acme")),
        ("gitlab:https://Git.Example.ORG:8443/a/b", Account("gitlab", "https://git.example.org:8443", "a/b")),
    ],
)
def test_a_host_may_be_written_in_capitals(target: str, account: Account) -> None:
    assert account_of(target) == account
    assert believed(account, f"{account.web}/{account.name}/x.git")
