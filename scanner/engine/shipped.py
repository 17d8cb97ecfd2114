"""The shipped rules as they were compiled where the package was built: no first run has to do it again.

They are used only by the same interpreter and library, on a processor that has what the builder's had. Rules of users
are compiled with the shipped ones, at their first run.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from scanner.engine.stamp import digest_of
from scanner.engine.stored import Loaded, read, write
from scanner.ruleset.location import rules_folder

_NAME = "shipped.compiled"


def load(folders: Sequence[str], code: Sequence[str]) -> Loaded | None:
    """The compiled rules of ``folders``, if those are the shipped rules alone and came with this package.

    A database is believed to be what it says: none is read from a folder of anybody else.
    """
    if list(folders) != [rules_folder()]:
        return None
    path = os.path.join(rules_folder(), _NAME)
    try:
        return read(path, digest_of(rules_folder(), code)) if os.path.exists(path) else None
    except OSError:
        # One of the files that are asked cannot be read: whoever needs it says so.
        return None


def keep(loaded: Loaded, code: Sequence[str]) -> None:
    """Put ``loaded``, the shipped rules, beside their files. OSError where that cannot be done."""
    write(os.path.join(rules_folder(), _NAME), digest_of(rules_folder(), code), loaded)
