"""GitLab groups with their subgroups, or a user's projects, through python-gitlab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.model.errors import UsageError
from scanner.org.hosts.address import TIMEOUT, Account, HostError, believed
from scanner.org.values import Repository

_PAGE = 100


def repositories(account: Account, token: str) -> Iterator[Repository | HostError]:
    """The group's projects; an error in place of one that cannot be used. HostError when the list breaks off."""
    try:
        from gitlab import Gitlab, GitlabError
        from requests import RequestException
    except ImportError:
        raise UsageError("GitLab needs its library: pip install 'unsealed[hosts]'") from None
    where = f"{account.web}/{account.name}"
    try:
        with Gitlab(
            account.web, private_token=token or None, timeout=TIMEOUT, per_page=_PAGE, retry_transient_errors=True
        ) as client:
            for found in _list(client, account.name):
                try:
                    yield _repository(account, found)
                except HostError as error:
                    yield error
    except GitlabError as error:
        raise HostError(f"{where}: the API answered {error.response_code or 'nothing useful'}") from None
    except RequestException as error:
        raise HostError(f"{where}: the API cannot be reached ({type(error).__name__})") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise HostError(f"{where}: the API's answer makes no sense") from None


def _list(client: Any, name: str) -> Iterator[Any]:
    from gitlab import GitlabGetError

    try:
        group = client.groups.get(name, with_projects=False)
    except GitlabGetError as error:
        if error.response_code != 404 or "/" in name:
            raise
        users = client.users.list(username=name, get_all=False)
        if not users:
            raise
        yield from users[0].projects.list(iterator=True)
        return
    yield from group.projects.list(include_subgroups=True, with_shared=False, iterator=True)


def _repository(account: Account, found: Any) -> Repository:
    given = found.attributes
    origin = given.get("forked_from_project") or {}
    return Repository(
        url=believed(account, str(given["http_url_to_repo"])),
        name=str(given["path_with_namespace"]),
        family=str(origin.get("http_url_to_repo") or ""),
        host=account.kind,
        visibility=str(given.get("visibility") or ""),
        archived=bool(given.get("archived")),
        fork=bool(origin),
        pushed=str(given.get("last_activity_at") or ""),
        wiki=bool(given.get("wiki_enabled")),
    )
