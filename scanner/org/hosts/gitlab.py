"""GitLab groups with their subgroups, or a user's projects, through python-gitlab."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scanner.model.errors import UsageError
from scanner.org.hosts.address import LONGEST_WAIT, RETRIES, TIMEOUT, Account, HostError, believed
from scanner.org.values import Repository

if TYPE_CHECKING:
    from requests import Response, Session

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
            account.web, private_token=token or None, timeout=TIMEOUT, per_page=_PAGE, retry_transient_errors=True,
            keep_base_url=True, session=_session(account.web),
        ) as client:  # fmt: skip
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


def _session(web: str) -> Session:
    """A session that speaks to ``web`` alone: the library would carry its token wherever a redirect or the address of
    a next page leads, and sleep for as long as an answer says."""
    from requests import Session

    class OneHost(Session):
        def send(self, request: Any, **named: Any) -> Response:
            if urlsplit(request.url)[:2] != urlsplit(web)[:2]:
                raise HostError(f"{web}: the API leads to another host")
            answer = super().send(request, **named)
            # Seconds; and a moment, in seconds since 1970, which counts where none are given.
            wait, reset = (answer.headers.get(name, "0") for name in ("Retry-After", "RateLimit-Reset"))
            if not wait.isdecimal() or int(wait) > LONGEST_WAIT or not _near(reset):
                raise HostError(f"{web}: the API answered {answer.status_code}, and asks for too long a wait")
            return answer

    return OneHost()


def _near(moment: str) -> bool:
    return moment.isdecimal() and int(moment) - time.time() <= LONGEST_WAIT


def _list(client: Any, name: str) -> Iterator[Any]:
    from gitlab import GitlabGetError

    try:
        group = client.groups.get(name, with_projects=False, max_retries=RETRIES)
    except GitlabGetError as error:
        if error.response_code != 404 or "/" in name:
            raise
        users = client.users.list(username=name, get_all=False, max_retries=RETRIES)
        if not users:
            raise
        yield from users[0].projects.list(iterator=True, max_retries=RETRIES)
        return
    yield from group.projects.list(include_subgroups=True, with_shared=False, iterator=True, max_retries=RETRIES)


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
