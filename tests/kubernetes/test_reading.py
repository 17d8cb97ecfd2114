"""A text is read once, whoever asks for what is in it."""

from __future__ import annotations

import pytest

from scanner.engine.encoding import to_text
from scanner.kubernetes import reading
from scanner.model.text import Text
from scanner.pipeline.text import TextScanner
from scanner.ruleset.examples import fill

SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: read-once\nstringData:\n  password: <<%A20>>\n"


def test_what_is_no_secret_and_what_is_one_are_told_of_one_reading(
    scanner: TextScanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Text] = []
    one = reading._Reader.read

    def counted(reader: reading._Reader, text: Text) -> reading.Reading:
        read.append(text)
        return one(reader, text)

    monkeypatch.setattr(reading._Reader, "read", counted)
    text = to_text(fill(SECRET, "read once").encode(), "secret.yaml")
    assert any(not match.reason for match in scanner.scan(text))
    assert [each.data for each in read] == [text.data]
