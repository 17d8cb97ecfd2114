"""The HTML page as a file: self-contained, and nothing in it that a repository could run."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from scanner.model.result import Skipped
from scanner.report.html.dates import epoch_day
from tests.report.samples import FIRST, SECOND, hostile, options, result, written


class Page(HTMLParser):
    """Elements, scripts and styles as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.bodies: dict[str, str] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._open = dict(attrs).get("id") or tag
            self.bodies[self._open] = ""

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.bodies[self._open] += data


def test_the_policy_lets_only_the_pages_own_script_and_style_run() -> None:
    page = Page(written("html", result(FIRST, *hostile())))
    policy = next(a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy") or ""
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    for name in ("script", "style"):
        digest = b64encode(sha256(page.bodies[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("given", [{}, {"show_secrets": True}, {"remote": "https://github.com/acme/app"}])
def test_hostile_names_change_nothing_of_the_pages_structure(given: dict[str, object]) -> None:
    plain = Page(written("html", result(*[replace(one, path="x") for one in (FIRST,)]), options(**given)))
    evil = Page(written("html", result(*hostile(), skipped=()), options(**given)))
    assert [tag for tag, _ in plain.elements] == [tag for tag, _ in evil.elements]
    assert not [a for _, a in evil.elements if any(name.startswith("on") for name in a)]
    assert len(json.loads(evil.bodies["rows"])) == len(hostile())


def test_the_target_and_what_was_skipped_are_text() -> None:
    scan = result(FIRST, skipped=(Skipped("<script>x</script>{{style}}", "<b>"),))
    scan = scan._replace(summary=scan.summary._replace(target="</title><script>y</script>{{policy}}"))
    page = Page(written("html", scan))
    assert [tag for tag, _ in page.elements].count("script") == 3
    assert not [tag for tag, _ in page.elements if tag == "b"]


def test_nothing_is_loaded_from_anywhere() -> None:
    page = Page(written("html", result(FIRST)))
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "action", "background", "data"} & set(attributes), tag
        assert tag not in ("link", "iframe", "object", "embed", "img", "base", "form")
        assert attributes.get("href", "#").startswith("#")  # type: ignore[union-attr]
    assert "url(" not in page.bodies["style"] and "@import" not in page.bodies["style"]


def test_raw_values_only_on_request_and_with_a_warning() -> None:
    raw = replace(FIRST, secret="correct-horse-battery")
    assert "correct-horse" not in written("html", result(raw))
    shown = written("html", result(raw), options(show_secrets=True))
    assert "correct-horse-battery" in shown and "This page holds raw secrets" in shown


def test_incomplete_is_said_above_everything() -> None:
    text = written("html", result(SECOND, skipped=tuple(Skipped(f"f{number}", "unreadable") for number in range(300))))
    assert "Incomplete: 300 not scanned" in text and "and 100 more" in text


def test_guides_and_people_are_kept_once() -> None:
    many = [replace(FIRST, fingerprint=f"{number:032x}") for number in range(50)]
    text = written("html", result(*many))
    assert text.count("Make a new one") == 1 and text.count("ada@example.org") == 1


def test_links_are_only_made_of_web_addresses() -> None:
    tables = json.loads(Page(written("html", result(FIRST), options(remote="javascript:alert(1)"))).bodies["tables"])
    assert tables["repositories"][0]["link"] == ""
    good = json.loads(Page(written("html", result(FIRST), options(remote="git@gitlab.com:a/b.git"))).bodies["tables"])
    assert good["repositories"][0]["link"] == "https://gitlab.com/a/b/-/blob/{commit}/{path}#L{line}"


@pytest.mark.parametrize(
    ("text", "day"),
    [("1970-01-02T00:00:00Z", 1), ("2024-05-01T12:00:00+02:00", 19844), ("", None), ("2024-13-99", None)],
)
def test_days(text: str, day: int | None) -> None:
    assert epoch_day(text) == day


def test_the_scripts_are_plain_ascii() -> None:
    text = written("html", result(*hostile()))
    assert text.isascii() and not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
