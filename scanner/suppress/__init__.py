"""What silences a finding, and who said so.

``Suppressor`` is all that the pipeline needs: ``claims`` where a match's raw secret is at hand (in any
process: claims hold no secret and may be pickled), then ``judge`` once it is known where the text lies.
``verdict`` is both in one for texts whose path is known. ``load`` builds one from the files of a repository,
read by whatever ``read`` it is given. A ``Tally`` counts verdicts, and ``closing_notes`` says in the summary
what was silenced by whom, and which entries have expired or are not needed any more.
"""

from scanner.suppress.account import Tally, closing_notes
from scanner.suppress.discover import Loaded, load, reader
from scanner.suppress.suppressor import Suppressor
from scanner.suppress.verdict import ALLOWED, BASELINE, NEW, Claim, Place, Sighting, Source, Verdict

__all__ = [
    "ALLOWED",
    "BASELINE",
    "NEW",
    "Claim",
    "Loaded",
    "Place",
    "Sighting",
    "Source",
    "Suppressor",
    "Tally",
    "Verdict",
    "closing_notes",
    "load",
    "reader",
]
