"""Links to files on code hosts."""

from __future__ import annotations

import pytest

from scanner.report.links import file_link, web_address


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/acme/app.git", "https://github.com/acme/app"),
        ("git@github.com:acme/app.git", "https://github.com/acme/app"),
        ("ssh://git@git.example.org:2222/acme/app.git", "https://git.example.org/acme/app"),
        ("https://user:pass@host.example:8443/a/b/", "https://host.example:8443/a/b"),
        ("http://host.example/a", "http://host.example/a"),
        ("/srv/git/app.git", ""),
        ("file:///srv/git/app.git", ""),
        ("C:\\repositories\\app", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_remotes(remote: str, address: str) -> None:
    assert web_address(remote) == address


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("https://github.com/a/b", "https://github.com/a/b/blob/c0ffee/x%20y/z.py#L7"),
        ("https://gitlab.example.org/a/b", "https://gitlab.example.org/a/b/-/blob/c0ffee/x%20y/z.py#L7"),
        ("https://bitbucket.org/a/b", "https://bitbucket.org/a/b/src/c0ffee/x%20y/z.py#lines-7"),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b/src/commit/c0ffee/x%20y/z.py#L7"),
        ("", ""),
    ],
)
def test_hosts(base: str, link: str) -> None:
    assert file_link(base, commit="c0ffee", path="x y/z.py", line=7) == link


def test_a_path_that_looks_like_the_template_stays_a_path() -> None:
    assert file_link("https://github.com/a/b", commit="", path="{line}/\udce9", line=7).endswith(
        "/HEAD/%7Bline%7D/%E9#L7"
    )
