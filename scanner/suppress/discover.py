"""Finding and reading every file that may silence something, in a folder or wherever ``read`` looks."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.model.errors import ConfigError
from scanner.model.regular import read_regular
from scanner.suppress.inline import InlineMarks
from scanner.suppress.memo import Memo, git_folder
from scanner.suppress.names import BASELINE_FILE
from scanner.suppress.suppressor import Suppressor
from scanner.suppress.verdict import Source

Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was found. ``repository`` names the sources that came with the scanned repository.

    ``notes`` tell, one line a file, what in it cannot be carried over. ``memo`` is what baselines share. ``read`` has
    a digest of everything that was read or looked for, by name: equal ones silence the same.
    """

    suppressor: Suppressor
    repository: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    read: Mapping[str, str] = field(default_factory=dict, repr=False)
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def with_sources(self, sources: tuple[Source, ...]) -> Loaded:
        """The same with ``sources`` asked last; those that record remember digests together with the baselines."""
        from scanner.suppress.record import RecordSource

        suppressor = self.suppressor
        added = [replace(source, memo=self.memo) if isinstance(source, RecordSource) else source for source in sources]
        return replace(self, suppressor=Suppressor((*suppressor.sources, *added), suppressor.today))


def reader(folder: str) -> Read:
    """Reads files below ``folder``; None for one that is not there. ConfigError when one cannot be read."""

    def read(name: str) -> bytes | None:
        try:
            if folder:
                return read_regular(os.path.join(folder, name))
            # Named by the user, who may give a pipe.
            with open(name, "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigError(f"{name}: {error.strerror}") from None

    return read


def load(
    read: Read,
    *,
    baselines: Sequence[str] = (),
    repo_config: bool = True,
    today: str = "",
    environ: Mapping[str, str] | None = None,
    root: str = "",
    gitleaks: tuple[str, Read] | None = None,
) -> Loaded:
    """Everything that silences findings in one scan.

    ``read`` reads the scanned repository's own files by their path in it; with ``repo_config`` False none
    of them is, and comments in the scanned text are text. ``baselines`` are files named by the user, of any
    tool, and are honoured either way. ``today`` is an ISO date. ``environ`` is the user's environment, where
    gitleaks' own variables name or hold its configuration; either takes the place of the repository's, and is
    passed over with it, since the file that is named is mostly one of the repository. ``gitleaks`` is a configuration
    of that tool that the user named, and reads what it extends: it takes the place of both.
    ``root`` is the folder of a worktree, in whose git folder slow digests are remembered.
    """
    made = _Made(read, git_folder(root) if root and repo_config else "")
    for path in baselines:
        content = reader("")(path)
        if content is None:
            raise ConfigError(f"{path}: no such baseline")
        made.add(path, content)
    given = {os.path.normpath(path) for path in baselines}
    found: set[str] = set()
    if gitleaks is not None:
        made.named(*gitleaks)
    if repo_config:
        if gitleaks is not None or made.gitleaks(environ or {}):
            given |= {".gitleaks.toml", ".betterleaks.toml"}
        for name in (BASELINE_FILE, *REPOSITORY_FILES):
            content = None if name in given else made.read(name)
            if content is not None:
                made.add(name, content)
                found.add(name)
        made.sources.append(InlineMarks())
    suppressor = Suppressor(tuple(made.sources), today)
    return Loaded(
        suppressor=suppressor, repository=frozenset(found), notes=tuple(made.notes), read=made.seen, memo=made.memo
    )


class _Made:
    """Sources and notes, as files are read one after the other."""

    def __init__(self, read: Read, folder: str) -> None:
        self._reader = read
        self.seen: dict[str, str] = {}
        self.memo = Memo(folder)
        self.sources: list[Source] = []
        self.notes: list[str] = []

    def read(self, name: str) -> bytes | None:
        """A file of the repository; None for one that is not there."""
        content = self._reader(name)
        self._note(name, content)
        return content

    def _note(self, name: str, content: bytes | None) -> None:
        self.seen[name] = "" if content is None else hashlib.sha256(content).hexdigest()

    def add(self, name: str, content: bytes) -> None:
        """Read one file: by its name where the format cannot be told otherwise, else by what is in it."""
        self._note(name, content)
        base = os.path.basename(name)
        self._take(
            name, _READERS[base](content, name, self.read) if base in _READERS else self._baseline(name, content)
        )

    def named(self, name: str, read: Read) -> None:
        """Read the configuration of gitleaks that is called ``name``."""
        content = reader("")(name)
        if content is None:
            raise ConfigError(f"--config {name}: there is no such file")
        self._note(name, content)
        self._take(name, _allowlists(content, os.path.basename(name), read))

    def gitleaks(self, environ: Mapping[str, str]) -> bool:
        """Read what gitleaks' variables point at; True when there was one."""
        path, content = environ.get("GITLEAKS_CONFIG"), environ.get("GITLEAKS_CONFIG_TOML")
        if path:
            found = reader("")(path)
            if found is None:
                raise ConfigError(f"GITLEAKS_CONFIG: {path} is not there")
            self._note("GITLEAKS_CONFIG", found)
            return self._take("GITLEAKS_CONFIG", _allowlists(found, "GITLEAKS_CONFIG", self.read))
        if content:
            name = "GITLEAKS_CONFIG_TOML"
            self._note(name, content.encode())
            return self._take(name, _allowlists(content.encode(), name, self.read))
        return False

    def _take(self, name: str, parsed: _Parsed) -> bool:
        sources, left = parsed
        self.sources += sources
        if left:
            self.notes.append(f"{name}: cannot be carried over: {'; '.join(left)}")
        self.notes += [f"{name}: {remark}" for source in sources if (remark := getattr(source, "remark", ""))]
        return True

    def _baseline(self, name: str, content: bytes) -> _Parsed:
        """A baseline may be called anything; what is called by our name is ours, or an error."""
        from scanner.suppress import baseline_file
        from scanner.suppress.baseline import BaselineSource

        ours = os.path.basename(name) == BASELINE_FILE or baseline_file.looks_like_baseline(content)
        if ours or not content.lstrip().startswith((b"{", b"[")):
            return [BaselineSource.read(content, name, self.memo)], ()
        from scanner.suppress import detect_secrets_file, gitleaks_report

        document = _document(name, content)
        if detect_secrets_file.looks_like_detect_secrets(document):
            source, left = detect_secrets_file.parse_detect_secrets(document, name, self.read)
            return [source], left
        if gitleaks_report.looks_like_report(document):
            return gitleaks_report.parse_report(document, name), ()
        raise ConfigError(f"{name}: {_other(document)}")


def _other(document: object) -> str:
    """What to do with JSON that is no baseline: most often it is a report, or what `baseline export` wrote."""
    told = document if isinstance(document, dict) else {}
    if told.get("kind") == "unsealed-baseline":
        return "an exported baseline, which `unsealed baseline import` reads"
    if "runs" in told or "vulnerabilities" in told or {"tool", "findings"} <= told.keys():
        return "a report and no baseline: `unsealed baseline create` writes one of what is found now"
    return "not a baseline that is known here"


def _gitleaksignore(content: bytes, name: str, read: Read) -> _Parsed:
    from scanner.suppress.located import parse_gitleaksignore
    from scanner.suppress.values import Values

    located, digests, odd = parse_gitleaksignore(content, name)
    return [located, Values.of(name, (), dict.fromkeys(digests, "a digest"))], odd


def _allowlists(content: bytes, name: str, read: Read) -> _Parsed:
    from scanner.suppress.allowlists import parse_allowlists

    source, left = parse_allowlists(content, name, read)
    return [source], left


def _small(function: str) -> _Reader:
    def parse(content: bytes, name: str, read: Read) -> _Parsed:
        from scanner.suppress import small_files

        parsed: _Parsed = getattr(small_files, function)(content, name)
        return parsed

    return parse


_Parsed = tuple[Sequence[Source], Sequence[str]]
_Reader = Callable[[bytes, str, Read], _Parsed]
_READERS: dict[str, _Reader] = {
    ".gitleaksignore": _gitleaksignore,
    ".betterleaksignore": _gitleaksignore,
    ".gitleaks.toml": _allowlists,
    ".betterleaks.toml": _allowlists,
    ".secretsignore": _small("parse_secretsignore"),
    ".secretlintignore": _small("parse_secretlintignore"),
    ".secretlintrc.json": _small("parse_secretlintrc"),
    ".secretlintrc.yml": _small("parse_secretlintrc"),
    ".secretlintrc.yaml": _small("parse_secretlintrc"),
    ".secretlintrc": _small("parse_secretlintrc"),
    ".secretlintrc.js": _small("parse_program"),
    ".secretlintrc.cjs": _small("parse_program"),
    ".secretlintrc.mjs": _small("parse_program"),
    ".gitguardian.yaml": _small("parse_gitguardian"),
    ".gitguardian.yml": _small("parse_gitguardian"),
}
# Read from the top of a repository when they are there, in this order.
REPOSITORY_FILES = (".secrets.baseline", *_READERS)


def _document(name: str, content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise ConfigError(f"{name}: damaged: it is no JSON") from None
