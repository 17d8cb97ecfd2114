"""One sitting of an audit, without a terminal: answers, interruptions, dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from scanner.commands.baselines.audit import Dialogue, read_date
from scanner.commands.baselines.survey import Surveyed, Target
from scanner.model.finding import Finding
from scanner.model.levels import Confidence, Severity
from scanner.model.span import Position
from scanner.suppress.baseline_file import baseline_of, parse_baseline
from scanner.suppress.digest import Digest
from scanner.suppress.entry import Entry, Key
from scanner.suppress.record import Recorded
from scanner.suppress.store import write_whole
from tests.suppress.strategies import SALTS

SALT = SALTS[0]


def surveyed(number: int) -> Surveyed:
    finding = Finding(
        fingerprint=str(number), rule="generic-password", title="Password", severity=Severity.HIGH,
        confidence=Confidence.HIGH, path=f"gone{number}.py", position=Position(1, 1, 1, 2), redacted="***(9 chars)",
        excerpt="p = ***(9 chars)",
    )  # fmt: skip
    return Surveyed(finding, Recorded((Digest(SALT.id, "s", f"{number:032x}"),)))


def answering(*answers: str | type[BaseException]) -> Callable[[str], str]:
    left: Iterable[str | type[BaseException]] = iter(answers)

    def ask(prompt: str) -> str:
        answer = next(iter(left), None)
        if answer is None:
            raise EOFError
        if isinstance(answer, str):
            return answer
        raise answer

    return ask


@pytest.fixture
def target(tmp_path: Path) -> Target:
    path = tmp_path / ".unsealed.baseline"
    write_whole(
        path,
        baseline_of([SALT], [Entry(key=Key("generic-password", one.recorded.digests[0])) for one in LIST]).render(),
    )
    return Target(str(tmp_path), str(path))


LIST = [surveyed(number) for number in range(3)]


def decisions(target: Target) -> list[str]:
    return [entry.decision for entry in parse_baseline(Path(target.baseline).read_bytes(), "b")]


def test_what_was_answered_before_an_interruption_is_kept(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    dialogue = Dialogue(target, LIST, answering("f", "", "", "", "a", KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        dialogue.run()
    assert decisions(target) == ["false", "open", "open"]
    assert dialogue.summary().startswith("1 decided, 2 left")
    assert "> p = ***(9 chars)" in capsys.readouterr().out


def test_the_end_of_input_in_the_middle_of_an_answer_decides_nothing(target: Target) -> None:
    Dialogue(target, LIST, answering("f", "why")).run()
    assert decisions(target) == ["open", "open", "open"]


def test_going_back_changes_an_answer(target: Target) -> None:
    Dialogue(target, LIST, answering("x", "", "f", "", "", "", "b", "r", "first", "", "", "s", "s")).run()
    assert decisions(target) == ["real", "open", "open"]


def test_a_change_made_elsewhere_meanwhile_is_kept(target: Target) -> None:
    path = Path(target.baseline)

    def ask(prompt: str) -> str:
        if prompt.startswith("reason"):
            path.write_bytes(path.read_bytes().replace(b"0001 decision=open", b"0001 decision=accepted owner=bob"))
        return "f" if prompt.startswith("[") else ""

    Dialogue(target, LIST[:1], ask).run()
    assert decisions(target) == ["false", "accepted", "open"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""), ("2026-06-15", "2026-06-15"), ("2026-06-14", None), ("2027-02-29", None), ("soon", None),
        ("10d", "2026-06-25"), ("2w", "2026-06-29"), ("1m", "2026-07-15"), ("1y", "2027-06-15"), ("99999y", None),
    ],
)  # fmt: skip
def test_dates(text: str, expected: str | None) -> None:
    assert read_date(text, date(2026, 6, 15)) == expected
