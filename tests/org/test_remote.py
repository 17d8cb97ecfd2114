"""Clones over real protocols on loopback, and hosts whose APIs fail, lie and stall."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner.git.clone import CloneError, Limits, protocol_of, update_mirror
from scanner.model.errors import UsageError
from scanner.model.result import Skipped
from scanner.org.cache import make_room, mirror_path, mirrored
from scanner.org.hosts.address import HostError
from scanner.org.targets import Filters, repositories
from scanner.org.tokens import token_for
from scanner.org.values import Repository as Target
from tests.conftest import Repository
from tests.org.conftest import Answer, fork, git_http, leak, unsealed_org

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
        self.wait = 0
        self.asked: list[str] = []
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
        self.asked.append(path)
        where, _, query = path.partition("?")
        if where.endswith(("/orgs/acme", "/groups/acme")):
            return 200, {}, json.dumps({"id": 7, "login": "acme", "url": f"{self.web}/api/v3/orgs/acme"}).encode()
        page = int(dict(pair.split("=") for pair in query.split("&") if "=" in pair).get("page", "1"))
        if page == 2 and not self.refused:
            self.refused += 1
            return 429, {"Retry-After": str(self.wait)}, b'{"message": "rate limit exceeded"}'
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


def test_forks_in_a_list_of_addresses_are_scanned_once(
    make: Callable[[str], Repository], tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    origin = make("origin")
    for number in range(8):
        origin.write(f"f{number}.txt", f"{number}\n" * 5)
        origin.commit("grow")
    addresses = [f"file://{origin.path}"]
    for name in ("one", "two"):
        copy = fork(origin, tmp_path / "elsewhere" / name)
        leak(copy, name)
        addresses.append(f"file://{copy.path}")
    (tmp_path / "list").write_text("# ours\n" + "\n".join(addresses) + "\next::sh -c true\n")
    store = ("--store", str(tmp_path / "s.db"))
    more = ("--cache", str(tmp_path / "m"), "--workers", "1", "-f", "json", "--no-progress")
    ran = unsealed_org(clean_environment, str(tmp_path / "list"), *store, *more)
    # Three repositories and their two secrets; the line that is no address is told, and makes it incomplete.
    told = json.loads(ran.stdout)
    assert ran.returncode == 3 and len(told["findings"]) == 2, ran.stderr
    status = json.loads(unsealed_org(clean_environment, "status", *store, "--json").stdout)
    assert status["sweeps"][0]["states"] == {"scanned": 3}
    # Eight files and messages of the origin, and one file and message of each fork: nothing twice.
    assert status["sweeps"][0]["texts"] == 8 + 8 + 2 * 2


def test_an_app_gets_one_token_for_many_clones(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("github")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    forms = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.TraditionalOpenSSL, forms.NoEncryption())
    (tmp_path / "app.pem").write_bytes(plain)
    asked: list[str] = []

    def answer(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        asked.append(f"{method} {path} {headers.get('Authorization', '').split()[0]}")
        told = {"token": "not-a-real-token", "expires_at": "2099-01-01T00:00:00Z", "permissions": {}}
        return 201, {}, json.dumps(told).encode()

    environment = {
        "UNSEALED_GITHUB_APP_ID": "12", "UNSEALED_GITHUB_APP_KEY": str(tmp_path / "app.pem"),
        "UNSEALED_GITHUB_APP_INSTALLATION": "34", "UNSEALED_GITHUB_APP_API": serve(answer),
    }  # fmt: skip
    monkeypatch.setattr("scanner.org.tokens._made", {})
    assert {token_for("github", environment) for _ in range(3)} == {"not-a-real-token"}
    assert asked == ["POST /app/installations/34/access_tokens Bearer"]
    monkeypatch.setattr("scanner.org.tokens._made", {})
    (tmp_path / "app.pem").write_text("no key")
    with pytest.raises(HostError) as told:
        token_for("github", environment)
    assert "no key" not in str(told.value)


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_a_host_is_waited_for_as_long_as_it_says(kind: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind != "gitea":
        pytest.importorskip(kind)
    host = Host()
    host.wait = 1
    host.web = serve(host)
    began = time.monotonic()
    found = list(repositories(f"{kind}:{host.web}/acme", Filters()))
    assert len(found) == 3 and time.monotonic() - began >= 1
    if kind == "gitlab":
        assert any("include_subgroups=True" in path for path in host.asked)


def test_a_remote_that_stalls_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"git://127.0.0.1:{silent.getsockname()[1]}/x.git"
        with pytest.raises(CloneError, match="longer than 1 seconds"):
            update_mirror(url, tmp_path / "x.git", Limits(seconds=1))
    assert not list(tmp_path.iterdir())


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
