"""One run in one place: the options completed by what the scanned repository says, and who was silenced by it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.model.errors import UsageError
from scanner.model.levels import Severity
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.location import rules_folder

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.config.settings import Settings
    from scanner.suppress import Source, Suppressor, Tally
    from scanner.suppress.discover import Loaded, Read

_GITLEAKS = (".gitleaks.toml", ".betterleaks.toml")
_CONFIGURATIONS = (".unsealed.yml", ".unsealed.yaml", "pyproject.toml", *_GITLEAKS)
_VARIABLES = ("GITLEAKS_CONFIG", "GITLEAKS_CONFIG_TOML")

# Why something was not looked at once the time was over.
OVERTIME = "the time that --max-time gives was over"


class Context:
    """``options`` complete; ``notes`` name what the repository's own configuration silences.

    What silences findings is read only when it is asked for: a clean commit asks for nothing.
    """

    def __init__(
        self, root: str, options: ScanOptions, settings_notes: tuple[str, ...] = (), own_baseline: str = ""
    ) -> None:
        self.root = root
        self.options = options
        self.settings_notes = settings_notes
        self.own_baseline = own_baseline
        # The clock is the system's, so that it means the same to every process.
        self._deadline = time.monotonic() + options.max_time if options.max_time else 0.0
        # The folder that the paths of texts are relative to; empty where they are relative to ``root`` already.
        self.base = ""
        # Sources of one command only: how a baseline being made learns the digests of what is found.
        self.sources: tuple[Source, ...] = ()

    def late(self) -> bool:
        """True once the time that ``max_time`` gives is over."""
        return bool(self._deadline) and time.monotonic() > self._deadline

    @cached_property
    def _loaded(self) -> Loaded:
        from scanner.suppress import discover

        named = list(self.options.baselines)
        loaded = discover.load(
            discover.reader(self.root),
            baselines=[*named, self.own_baseline] if self.own_baseline else named,
            repo_config=self.options.repo_config,
            today=time.strftime("%Y-%m-%d"),
            environ=os.environ,
            root=self.root,
            gitleaks=_gitleaks_named(self.options.config),
        )
        return loaded.with_sources(self.sources) if self.sources else loaded

    @cached_property
    def tally(self) -> Tally:
        """What silenced how much, counted as findings are judged."""
        from scanner.suppress import Tally

        return Tally()

    def judge_again(self) -> None:
        """Forget what was counted so far: all findings will be judged once more."""
        self.__dict__.pop("tally", None)

    @property
    def suppressor(self) -> Suppressor:
        """What silences findings here."""
        return self._loaded.suppressor

    @property
    def silencing(self) -> Mapping[str, str]:
        """A digest of each file that silences findings or would, by its name."""
        return self._loaded.read

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines for the summary, once all findings have been judged."""
        return self.notes_after()

    @property
    def carried_notes(self) -> tuple[str, ...]:
        """What of other tools' files cannot be carried over, one line a file."""
        return self._loaded.notes

    def notes_after(self, *, complete: bool = False) -> tuple[str, ...]:
        """Lines for the summary; after a ``complete`` scan (history and files) they name stale entries too."""
        from scanner.suppress import closing_notes

        return (*self.settings_notes, *closing_notes(self._loaded, self.tally, complete=complete))

    def inside(self, path: str) -> str:
        """``path`` as the repository's own files name it: relative to its root."""
        if not self.base or not path:
            return path
        full = os.path.join(self.base, path)
        # Asked for every file that is scanned, and "relpath" takes ten times as long.
        if os.sep == "/" and full.startswith(f"{self.root}/") and "/." not in full and "//" not in full:
            return full[len(self.root) + 1 :]
        return os.path.relpath(full, self.root).replace(os.sep, "/")

    @cached_property
    def excluded(self) -> Callable[[str], bool]:
        """Tells whether a path is left out by configuration."""
        if not self.options.exclude:
            return lambda path: False
        import re

        from scanner.suppress.globs import IgnoreList, glob_expression

        if any(glob.startswith("!") for glob in self.options.exclude):
            ignored = IgnoreList(self.options.exclude)
            return lambda path: bool(ignored.fitting(path))
        pattern = re.compile("|".join(glob_expression(glob) for glob in self.options.exclude))
        return lambda path: pattern.search(path) is not None


class _Found:
    """What the configuration files of one place add up to."""

    def __init__(self, options: ScanOptions) -> None:
        self.options = options
        self.rules: list[str] = []
        self.off: set[str] = set()
        self.notes: list[str] = []
        self.ours: list[Settings] = []
        # Ids of the rules that other tools' files bring.
        self.foreign: set[str] = set()
        self.baseline = ""


def context_for(root: str, options: ScanOptions) -> Context:
    """The context of a scan whose repository or folder is ``root`` (empty: there is none).

    Only file names are looked at before something is found to be there. Raises ConfigError for a
    configuration that cannot be used, UsageError for a ``--config`` that is not there.
    """
    found = _Found(options)
    if options.config:
        if not os.path.isfile(options.config):
            raise UsageError(f"--config {options.config}: there is no such file")
        _read(options.config, found)
    elif options.repo_config and root:
        given = any(map(os.environ.get, _VARIABLES))
        for name in _CONFIGURATIONS:
            path = os.path.join(root, name)
            if os.path.isfile(path) and not (given and name in _GITLEAKS):
                _read(path, found, quiet=True)
        if given:
            _borrow(found)
    made = found.options._replace(
        rules=(*found.options.rules, *found.rules),
        off=found.options.off | found.off,
    )
    return Context(root, made, (*_own_notes(found, made.rules), *found.notes), found.baseline)


def _own_notes(found: _Found, places: Sequence[str]) -> Iterator[str]:
    """What our own configuration silences, and the ids in it that no rule at ``places`` or of ours has."""
    named = frozenset(name for settings in found.ours for name in settings.named)
    unknown = (named - found.foreign - _ids(*places, rules_folder())) if named else named
    for settings in found.ours:
        yield from settings.notes(unknown)


def _read(name: str, found: _Found, *, quiet: bool = False) -> None:
    """Add one file: gitleaks' by its rules, ours by its keys. ``quiet`` passes over a project file without us."""
    from pathlib import Path

    path = Path(name)
    if _is_gitleaks(name):
        _read_gitleaks(path, found)
        return
    from dataclasses import replace

    from scanner.config.settings import find_settings, read_settings, speaks_of_us
    from scanner.ruleset.location import example_files

    if quiet and path.name == "pyproject.toml" and (first := find_settings(path.parent)) != path:
        if first is not None and speaks_of_us(path):
            found.notes.append(f"{path.name}: what it says of unsealed does not count beside {first.name}")
        return
    settings = read_settings(path)
    if found.options.severity_told:
        settings = replace(settings, severity=None)
    found.off |= settings.disable
    found.rules += map(str, settings.rules)
    found.ours.append(settings)
    examples = [os.path.relpath(file, path.parent) for place in settings.rules for file in example_files(str(place))]
    if examples:
        named = ", ".join(examples)
        found.notes.append(f"{settings.source} makes values mere information: the known examples of {named}")
    if settings.baseline:
        found.baseline = str(settings.baseline)
    options = found.options
    found.options = options._replace(
        off=options.off - settings.enable,
        severities={**settings.severities, **options.severities},
        severity=max(options.severity, settings.severity or Severity.INFO),
        exclude=(*options.exclude, *settings.exclude),
        pack=options.pack or settings.pack,
    )


def _is_gitleaks(name: str) -> bool:
    return name.endswith(".toml") and os.path.basename(name) != "pyproject.toml"


def _gitleaks_named(name: str) -> tuple[str, Read] | None:
    """A configuration of gitleaks that the user named, and how to read what it extends."""
    if not _is_gitleaks(name):
        return None
    from pathlib import Path

    from scanner.ruleset.gitleaks import beside
    from scanner.suppress.discover import reader

    def read(named: str) -> bytes | None:
        inner = beside(Path(name), named)
        return None if inner is None else reader("")(str(inner))

    return name, read


def _borrow(found: _Found) -> None:
    """Add what gitleaks' variables name, which takes the place of the repository's file, as it does there."""
    from pathlib import Path

    from scanner.pipeline.borrowed import borrowed

    given = borrowed(os.environ)
    if given is not None and given.path:
        _read_gitleaks(Path(given.path), found, given.name)
    elif given is not None:
        found.notes.append(f"{given.name}: its rules are not used: there is no cache folder to keep them in")


def _read_gitleaks(path: Path, found: _Found, name: str = "") -> None:
    from scanner.ruleset.gitleaks import read_gitleaks

    foreign = read_gitleaks(path)
    ids = {source.rule.id for source in foreign.rules}
    found.foreign |= ids
    replaced = _ids(rules_folder()) & ids if ids else ()
    if replaced:
        found.notes.append(f"{name or path.name}: its rules take the place of ours: {', '.join(sorted(replaced))}")
    found.rules.append(str(path))
    found.off |= set(foreign.disabled)
    found.notes += foreign.notes
    if foreign.disabled:
        found.notes.append(f"{name or path.name} switches off {', '.join(foreign.disabled)}")


def _ids(*places: str) -> set[str]:
    """The ids of the rules at ``places``, without reading them as YAML: a hook has no time for that."""
    import re

    from scanner.ruleset.location import rule_files

    found: set[str] = set()
    for name in (name for place in places for name in rule_files(place)):
        with suppress(OSError), open(name, encoding="utf-8", errors="replace") as file:
            found |= set(re.findall(r"""(?m)(?:^[ -]*|[{,] *)["']?id["']?: *["']?([^\s"',}]+)""", file.read()))
    return found


def enclosing_root(path: str) -> str:
    """The nearest folder at or above ``path`` that holds a ``.git``, or ``path``'s own folder."""
    start = os.path.abspath(path or ".")
    if not os.path.isdir(start):
        start = os.path.dirname(start)
    folder = start
    while True:
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return start
        folder = above
