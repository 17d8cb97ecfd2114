"""GitHub organisations and users, through PyGithub: it pages, and waits for rate limits and ``Retry-After``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scanner.model.errors import UsageError
from scanner.org.hosts.address import LONGEST_WAIT, RETRIES, TIMEOUT, Account, HostError, believed
from scanner.org.values import Repository

if TYPE_CHECKING:
    from github import Github, GithubRetry

_PAGE = 100
# The library takes these for answers, and a list that they stand for as empty.
_NO_ANSWERS = (202, 204, 302, 303, 307, 308)


def repositories(account: Account, token: str) -> Iterator[Repository | HostError]:
    """The account's repositories; an error in place of one that cannot be used. HostError when the list breaks off."""
    try:
        from github import GithubException
        from requests import RequestException
    except ImportError:
        raise UsageError("GitHub needs its library: pip install 'unsealed[hosts]'") from None
    client = _client(account.web, token)
    try:
        for found in _list(client, account.name):
            try:
                yield _repository(account, found)
            except HostError as error:
                yield error
    except GithubException as error:
        raise HostError(f"{account.web}/{account.name}: the API answered {error.status}") from None
    except RequestException as error:
        raise HostError(f"{account.web}/{account.name}: the API cannot be reached ({type(error).__name__})") from None
    except (AttributeError, KeyError, TypeError, ValueError, AssertionError):
        raise HostError(f"{account.web}/{account.name}: the API's answer makes no sense") from None
    finally:
        client.close()


def api_of(web: str) -> str:
    """The API beside a web address: its own host for the public GitHub, a path on a company's."""
    return "https://api.github.com" if web == "https://github.com" else f"{web}/api/v3"


def _client(web: str, token: str) -> Github:
    from github import Auth, Github

    return Github(
        auth=Auth.Token(token) if token else None,
        base_url=api_of(web),
        timeout=TIMEOUT,
        per_page=_PAGE,
        retry=_patience(),
        seconds_between_requests=None,
    )


def _patience() -> GithubRetry:
    """What is tried again: as the host asks, but not for as long as it likes."""
    from github import GithubRetry

    class Patience(GithubRetry):
        def get_retry_after(self, response: Any) -> float | None:
            wait = super().get_retry_after(response)
            if wait is not None and wait > LONGEST_WAIT:
                raise HostError(f"the API answered {response.status}, and asks for too long a wait")
            return wait

    return Patience(
        total=RETRIES, status_forcelist=[*range(500, 600), *_NO_ANSWERS], max_rate_limit_wait=float(LONGEST_WAIT)
    )


def _list(client: Github, name: str) -> Iterator[Any]:
    from github import UnknownObjectException

    try:
        yield from client.get_organization(name).get_repos(type="all")
    except UnknownObjectException:
        yield from client.get_user(name).get_repos(type="owner")


def _repository(account: Account, found: Any) -> Repository:
    url = believed(account, str(found.clone_url))
    family = ""
    if found.fork:
        # Lists do not say of what: one more request a fork.
        source = found.source or found.parent
        family = str(source.clone_url) if source else ""
    return Repository(
        url=url,
        name=str(found.full_name),
        family=family,
        host=account.kind,
        visibility=str(found.visibility or ("private" if found.private else "public")),
        archived=bool(found.archived),
        fork=bool(found.fork),
        pushed=found.pushed_at.isoformat() if found.pushed_at else "",
        wiki=bool(found.has_wiki),
    )


def app_token(environ: Mapping[str, str]) -> str:
    """A token of a GitHub App's installation, good for an hour: ``UNSEALED_GITHUB_APP_ID``, ``..._APP_KEY`` (the key's
    file) and ``..._APP_INSTALLATION``."""
    try:
        from github import Auth, GithubException, GithubIntegration
    except ImportError:
        raise UsageError("GitHub needs its library: pip install 'unsealed[hosts]'") from None
    try:
        with open(environ.get("UNSEALED_GITHUB_APP_KEY", ""), encoding="ascii") as file:
            key = file.read()
        installation = int(environ.get("UNSEALED_GITHUB_APP_INSTALLATION", ""))
    except (OSError, ValueError):
        raise UsageError(
            "a GitHub App needs UNSEALED_GITHUB_APP_KEY (a file) and UNSEALED_GITHUB_APP_INSTALLATION (a number)"
        ) from None
    base = environ.get("UNSEALED_GITHUB_APP_API") or os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    try:
        with GithubIntegration(auth=Auth.AppAuth(environ["UNSEALED_GITHUB_APP_ID"], key), base_url=base) as app:
            return str(app.get_access_token(installation).token)
    except GithubException as error:
        raise HostError(f"the GitHub App gets no token: the API answered {error.status}") from None
    except Exception as error:
        # A malformed key: the library's words may quote it.
        raise HostError(f"the GitHub App gets no token ({type(error).__name__})") from None
