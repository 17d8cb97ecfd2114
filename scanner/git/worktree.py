"""The files of a work tree, as git sees them: what is tracked, and what is new and not ignored."""

from __future__ import annotations

import os
from typing import NamedTuple

from scanner.git.run import Git, GitLate, fields
from scanner.model.errors import GitError


class WorkTree(NamedTuple):
    """Names below one folder, relative to it: files, folders of repositories inside, and what is ignored."""

    files: tuple[str, ...]
    repositories: tuple[str, ...]
    ignored: tuple[str, ...]


# What lists files that are new and not ignored.
LISTED = ("ls-files", "-z", "--others", "--exclude-standard")
# Seconds. Patterns of an ignore file can be made so that git tries them for years.
PATIENCE = 120.0


def work_tree(folder: str) -> WorkTree | None:
    """The files below ``folder``; None where it is in no work tree, or git cannot say. GitLate after ``PATIENCE``."""
    git = Git(folder)
    try:
        inside = git.succeeds("rev-parse", "--is-inside-work-tree")
        if inside is None or inside.strip() != b"true":
            return None
        kept = git.succeeds(*LISTED, "--cached", "--deduplicate", patience=PATIENCE)
        ignored = git.succeeds(*LISTED, "--ignored", "--directory", patience=PATIENCE)
    except GitLate:
        raise
    except GitError:
        return None
    if kept is None or ignored is None:
        return None
    # In the folder of a submodule that is not checked out, git names the folder itself.
    names = [name for name in map(os.fsdecode, fields(kept)) if os.path.normpath(name) != os.curdir]
    inner = {name.rstrip("/") for name in names if name.endswith("/") or _is_folder(folder, name)}
    files = tuple(name for name in names if name.rstrip("/") not in inner)
    return WorkTree(files, tuple(sorted(inner)), tuple(os.fsdecode(name) for name in fields(ignored)))


def _is_folder(folder: str, name: str) -> bool:
    """A tracked submodule is listed without a slash."""
    path = os.path.join(folder, name)
    return os.path.isdir(path) and not os.path.islink(path)
