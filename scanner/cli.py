"""The command line: which command, its arguments, and the one place where exceptions become exit codes.

Only the module of the command that was asked for is imported; the hook's start-up time is its speed.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from scanner.commands.table import COMMANDS, GUIDE, parser_for
from scanner.engine import limited, patterns
from scanner.model.errors import ExitCode, UnsealedError, place_of

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

# Rules, commits and versions are many objects that make no cycles: looking for some is a tenth of a sweep's time.
_COLLECT = (100_000, 50, 100)
# Seconds after which an interruption comes again.
_AGAIN = 0.01


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. Every expected failure is one line on the error stream."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    gc.set_threshold(*_COLLECT)
    with suppress(ValueError):  # in a thread of another program, signals are its own
        signal.signal(signal.SIGTERM, _interrupt)
    if argv is None:
        sys.unraisablehook = _unraisable
        limited.use_signals()
        patterns.keep()
    try:
        return _run(arguments)
    except UnsealedError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain("interrupted: not everything was scanned")
        if argv is None:
            _leave(ExitCode.INTERRUPTED)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; say no more, and let nothing be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INCOMPLETE
    except (MemoryError, RecursionError, OSError) as error:
        # The type and the system's own words only: an exception's text may hold what was scanned.
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        if isinstance(error, FileNotFoundError) and _is_nowhere():
            reason = "the folder it was started in is not there any more"
        _complain(f"the scan failed: {reason or type(error).__name__}")
        return ExitCode.INCOMPLETE
    except Exception as error:
        if os.environ.get("UNSEALED_DEBUG"):
            raise
        where = place_of(error)
        _complain(f"a mistake of ours, {where}: please report it (UNSEALED_DEBUG=1 shows where it comes from)")
        return ExitCode.INCOMPLETE
    finally:
        if argv is None:
            # The process ends: without this, the interpreter looks through all that was loaded for cycles, several
            # times, before it gives back what the system takes back at once.
            gc.freeze()


def _is_nowhere() -> bool:
    """True where the current folder was removed while we, or the shell that started us, stood in it."""
    try:
        return not os.getcwd()
    except FileNotFoundError:
        return True


def _interrupt(*_: object) -> None:
    """Being told to end is the same as being interrupted: workers go, and the exit code says so."""
    raise KeyboardInterrupt


def _leave(code: int) -> NoReturn:
    """End with this code. Python remembers an interruption that came while it ran a text as a program, as it does for
    each named tuple that it makes, and `python -m scanner` would be killed by a signal at its end instead."""
    import atexit

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _unraisable(ignored: UnraisableHookArgs) -> None:
    """No exception can leave a destructor. An interruption that comes while one runs is not lost: it comes again."""
    if issubclass(ignored.exc_type, KeyboardInterrupt) and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, _AGAIN)
    else:
        sys.__unraisablehook__(ignored)


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _print_help()
        return ExitCode.CLEAN if arguments else ExitCode.USAGE
    if arguments[0] in ("-V", "--version", "version"):
        from scanner.commands.version import version_line

        sys.stdout.write(version_line() + "\n")
        return ExitCode.CLEAN
    name = arguments[0]
    if name not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        _complain(f"there is no command {name!a}{hint} (see unsealed --help)")
        return ExitCode.USAGE
    module = import_module(COMMANDS[name][0])
    try:
        parsed = parser_for(name, module).parse_args(arguments[1:])
    except SystemExit as stop:
        return ExitCode(stop.code) if isinstance(stop.code, int) else ExitCode.USAGE
    code: int = module.run(parsed)
    return code


def _print_help() -> None:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items()]
    sys.stdout.write(
        "usage: unsealed COMMAND ...\n\nA secret scanner for git and Kubernetes. Nothing leaves this machine.\n\n"
        + "\n".join(lines)
        + f"\n\nunsealed COMMAND --help tells more; unsealed --version.\n{GUIDE}"
    )


def _complain(message: str) -> None:
    clean = "".join(char if char.isprintable() else "?" for char in message)
    sys.stderr.write(f"unsealed: {clean}\n")


if __name__ == "__main__":
    sys.exit(main())
