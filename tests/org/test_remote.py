"""Clones over real protocols on loopback, and hosts whose APIs fail, lie and stall."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner.git.clone import CloneError, Limits, protocol_of, update_mirror
from scanner.model.errors import UsageError
from scanner.model.result import Skipped
from scanner.org.cache import make_room, mirror_path, mirrored
from scanner.org.targets import Filters, repositories
from scanner.org.values import Repository as Target
from tests.conftest import Repository
from tests.org.conftest import Answer, git_http, leak, unsealed_org

Serve = Callable[[Callable[[str, str, Mapping[str, str], bytes], Answer]], str]


def entry(web: str, name: str, **more: object) -> dict[str, object]:
    """One repository in the shapes of all three hosts."""
    return {
        "id": 1, "full_name": name, "path_with_namespace": name, "clone_url": f"{web}/{name}.git",
        "http_url_to_repo": f"{web}/{name}.git", "fork": False, "archived": False, "private": False,
        "visibility": "public", "pushed_at": "2024-05-01T12:00:00Z", "updated_at": "2024-05-01T12:00:00Z",
        "last_activity_at": "2024-05-01T12:00:00Z", "has_wiki": False, "wiki_enabled": False, **more,
    }  # fmt: skip


class Host:
    """Speaks the list calls of GitHub, GitLab and Gitea, two pages each; the first try of page 2 is refused."""

    def __init__(self) -> None:
        self.web = ""
        self.refused = 0
        self.tokens: set[str] = set()
        self.pages = [["acme/one", "acme/two"], ["acme/old"]]
        self.root = Path()

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if ".git/" in path:
            if headers.get("Authorization", "").partition(" ")[0] != "Basic":
                return 401, {"WWW-Authenticate": "Basic"}, b""
            return git_http(self.root, method, path, headers, body)
        self.tokens.add(headers.get("Authorization") or headers.get("PRIVATE-TOKEN") or "")
        where, _, query = path.partition("?")
        if where.endswith(("/orgs/acme", "/groups/acme")):
            return 200, {}, json.dumps({"id": 7, "login": "acme", "url": f"{self.web}/api/v3/orgs/acme"}).encode()
        page = int(dict(pair.split("=") for pair in query.split("&") if "=" in pair).get("page", "1"))
        if page == 2 and not self.refused:
            self.refused += 1
            return 429, {"Retry-After": "0"}, b'{"message": "rate limit exceeded"}'
        names = self.pages[page - 1] if page <= len(self.pages) else []
        link = {"Link": f'<{self.web}{where}?page={page + 1}>; rel="next"'} if page < len(self.pages) else {}
        return 200, link, json.dumps([entry(self.web, name, archived="old" in name) for name in names]).encode()


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_hosts_are_listed_to_the_last_page(kind: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind != "gitea":
        pytest.importorskip(kind)
    host = Host()
    host.web = serve(host)
    monkeypatch.setenv(f"UNSEALED_{kind.upper()}_TOKEN", "not-a-real-token")
    found = list(repositories(f"{kind}:{host.web}/acme", Filters(archived=False)))
    assert [one.name for one in found if isinstance(one, Target)] == ["acme/one", "acme/two"], found
    assert host.refused == 1 and any("not-a-real-token" in given for given in host.tokens)


def test_a_sweep_of_a_host_clones_with_its_token(
    make: Callable[[str], Repository], serve: Serve, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    for name in ("one", "two", "old"):
        repository = make(f"src/{name}")
        leak(repository, name)
        repository.git("clone", "-q", "--bare", ".", str(tmp_path / "root" / "acme" / f"{name}.git"))
    host = Host()
    host.root, host.web = tmp_path / "root", serve(host)
    arguments = (
        f"gitea:{host.web}/acme",
        "--store",
        str(tmp_path / "s.db"),
        "--cache",
        str(tmp_path / "m"),
        "--workers",
        "1",
    )
    ran = unsealed_org(clean_environment, *arguments, "-f", "json", UNSEALED_GITEA_TOKEN="not-a-real-token")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert len(json.loads(ran.stdout)["findings"]) == 3
    assert all(b"not-a-real-token" not in path.read_bytes() for path in tmp_path.glob("m/**/*") if path.is_file())
    assert b"not-a-real-token" not in (tmp_path / "s.db").read_bytes()
    again = unsealed_org(clean_environment, *arguments, "-f", "json", UNSEALED_GITEA_TOKEN="not-a-real-token")
    assert again.returncode == 0 and json.loads(again.stdout)["findings"] == []


@pytest.mark.parametrize(
    "url", ["ext::sh -c touch% /tmp/x", "file:///etc", "https://other.example/acme/one.git", "-u/x"]
)
def test_a_lying_api_is_not_followed(url: str, serve: Serve) -> None:
    def lie(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        first = path.endswith("page=1")
        return 200, {}, json.dumps([entry("", "acme/one", clone_url=url)] if first else []).encode()

    (found,) = repositories(f"gitea:{serve(lie)}/acme", Filters())
    assert isinstance(found, Skipped) and found.blocking


@pytest.mark.parametrize("answer", [(500, b"{}"), (200, b"<html>"), (200, b'{"a": 1}'), (404, b"")])
def test_an_api_that_fails_is_a_gap(answer: tuple[int, bytes], serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.org.hosts.gitea.RETRIES", 1)
    web = serve(lambda method, path, headers, body: (answer[0], {}, answer[1]))
    (found,) = repositories(f"gitea:{web}/acme", Filters())
    assert isinstance(found, Skipped) and found.blocking


@pytest.mark.parametrize(
    "url", ["ext::sh", "https://user:pw@host/x", "-oProxy", "ftp://host/x", "host:a;b", "https:///x", "a b"]
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(UsageError) as told:
        protocol_of(url)
    assert "pw" not in str(told.value)


def test_a_mirror_follows_and_recovers(make: Callable[[str], Repository], tmp_path: Path) -> None:
    origin = make("origin")
    leak(origin, "a")
    url, mirror = f"file://{origin.path}", tmp_path / "m.git"
    update_mirror(url, mirror, Limits())
    leak(origin, "b", "more.py")
    (mirror / "packed-refs.lock").touch()
    update_mirror(url, mirror, Limits())
    assert Repository(mirror, origin.environment).git("rev-parse", "HEAD") == origin.git("rev-parse", "HEAD")
    with pytest.raises(CloneError, match="larger"):
        update_mirror(url, tmp_path / "small.git", Limits(size=1000))
    assert not (tmp_path / "small.git").exists() and not (tmp_path / "small.git.new").exists()
    with pytest.raises(CloneError):
        update_mirror(f"file://{tmp_path}/none", tmp_path / "none.git", Limits())


def test_names_stay_inside_the_cache_and_the_cache_within_its_size(
    make: Callable[[str], Repository], tmp_path: Path
) -> None:
    root = tmp_path / "cache"
    for url in ("https://h/../../etc/passwd", "https://h/a\udcff/..", "ssh://h/" + "x" * 5000):
        assert mirror_path(root, url).parent == root and len(mirror_path(root, url).name) < 120
    made = []
    for name in ("a", "b"):
        leak(make(name), name)
        with mirrored(root, f"file://{make(name).path}", Limits(), header="", room=0) as path:
            made.append(path)
    make_room(root, 1, keep=made[1])
    assert not made[0].exists() and made[1].exists()
