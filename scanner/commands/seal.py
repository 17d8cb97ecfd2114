"""Print what should stand in the repository instead of a Kubernetes Secret. Values are never printed.

For every Secret with values in clear: the ExternalSecret that takes its place, or with --as kubeseal the command that
seals it. The values themselves stay readable in git's history until they are rotated.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.model.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from scanner.kubernetes.replacement import Unsealed


# As Go writes durations, which is what the operator reads.
_INTERVAL = re.compile(r"0|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``unsealed seal``."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="files with manifests; - is standard input")
    parser.add_argument(
        "--as", dest="form", choices=("external-secret", "kubeseal"), default="external-secret",
        help="what takes the Secret's place (external-secret)",
    )  # fmt: skip
    parser.add_argument("--store", default="secret-store", metavar="NAME", help="the store's name (secret-store)")
    parser.add_argument(
        "--store-kind", default="ClusterSecretStore", choices=("ClusterSecretStore", "SecretStore"),
        help="the store's kind (ClusterSecretStore)",
    )  # fmt: skip
    parser.add_argument(
        "--path", default="{namespace}/{name}", metavar="PATTERN", help="the path in the store ({namespace}/{name})"
    )
    parser.add_argument("--refresh", default="1h", metavar="INTERVAL", help="how often the store is asked (1h)")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but the replacement")


def run(args: argparse.Namespace) -> int:
    """Print the replacements; 0 also where there was nothing to replace."""
    from scanner.kubernetes.replacement import Store, external_secret, kubeseal, objection

    unknown = set(re.findall(r"\{[^}]*\}?", args.path)) - {"{namespace}", "{name}"}
    if unknown:
        raise UsageError(f"--path {args.path}: {min(unknown)} is neither {{namespace}} nor {{name}}")
    if not _INTERVAL.fullmatch(args.refresh):
        raise UsageError(f"--refresh {args.refresh}: write an interval such as 1h or 15m")
    store = Store(args.store, args.store_kind, args.path, args.refresh)
    count = 0
    for path in args.files:
        name = "" if path == "-" else path
        for secret in _found(path):
            title = f"# {name or 'standard input'}:{secret.line} Secret {secret.namespace or 'default'}/{secret.name}"
            body = external_secret(secret, store) if args.form == "external-secret" else kubeseal(secret, name)
            better = objection(secret)
            body = f"# {better}\n{body}" if better else body
            separator = "---\n" if count and args.form == "external-secret" else ""
            sys.stdout.write(f"{separator}{_line(title)}, keys {_line(', '.join(secret.keys))}\n{body}")
            count += 1
    if not args.quiet:
        sys.stderr.write(_last_word(count))
    return ExitCode.CLEAN


def _found(path: str) -> list[Unsealed]:
    from scanner.engine.encoding import to_text
    from scanner.kubernetes.replacement import unsealed
    from scanner.model.typed import standard_input

    if path == "-":
        data = standard_input().read()
    else:
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    return unsealed(to_text(data, "" if path == "-" else path))


def _last_word(count: int) -> str:
    if not count:
        return "unsealed: no Secret with values in clear here\n"
    return (
        "unsealed: put the values into the store, delete the Secret from the repository, and rotate them: "
        "git's history keeps what was committed\n"
    )


def _line(text: str) -> str:
    """``text`` on one line: names come from files."""
    return "".join(char if char.isprintable() else "?" for char in text)
