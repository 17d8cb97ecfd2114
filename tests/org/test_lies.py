"""Hosts whose APIs lie: whatever they answer, the token stays with them, and what is missing is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from scanner.model.result import Skipped
from scanner.org.hosts import gitea, github, gitlab
from scanner.org.targets import Filters, repositories
from tests.org.conftest import Answer
from tests.org.test_remote import Serve, entry

KINDS = ("github", "gitlab", "gitea")


class Liar:
    """An account that is there; what its list says is ``listed``'s, given how often it was asked and the address."""

    def __init__(self, listed: Callable[[int, str], Answer]) -> None:
        self.web = ""
        self.asked = 0
        self._listed = listed

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path.partition("?")[0].endswith(("/orgs/acme", "/groups/acme")):
            told = {"id": 7, "login": "acme", "url": f"{self.web}/api/v3/orgs/acme"}
            return 200, {}, json.dumps(told).encode()
        self.asked += 1
        return self._listed(self.asked, self.web)


@pytest.fixture
def hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        monkeypatch.setenv(f"UNSEALED_{kind.upper()}_TOKEN", "not-a-real-token")
    for module in (github, gitlab, gitea):
        monkeypatch.setattr(module, "RETRIES", 1)


def listed(kind: str, serve: Serve, answer: Callable[[int, str], Answer]) -> list[object]:
    if kind != "gitea":
        pytest.importorskip(kind)
    liar = Liar(answer)
    liar.web = serve(liar)
    return list(repositories(f"{kind}:{liar.web}/acme", Filters()))


@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize(
    ("kind", "how"),
    [*((kind, "redirect") for kind in KINDS), ("github", "next page"), ("gitlab", "next page")],
)
def test_a_token_follows_no_answer_to_another_host(kind: str, how: str, serve: Serve) -> None:
    heard: list[str] = []

    def elsewhere(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        heard.append(str(headers))
        return 200, {}, b"[]"

    other = serve(elsewhere).replace("127.0.0.1", "localhost")

    def answer(times: int, web: str) -> Answer:
        if how == "redirect":
            return 302, {"Location": f"{other}/list"}, b""
        return 200, {"Link": f'<{other}/list?page=2>; rel="next"'}, json.dumps([entry(web, f"acme/{times}")]).encode()

    *_, last = listed(kind, serve, answer)
    assert isinstance(last, Skipped) and last.blocking
    assert not any("not-a-real-token" in head for head in heard)


@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "answer",
    [
        (429, {"Retry-After": "999999999"}, b"{}"),
        (429, {"Retry-After": "soon"}, b"{}"),
        (500, {}, b"{}"),
        (204, {}, b""),
        (200, {}, b"[" * 100_000),
        (200, {}, b'{"not": "a list"}'),
        (200, {}, json.dumps([{name: [1] for name in entry("", "")}]).encode()),
    ],
    ids=["long wait", "odd wait", "fails", "nothing", "deep", "no list", "odd fields"],
)
def test_no_answer_makes_a_list_look_whole(kind: str, answer: Answer, serve: Serve) -> None:
    *_, last = listed(kind, serve, lambda times, web: answer if times < 9 else (200, {}, b"[]"))
    assert isinstance(last, Skipped) and last.blocking


@pytest.mark.usefixtures("hosts")
@pytest.mark.parametrize("kind", KINDS)
def test_a_list_that_goes_in_a_circle_ends(kind: str, serve: Serve) -> None:
    def answer(times: int, web: str) -> Answer:
        page = [entry(web, f"acme/{number}") for number in range(7)]
        return 200, {"Link": f'<{web}/api/v4/x?page={times % 3 + 1}>; rel="next"'}, json.dumps(page).encode()

    found = listed(kind, serve, answer)
    assert isinstance(found[-1], Skipped) and "again and again" in found[-1].why and len(found) < 100
