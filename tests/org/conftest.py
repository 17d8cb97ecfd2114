"""Stores on every database at hand, and repositories served on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import Repository, make_repository, token

if not os.environ.get("UNSEALED_TEST_COMPLETE"):
    pytest.importorskip("sqlalchemy", reason="the extra 'org' is not installed")

# The URL of a server, as `tools/postgres.py` sets it.
POSTGRES = os.environ.get("UNSEALED_TEST_POSTGRES", "")
# Set where everything is there: a test that finds its service missing then fails instead of being skipped.
COMPLETE = bool(os.environ.get("UNSEALED_TEST_COMPLETE"))


def absent(service: str) -> None:
    """Skip the test for want of ``service``; fail it where nothing may be left out."""
    if COMPLETE:
        pytest.fail(f"{service} is missing, and UNSEALED_TEST_COMPLETE says that nothing may be skipped")
    pytest.skip(f"{service} is missing")


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty schema of its own on a PostgreSQL server."""
    if not POSTGRES:
        absent("PostgreSQL (python tools/postgres.py python -m pytest)")
    import psycopg

    schema = f"t{uuid.uuid4().hex[:12]}"
    plain = POSTGRES.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"create schema {schema}")
        yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}"
        connection.execute(f"drop schema {schema} cascade")


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store on either database."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    return str(request.getfixturevalue("postgres_url"))


def leak(repository: Repository, seed: str, name: str = "conf.py") -> None:
    repository.write(name, f'token = "{token(seed)}"\n')
    repository.commit(f"add {name}")


@pytest.fixture
def make(tmp_path: Path, clean_environment: dict[str, str]) -> Callable[[str], Repository]:
    """Repositories below one folder, by name."""
    return lambda name: make_repository(tmp_path / "clones" / name, clean_environment)


def fork(origin: Repository, path: Path) -> Repository:
    path.parent.mkdir(parents=True, exist_ok=True)
    origin.git("clone", "-q", "--no-local", str(origin.path), str(path))
    return Repository(path, origin.environment)


Answer = tuple[int, Mapping[str, str], bytes]


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str, str, Mapping[str, str], bytes], Answer]], str]]:
    """Serve a function of (method, path, headers, body) on loopback; the address of the server."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str, str, Mapping[str, str], bytes], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                code, headers, data = answer(self.command, self.path, self.headers, body)
                self.send_response(code)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = _do

            def log_message(self, *arguments: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def git_http(root: Path, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """What the real ``git http-backend`` answers for a repository below ``root``."""
    where, _, query = path.partition("?")
    environment = {
        "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": method,
        "PATH_INFO": where, "QUERY_STRING": query, "CONTENT_TYPE": headers.get("Content-Type") or "",
        "CONTENT_LENGTH": str(len(body)), "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding") or "",
        "GIT_PROTOCOL": headers.get("Git-Protocol") or "", "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
    }  # fmt: skip
    done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
    head, _, data = done.stdout.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    return int(fields.pop("Status", "200 OK").split()[0]), fields, data


def unsealed_org(environment: Mapping[str, str], *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``unsealed org`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "scanner", "org", *arguments],
        env={**environment, **more}, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
