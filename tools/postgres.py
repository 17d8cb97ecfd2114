"""A PostgreSQL server for tests and measurements: a new cluster in a temporary folder, gone afterwards.

    python tools/postgres.py COMMAND...      with UNSEALED_TEST_POSTGRES set to the server's URL

The server is the installed one (on Debian: ``apt-get install postgresql``). It listens on a socket in its own folder
and nowhere else, and runs as the user ``postgres`` when this is started by root, for it refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_OWNER = "postgres"
# Nothing in it has to outlive the machine. It does have to outlive its own processes, so commits are written at once.
_SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=50")


class NoServer(Exception):
    """PostgreSQL is not installed, or does not start; says what to do."""


def programs() -> Path:
    """The folder with ``initdb`` and ``pg_ctl``: Debian keeps them off PATH, one folder a version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    if found:
        return found[-1].parent
    if named:
        return Path(named).resolve().parent
    raise NoServer("PostgreSQL is not installed: apt-get install postgresql")


class Cluster:
    """A running server in a folder of its own; ``url`` is what SQLAlchemy is given."""

    def __init__(self) -> None:
        self._programs = programs()
        # Short, and not below TMPDIR: the path of a socket may have no more than 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="unsealed-pg-", dir="/tmp"))
        self._user: str | None = None
        if os.geteuid() == 0:
            self._user = _OWNER
            owner = pwd.getpwnam(_OWNER)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self.url = f"postgresql+psycopg://{_OWNER}@/postgres?host={self._folder}"
        try:
            self._run("initdb", "--no-sync", "-A", "trust", "-U", _OWNER, "-E", "UTF8", "--locale=C")
            with (self._folder / "data" / "postgresql.conf").open("a") as file:
                file.writelines(f"{name} = '{value}'\n" for name, _, value in (one.partition("=") for one in _SETTINGS))
                file.write(f"unix_socket_directories = '{self._folder}'\n")
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._run("pg_ctl", "-w", "-s", "-l", str(self._folder / "log"), "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop it: ``immediate`` is a crash, after which it recovers from its log; ``fast`` ends transactions first."""
        self._run("pg_ctl", "-w", "-s", "-m", how, "stop")

    def log(self) -> str:
        """What the server has logged."""
        return (self._folder / "log").read_text(errors="replace")

    def dump(self) -> bytes:
        """All of the database as SQL."""
        command = [str(self._programs / "pg_dump"), "-h", str(self._folder), "-U", _OWNER, "postgres"]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def close(self) -> None:
        """Stop the server and remove its folder."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._programs / name), "-D", str(self._folder / "data"), *arguments]
        more = {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}
        # The server inherits what it is given; a pipe would be held open by it.
        with (self._folder / "said").open("w+") as said:
            done = subprocess.run(  # type: ignore[call-overload]
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, **more
            )
            said.seek(0)
            if done.returncode:
                raise NoServer(f"{name} failed: {said.read().strip()[-1000:]}")


def main(command: Sequence[str]) -> int:
    """Run ``command`` beside a server; its exit code."""
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    # An interruption is the command's to answer; the server is stopped all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with Cluster() as cluster:
            return subprocess.run(
                command, env={**os.environ, "UNSEALED_TEST_POSTGRES": cluster.url}, check=False
            ).returncode
    except NoServer as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
