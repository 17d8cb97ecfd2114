"""Gitea and Forgejo organisations and users. No library for them is well kept; two addresses of JSON are enough."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from scanner.org.hosts.address import LONGEST_WAIT, RETRIES, TIMEOUT, Account, HostError, believed
from scanner.org.values import Repository

_PAGE = 50
_LARGEST_ANSWER = 32 << 20


def repositories(account: Account, token: str) -> Iterator[Repository | HostError]:
    """The account's repositories; an error in place of one that cannot be used. HostError when the list breaks off."""
    for place in ("orgs", "users"):
        page = 1
        while True:
            found = _ask(account, f"/api/v1/{place}/{account.name}/repos?limit={_PAGE}&page={page}", token)
            if found is None:
                break
            for one in found:
                try:
                    yield _repository(account, one)
                except HostError as error:
                    yield error
            if not found:
                return
            page += 1
        if page > 1:
            raise HostError(f"{account.web}/{account.name}: the list broke off")
    raise HostError(f"{account.web}/{account.name}: the API answered 404")


class _NoRedirect(HTTPRedirectHandler):
    """A redirect could carry the token to another host."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


def _opener() -> OpenerDirector:
    return build_opener(_NoRedirect)


def _ask(account: Account, path: str, token: str) -> list[dict[str, Any]] | None:
    """One page; None when there is no such account."""
    request = Request(account.web + path, headers={"Accept": "application/json"})  # noqa: S310 - http or https, checked
    if token:
        request.add_unredirected_header("Authorization", f"token {token}")
    where = f"{account.web}/{account.name}"
    for attempt in range(RETRIES + 1):
        try:
            with _opener().open(request, timeout=TIMEOUT) as answer:
                found = json.loads(answer.read(_LARGEST_ANSWER))
        except HTTPError as error:
            if error.code == 404:
                return None
            wait = _wait(error, attempt)
            if wait is None or attempt == RETRIES:
                raise HostError(f"{where}: the API answered {error.code}") from None
            time.sleep(wait)
        except (URLError, OSError) as error:
            if attempt == RETRIES:
                raise HostError(f"{where}: the API cannot be reached ({type(error).__name__})") from None
            time.sleep(min(2.0**attempt * 0.2, 5))
        except ValueError:
            raise HostError(f"{where}: the API's answer makes no sense") from None
        else:
            if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
                raise HostError(f"{where}: the API's answer makes no sense")
            return found
    raise AssertionError("unreachable")


def _wait(error: HTTPError, attempt: int) -> float | None:
    """Seconds until another try makes sense, as the host says; None when it does not."""
    if error.code not in (429, 500, 502, 503, 504):
        return None
    given = error.headers.get("Retry-After", "")
    wait = float(given) if given.isdecimal() else min(2.0**attempt * 0.2, 5)
    return wait if wait <= LONGEST_WAIT else None


def _repository(account: Account, found: dict[str, Any]) -> Repository:
    origin = found.get("parent") or {}
    private, internal = bool(found.get("private")), bool(found.get("internal"))
    return Repository(
        url=believed(account, str(found.get("clone_url") or "")),
        name=str(found.get("full_name") or ""),
        family=str(origin.get("clone_url") or ""),
        host=account.kind,
        visibility="private" if private else "internal" if internal else "public",
        archived=bool(found.get("archived")),
        fork=bool(found.get("fork")),
        pushed=str(found.get("updated_at") or ""),
        wiki=bool(found.get("has_wiki")),
    )
