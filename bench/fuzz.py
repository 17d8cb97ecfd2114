"""Hostile input by the million: every parser that reads what others wrote, each in a process of its own.

    python bench/fuzz.py [TARGET ...] [--executions N] [--seconds S] [--seed N] [--found FOLDER] [--json FILE]

Inputs are honest samples, changed; one that goes a new way through its target is kept and changed further. An input
is a failure when it raises what its target does not announce, takes more than 5 seconds of processor time, brings the
process over 1 GB, or ends it. Failures are written to FOLDER. With ``--atheris``, where that is installed, the choice
of inputs is guided by the lines they reach; it is slower by an order of magnitude and goes deeper.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
from hashlib import sha256
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from fuzzing import files, settings, stores, texts
from fuzzing.mutation import Mutator
from fuzzing.target import EXPECTED, Run, Target

TARGETS = {target.name: target for module in (stores, texts, files, settings) for target in module.TARGETS}
HANG, MEMORY = 5.0, 1 << 30
_KEPT = 2000
_MOST_FAILURES = 25
# What parent and child share: executions, failures, the slowest one's microseconds, largest memory, the input at work.
_NUMBERS = struct.Struct("QQQQQ")
_ROOM = 1 << 20


class Board:
    """Memory that a child writes to and its parent reads, also after the child has died."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _ROOM)
        self.executions = self.failures = self.slowest = self.memory = 0

    def begin(self, data: bytes) -> None:
        """Note the input that is tried next."""
        _NUMBERS.pack_into(
            self._memory, 0, self.executions, self.failures, self.slowest, self.memory, min(len(data), _ROOM - 64)
        )
        self._memory[64 : 64 + len(data)] = data

    def look(self) -> bytes:
        """Take over the child's numbers; the input it is or was at."""
        self.executions, self.failures, self.slowest, self.memory, size = _NUMBERS.unpack_from(self._memory, 0)
        return self._memory[64 : 64 + size]


class Fuzzing:
    """One target in this process."""

    def __init__(self, target: Target, board: Board, found: Path, seed: int) -> None:
        self._target, self._board, self._found = target, board, found
        self._places: set[str] = set()
        self._ways: set[int] = set()
        self._folder = tempfile.TemporaryDirectory(prefix="unsealed-fuzz-", dir=_quick_folder())
        self._run: Run = target.make(Path(self._folder.name))
        usual, largest = min(target.usual, target.largest), target.largest
        self._mutator = Mutator(target.seeds(), target.words, usual=usual, largest=largest, seed=seed)

    def seeds(self) -> None:
        """The samples as they are must go well."""
        for data in list(self._mutator.corpus):
            self.one(data)

    def until(self, executions: int, deadline: float) -> None:
        """Try inputs until there were so many, or it is so late."""
        board, mutator = self._board, self._mutator
        while board.executions < executions and board.failures < _MOST_FAILURES:
            if not board.executions & 255 and time.monotonic() > deadline:
                break
            data = mutator.next()
            if self.one(data) and len(mutator.corpus) < _KEPT:
                mutator.corpus.append(data)
        board.begin(b"")
        self._folder.cleanup()

    def one(self, data: bytes) -> bool:
        """Try one input; True when it went a new way."""
        board = self._board
        board.executions += 1
        board.begin(data)
        started = time.thread_time()
        way = 0
        try:
            way = hash(self._run(data))
        except EXPECTED as error:
            way = hash(type(error))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            self._failed(data, error)
        spent = int((time.thread_time() - started) * 1e6)
        if spent > board.slowest:
            board.slowest = spent
            if spent > HANG * 1e6:
                self._failed(data, TimeoutError(f"{spent / 1e6:.1f} s"))
        if not board.executions & 63:
            board.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            if board.memory > MEMORY:
                self._failed(data, MemoryError(f"{board.memory >> 20} MB"))
        if way in self._ways:
            return False
        self._ways.add(way)
        return True

    def _failed(self, data: bytes, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{type(error).__name__} at "
        place += f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else str(error)
        if place in self._places:
            return
        self._places.add(place)
        self._board.failures += 1
        name = _kept(self._found, self._target.name, data)
        sys.stderr.write(f"{self._target.name}: {place}: {error!s:.200}\n  {name}\n")
        traceback.print_exception(error, limit=-4)


def _kept(found: Path, target: str, data: bytes) -> Path:
    found.mkdir(parents=True, exist_ok=True)
    path = found / f"{target}-{sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


def _quick_folder() -> str | None:
    return "/dev/shm" if os.path.isdir("/dev/shm") else None


def child(target: Target, board: Board, args: argparse.Namespace) -> None:
    """Fuzz in this process and end it."""
    limit = MEMORY * 3
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    code = 0
    try:
        fuzzing = Fuzzing(target, board, args.found, args.seed)
        fuzzing.seeds()
        fuzzing.until(args.executions, time.monotonic() + args.seconds)
    except BaseException:
        traceback.print_exc()
        code = 3
    sys.stderr.flush()
    os._exit(code)


def watched(target: Target, args: argparse.Namespace) -> dict[str, object]:
    """Fuzz one target in a child; the child is ended when it hangs. One row of the table."""
    board = Board()
    pid = os.fork()
    if not pid:
        child(target, board, args)
    at, spent, status = -1, 0.0, 0
    try:
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                break
            data = board.look()
            if board.executions != at:
                at, spent = board.executions, _processor_time(pid)
            # Time that the child was not given does not count: it may be stopped, or starve.
            elif at > 0 and _processor_time(pid) - spent > 4 * HANG:
                os.kill(pid, signal.SIGKILL)
                sys.stderr.write(f"{target.name}: hangs\n  {_kept(args.found, target.name, data)}\n")
            time.sleep(0.02 if args.executions < 10_000 else 0.2)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    data = board.look()
    failures = board.failures
    if status:
        failures += 1
        sys.stderr.write(f"{target.name}: the process ended with {status}\n  {_kept(args.found, target.name, data)}\n")
    return {
        "target": target.name, "executions": board.executions, "failures": failures,
        "slowest_ms": board.slowest / 1000, "memory_mb": board.memory >> 20, "seed": args.seed,
    }  # fmt: skip


def _processor_time(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def guided(target: Target, executions: int) -> None:
    """Let atheris choose the inputs; it ends the process itself."""
    import atheris

    with tempfile.TemporaryDirectory(prefix="unsealed-corpus-") as corpus:
        for number, data in enumerate(target.seeds()):
            (Path(corpus) / str(number)).write_bytes(data)
        folder = tempfile.mkdtemp(prefix="unsealed-fuzz-", dir=_quick_folder())
        atheris.instrument_all()
        run = target.make(Path(folder))

        def one(data: bytes) -> None:
            try:
                run(data)
            except EXPECTED:
                pass

        limits = [f"-runs={executions}", f"-max_len={target.largest}", f"-timeout={int(HANG)}", "-rss_limit_mb=1024"]
        atheris.Setup([sys.argv[0], *limits, corpus], one)
        atheris.Fuzz()


def main() -> int:
    """Fuzz what was asked for; 1 when something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all without")
    parser.add_argument("--executions", type=int, default=1_000_000, help="a target")
    parser.add_argument("--seconds", type=float, default=1e9, help="at most so long a target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--found", type=Path, default=Path("fuzz-found"), help="folder for inputs that fail")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--atheris", action="store_true", help="guided by coverage, one target")
    args = parser.parse_args()
    unknown = set(args.targets) - set(TARGETS)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if args.atheris:
        guided(TARGETS[args.targets[0]] if args.targets else next(iter(TARGETS.values())), args.executions)
        return 0
    rows = []
    for name in args.targets or TARGETS:
        rows.append(watched(TARGETS[name], args))
        print("{target:12} {executions:>10,} executions  {failures} failures  slowest {slowest_ms:.1f} ms  "
              "{memory_mb} MB".format(**rows[-1]), flush=True)  # fmt: skip
        if args.json:
            args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return int(any(row["failures"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
