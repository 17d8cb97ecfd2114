"""What silences a finding, and who said so.

``Suppressor`` is all that the pipeline needs: ``claims`` where a match's raw secret is at hand (in any
process: claims hold no secret and may be pickled), then ``judge`` once it is known where the text lies.
``verdict`` is both in one for texts whose path is known. ``load`` builds one from the files of a folder.
"""

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
    "Verdict",
    "load",
    "reader",
]
