"""What a sweep remembers between versions changes nothing of what it finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.ruleset.examples import fill
from tests.conftest import make_repository, token

LINES = "".join(f"value_{number} = compute({number})  # password of nobody\n" for number in range(40))


@pytest.mark.parametrize("seed", ["random", "0"])
def test_a_piece_that_comes_again_is_found_again(tmp_path: Path, clean_environment: dict[str, str], seed: str) -> None:
    repository = make_repository(tmp_path / "r", {**clean_environment, "PYTHONHASHSEED": seed})
    places = set()
    for number in range(6):
        # The same lines with the same secret, again and again added to files that differ elsewhere.
        head = f"# file {number}\n" * 30
        repository.write(f"f{number}.py", head + LINES)
        repository.commit(f"before {number}")
        repository.write(f"f{number}.py", f'{head}{LINES}key = "{token("a")}"\n{LINES}')
        places.add((repository.commit(f"secret {number}"), f"f{number}.py", 71))
    repository.git("repack", "-adfq")
    report = json.loads(repository.unsealed("history", ".", "-f", "json", "--no-progress").out)
    (finding,) = report["findings"]
    assert {(one["commit"], one["path"], one["line"]) for one in finding["occurrences"]} == places


def test_of_two_hits_in_a_line_of_some_thousand_bytes_none_hides_the_other(
    tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    repository = make_repository(tmp_path / "r", clean_environment)
    between = ", ".join(f"[{number}]" for number in range(500))
    secret = fill("<<%A40>>", "two hits")
    repository.write("calls.json", f'{{"api_token": "token of nobody", "x": {between}, "api_token": "{secret}"}}\n')
    repository.commit("one line")
    repository.git("repack", "-adfq")
    report = json.loads(repository.unsealed("history", ".", "-f", "json", "--no-progress").out)
    assert [finding["rule"] for finding in report["findings"]] == ["generic-secret"]


def test_a_value_stands_below_its_name_and_something_changes_three_lines_further_down(
    tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    repository = make_repository(tmp_path / "r", clean_environment)
    code = [f"value_{number} = compute({number})\n" for number in range(40)]
    named = ["expo_token:\n", fill("  value: <<%A40>>\n", "below"), "\n", "x = 1\n"]
    for path, further in (("a.py", []), ("b.py", ["one more line, which makes this version the base of the other\n"])):
        repository.write(path, "".join([*code[:20], *named, *further, *code[20:]]))
        repository.commit(path)
    repository.git("repack", "-adfq")
    report = json.loads(repository.unsealed("history", ".", "-f", "json", "--no-progress").out)
    (finding,) = report["findings"]
    assert finding["rule"] == "expo-access-token"
    assert {(one["path"], one["line"]) for one in finding["occurrences"]} == {("a.py", 22), ("b.py", 22)}
