"""A password that is the user's name, or the database's, is a default that nobody had to leak."""

from __future__ import annotations

import pytest

from scanner import scan_text
from scanner.model.levels import Severity

RESOURCE = "apiVersion: v1beta1\nkind: Broker\nspec:\n  username: {user}\n  adminPassword: {password}\n"
WORKLOAD = """apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  template:
    spec:
      containers:
        - name: db
          env:
            - name: POSTGRES_USER
              value: {user}
            - name: POSTGRES_PASSWORD
              value: {password}
"""


@pytest.mark.parametrize("text", [RESOURCE, WORKLOAD])
def test_the_same_as_the_user_is_low(text: str) -> None:
    (same,) = scan_text(text.format(user="limotor", password="limotor"), "values.yaml")
    (other,) = scan_text(text.format(user="limotor", password="Fr1day!night"), "values.yaml")
    assert same.severity is Severity.LOW
    assert other.severity is Severity.HIGH
