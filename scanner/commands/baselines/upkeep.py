"""Looking for what a baseline lacks, with the help of what was seen the last time.

What the memory can show to be known already is not looked at again; whatever would make a new entry is. So a scan
without the memory comes to the same baseline.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from typing import NamedTuple

from scanner.commands.baselines.indexed import Workplace, look_at
from scanner.commands.baselines.judge import Judge, own_name
from scanner.commands.baselines.memory import FILE_NAME, Memory
from scanner.commands.baselines.past import look_back
from scanner.commands.baselines.seen import Seen, distinct
from scanner.commands.baselines.survey import Target, recording_context, survey
from scanner.git.run import Git
from scanner.model.result import Skipped
from scanner.pipeline.build import text_scanner
from scanner.pipeline.context import Context
from scanner.pipeline.ruleprint import program_digest
from scanner.pipeline.tracked import files_of
from scanner.suppress.baseline_file import Baseline
from scanner.suppress.memo import git_folder


class Look(NamedTuple):
    """All that was found, and what could not be looked at."""

    found: tuple[Seen, ...]
    skipped: tuple[Skipped, ...]

    @property
    def missed(self) -> bool:
        """True when something was not looked at that had to be."""
        return any(one.blocking for one in self.skipped)


def look(args: argparse.Namespace, target: Target, baseline: Baseline) -> Look:
    """Everything that ``baseline`` is to hold."""
    folder = git_folder(target.root)
    if not folder:
        seen = survey(args, target, baseline.salts)
        return Look(tuple(distinct(one.seen for one in seen.found)), seen.skipped)
    context = recording_context(args, target, baseline.salts)
    path, stamp = os.path.join(folder, FILE_NAME), _stamp(context, target, baseline)
    memory = Memory.read(path, stamp)
    place = Workplace(Git(target.root), text_scanner(context.options), context, Judge(context, target, baseline))
    present = look_at(files_of(place.git, context), memory.files, place)
    found, skipped, history = present.found, tuple(present.skipped), memory.history
    if not args.no_history:
        past = look_back(memory.history, present.kept, place)
        found, skipped, history = [*found, *past.found], (*skipped, *past.skipped), past.history
    Memory(present.kept, history).write(path, stamp)
    return Look(tuple(distinct(found)), skipped)


def _stamp(context: Context, target: Target, baseline: Baseline) -> str:
    """Changes with everything that decides what is found and what silences it, but for the entries themselves."""
    read = {name: digest for name, digest in context.silencing.items() if name != own_name(target)}
    # Few findings depend on the time (a token ends, or claims to be made tomorrow): a week is how long they may be off.
    week = time.strftime("%G-%V")
    salts = [salt.render() for salt in baseline.salts]
    text = json.dumps([program_digest(context.options), read, salts, week], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
