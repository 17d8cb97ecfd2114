"""A real Dask cluster for one test: a scheduler and workers in processes of their own, and a tap on their wire."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


class Tap:
    """Forwards connections to ``target`` (host, port) and keeps every byte that passes, either way."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def heard(self) -> bytes:
        """All that has passed so far."""
        return b"".join(self._heard)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError), source:
            while data := source.recv(1 << 16):
                self._heard.append(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


class Cluster:
    """``address`` leads to the scheduler through ``tap``."""

    def __init__(self, tap: Tap, nannies: list[int], logs: Path) -> None:
        self.tap = tap
        self.address = tap.address
        self._nannies = nannies
        self._logs = logs

    def logged(self) -> str:
        """What scheduler and workers have written, at the level where they say most."""
        return "".join(path.read_text(errors="replace") for path in sorted(self._logs.glob("*.log")))

    def worker(self) -> int:
        """The process of a worker: what its nanny started, and starts again when it dies."""
        for nanny in self._nannies:
            # Children are listed by the thread that started them.
            for thread in Path(f"/proc/{nanny}/task").glob("*/children"):
                for child in thread.read_text().split():
                    if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                        return int(child)
        raise AssertionError(self.logged())


@contextmanager
def cluster(folder: Path, environment: Mapping[str, str], *, workers: int) -> Iterator[Cluster]:
    """Scheduler and ``workers`` on loopback; all of it ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    loud = {**environment, "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "debug"}
    tap = Tap(("127.0.0.1", port))
    here = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
    started = [_start(folder, loud, "scheduler", "--port", str(port), *here)]
    try:
        _answers(port)
        for number in range(workers):
            place = ("--local-directory", str(folder / f"w{number}"))
            started.append(_start(folder, loud, "worker", tap.address, "--nthreads", "1", *here, *place))
        yield Cluster(tap, [process.pid for process in started[1:]], folder)
    finally:
        for process in reversed(started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        tap.close()


def _start(folder: Path, environment: Mapping[str, str], name: str, *arguments: str) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    number = len(list(folder.glob("*.log")))
    with (folder / f"{number}-{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments],
            env=dict(environment), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _answers(port: int) -> None:
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise AssertionError("the scheduler does not answer")
