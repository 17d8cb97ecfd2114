"""``unsealed``: a secret scanner for git and Kubernetes.

The public interface. Everything is imported when it is asked for, so that ``import scanner`` costs nothing.

    from scanner import scan_text
    for finding in scan_text(open("settings.py", "rb").read(), "settings.py"):
        print(finding.rule, finding.position.line, finding.redacted)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.model.result import ScanResult
    from scanner.pipeline.options import ScanOptions
    from scanner.ruleset.schema import Rule

__all__ = ["Finding", "Rule", "ScanOptions", "ScanResult", "scan_history", "scan_paths", "scan_staged", "scan_text"]

_PLACES = {
    "Finding": "scanner.model.finding",
    "Rule": "scanner.ruleset.schema",
    "ScanOptions": "scanner.pipeline.options",
    "ScanResult": "scanner.model.result",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'scanner' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)


def scan_text(data: bytes | str, path: str = "", options: ScanOptions | None = None) -> tuple[Finding, ...]:
    """The findings in one text that is called ``path``. No configuration of any repository is read."""
    from scanner.engine.encoding import to_text
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for
    from scanner.pipeline.findings import placed, settled
    from scanner.pipeline.options import ScanOptions

    context = context_for("", options or ScanOptions(repo_config=False))
    scanner = text_scanner(context.options)
    # What was read as text may hold what no encoding has.
    text = to_text(data.encode("utf-8", "replace") if isinstance(data, str) else data, path)
    return settled(placed(text, scanner.scan(text), context=context, rules=scanner.engine.rules), context)


def scan_paths(paths: Sequence[str], options: ScanOptions | None = None) -> ScanResult:
    """Files and folders, as ``unsealed scan`` does it. UsageError for a path that is not there."""
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.options import ScanOptions
    from scanner.pipeline.paths import scan_paths

    context = context_for(enclosing_root(paths[0] if paths else ""), options or ScanOptions())
    return scan_paths(paths, text_scanner(context.options), context)


def scan_staged(repository: str = "", options: ScanOptions | None = None) -> ScanResult:
    """The index of ``repository`` (empty: the current folder) against HEAD. GitError where git gives up."""
    from scanner.git import changes
    from scanner.git.run import Git
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.options import ScanOptions
    from scanner.pipeline.staged import scan_changes

    git = Git(repository)
    context = context_for(enclosing_root(repository), options or ScanOptions())
    changed = [change for change in changes.staged(git) if not context.excluded(change.path)]
    return scan_changes(git, text_scanner(context.options), context, changed=changed)


def scan_history(repository: str = "", options: ScanOptions | None = None, *, workers: int = 0) -> ScanResult:
    """Everything that the history of ``repository`` (empty: the current folder) holds, as ``unsealed history`` does it.

    ``workers`` is the number of processes, 0 for as many as pay. GitError where there is no repository.
    """
    from scanner.git.run import Git
    from scanner.pipeline.build import text_scanner
    from scanner.pipeline.context import context_for, enclosing_root
    from scanner.pipeline.history import Wanted, scan_history
    from scanner.pipeline.options import ScanOptions

    context = context_for(enclosing_root(repository), options or ScanOptions())
    return scan_history(Git(repository), text_scanner(context.options), context, Wanted(), workers=workers)
