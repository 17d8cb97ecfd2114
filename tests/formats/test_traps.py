"""Every known trap has a test of its own: what must stay silent (N1 to N32), and what others miss (P1 to P23).

Most are cases of ``corpus/hard``, which test_hard_corpus runs; those that need more than a text are here, or are
named here with the test that holds them.
"""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest
import yaml

from scanner import scan_text
from scanner.model.levels import Severity
from scanner.ruleset.examples import fill
from tests.conftest import Repository, token

ROOT = Path(__file__).resolve().parents[2]
HERE = "tests/formats/test_traps.py"
ELSEWHERE = {
    "N24": ("tests/engine/checks/test_private_key.py", "test_keys_published_for_testing_are_no_leaks"),
    "N32": (HERE, "test_corners_of_git_give_one_finding_each"),
    "P2": ("tests/formats/test_hard_corpus.py", "test_base64_twice_over_is_read"),
    "P9": ("tests/formats/test_hard_corpus.py", "test_utf16_as_powershell_writes_it_is_read"),
    "P11": (HERE, "test_a_release_of_helm_is_unpacked"),
    "P12": (HERE, "test_corners_of_git_give_one_finding_each"),
    "P18": ("tests/commands/test_image.py", "test_every_place_of_a_saved_image"),
}


def traps(name: str) -> set[str]:
    cases = yaml.safe_load((ROOT / "corpus" / "hard" / name).read_text(encoding="utf-8"))
    return {case["trap"] for case in cases if "skip" not in case}


@pytest.mark.parametrize("trap", [*(f"N{n}" for n in range(1, 33)), *(f"P{n}" for n in range(1, 24))])
def test_every_trap_has_a_test(trap: str) -> None:
    if trap in ELSEWHERE:
        file, name = ELSEWHERE[trap]
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
    else:
        assert trap in traps("negatives.yml" if trap.startswith("N") else "positives.yml")


def test_a_release_of_helm_is_unpacked() -> None:
    secret = fill("<<%A20>>", "release")
    release = json.dumps({"name": "app", "config": {"db": {"password": secret}}, "manifest": ""}).encode()
    packed = base64.b64encode(base64.b64encode(gzip.compress(release, mtime=0))).decode()
    manifest = f"kind: Secret\nmetadata: {{name: sh.helm.release.v1.app.v1}}\ndata:\n  release: {packed}\n"
    text = f"apiVersion: v1\ntype: helm.sh/release.v1\n{manifest}"
    (finding,) = scan_text(text, "release.yaml")
    assert finding.position.line == 6
    assert finding.rule == "helm-release-value"


def test_a_test_key_in_a_test_folder_is_not_passed_over() -> None:
    (finding,) = scan_text(fill("<<%pem(RSA)>>", "fixture"), "testdata/localhost.pem")
    assert finding.severity >= Severity.LOW


def test_corners_of_git_give_one_finding_each(repo: Repository) -> None:
    places = ["deleted", "merged", "message", "tag", "note", "amended", "stashed"]
    values = {place: token(place) for place in places}
    repo.write("old.env", f"TOKEN={values['deleted']}\n")
    repo.write("copy.env", f"TOKEN={values['deleted']}\n")
    repo.commit("add")
    (repo.path / "old.env").unlink()
    repo.commit(f"leave the value {values['message']} here")
    repo.git("tag", "-a", "v1", "-m", f"deploy with {values['tag']}")
    repo.git("notes", "add", "-m", f"used {values['note']}")
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.txt", "side\n")
    repo.commit("side")
    repo.git("checkout", "-q", "main")
    repo.write("main.txt", "main\n")
    repo.commit("main")
    repo.git("merge", "-q", "--no-commit", "side")
    repo.write("evil.env", f"TOKEN={values['merged']}\n")
    repo.commit("merge")
    repo.write("draft.env", f"TOKEN={values['amended']}\n")
    repo.commit("draft")
    repo.write("draft.env", "TOKEN=\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "-m", "clean")
    repo.write("main.txt", f"TOKEN={values['stashed']}\n")
    repo.git("stash", "-q")
    repo.git("stash", "drop", "-q")

    ran = repo.unsealed("history", "--unreachable", "--show-secrets", "-f", "json", "-q")
    found = [finding["secret"] for finding in json.loads(ran.out)["findings"]]
    assert sorted(found) == sorted(values.values())
    assert ran.code == 1
