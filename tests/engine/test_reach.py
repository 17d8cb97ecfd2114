"""A rule that reaches far tells nothing of what stands at the end of its reach: that is cut off there."""

from __future__ import annotations

from scanner.engine.engine import Engine
from scanner.model.filekind import FileKind
from scanner.model.text import Text
from scanner.pipeline.build import text_scanner
from scanner.pipeline.options import ScanOptions
from scanner.ruleset.examples import fill

RULE = "private-key"
REACH = 30_000


def key(name: str) -> str:
    body = "\n".join(fill("<<%A64>>", f"{name} {line}") for line in range(25))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"


def test_what_is_cut_off_by_the_reach_of_another_is_left_to_its_own_hit() -> None:
    engine: Engine = text_scanner(ScanOptions()).engine
    first, second = key("first"), key("second")
    between = "a line of text\n" * ((REACH - len(first) - 500) // 15)
    text = Text((first + between + second).encode(), "keys.txt", FileKind.OTHER)
    hits = engine.prefilter(text.data)
    spans = [match.span for match in engine.match(text, hits) if match.rule == RULE]
    assert [span.start for span in spans] == [0, len(first + between)]
    # As in a history, where the second stood in the version before.
    fresh = [hit for hit in hits if hit.end <= len(first)]
    assert [match.span for match in engine.match(text, fresh) if match.rule == RULE] == spans[:1]
