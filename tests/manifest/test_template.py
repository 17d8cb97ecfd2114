"""What passes for an action of a template."""

from __future__ import annotations

import pytest

from scanner.manifest.template import harmless


@pytest.mark.parametrize(
    "text",
    [
        "a: {% if x %}",
        "a: {%if x%}",
        "a: {%- set y = [\n  1] -%}",
        "a: {{ x |\n  y }}",
        "a: <% x\n %>",
        "{%\n if x\n%}",
    ],
)
def test_actions_may_span_lines(text: str) -> None:
    clean, actions = harmless(text)
    assert len(actions) == 2 and len(clean) == len(text)
    assert not set("{<%>}") & set(clean)


@pytest.mark.parametrize("text", ["a: Kq7{%0zX9\nb: Kq7%}zX9", "a: Kq7{%x\nb: %}", "a: {%A\n%}"])
def test_signs_in_passwords_on_several_lines_are_none(text: str) -> None:
    assert harmless(text) == (text, [])
