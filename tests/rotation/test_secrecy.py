"""Whatever place of a repository a value stands in, no runbook prints it."""

from __future__ import annotations

import base64

import pytest

from scanner.rotation.compose import Question
from scanner.rotation.view_json import json_view
from scanner.rotation.view_markdown import markdown_view
from scanner.rotation.view_text import text_view
from tests.rotation.harness import run

MARK = "kingfisher-flies-low-4711"
CODED = base64.b64encode(MARK.encode()).decode()

FILES = {
    "plain.yaml": f"""apiVersion: v1
kind: Secret
metadata: {{name: plain, namespace: p, annotations: {{note: {MARK}}}}}
stringData: {{a: {MARK}, url: "postgres://app:{MARK}@{{{{ .Values.host }}}}/x", d: '{{{{ .Values.y | default "{MARK}" }}}}', e: "${{PW:={MARK}}}"}}
data: {{b: {CODED}}}
""",
    "chart/Chart.yaml": "name: chart\n",
    "chart/values.yaml": f"password: {MARK}\nexistingSecret: plain\nmap: {{token: {MARK}}}\n",
    "chart/templates/secret.yaml": f"""apiVersion: v1
kind: Secret
metadata: {{name: charted, namespace: p}}
stringData:
  a: {{{{ .Values.password | default "{MARK}" }}}}
  url: "amqp://app:{MARK}@{{{{ .Values.host }}}}"
""",
    "over/kustomization.yaml": f"""namespace: p
resources: [../plain.yaml]
secretGenerator: [{{name: generated, literals: ["a={MARK}"], files: [b=secret.txt]}}]
patchesStrategicMerge: ['{{"kind": "Secret", "metadata": {{"name": "plain"}}, "stringData": {{"c": "{MARK}"}}}}']
patches: [{{path: gone.yaml, target: {{kind: Secret}}}}, {{patch: "- {{op: add, path: /stringData/z, value: {MARK}}}"}}]
""",
    "es.yaml": f"""apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: fetched, namespace: p}}
spec:
  refreshInterval: {MARK}
  secretStoreRef: {{name: fake}}
  target: {{template: {{data: {{a: "x {MARK} {{{{ .f }}}}"}}}}}}
  data: [{{secretKey: f, remoteRef: {{key: k}}}}]
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {{name: fake, namespace: p}}
spec: {{provider: {{fake: {{data: [{{key: k, value: {MARK}}}]}}}}}}
""",
    "app.yaml": f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: app, namespace: p}}
spec:
  template:
    spec:
      containers:
        - name: c
          image: c
          command: [sh, -c, "kubectl get secret plain; login {MARK}"]
          env: [{{name: X, value: {MARK}}}, {{name: Y, valueFrom: {{secretKeyRef: {{name: plain, key: a}}}}}}]
          envFrom: [{{secretRef: {{name: charted}}}}, {{secretRef: {{name: fetched}}}}, {{secretRef: {{name: generated}}}}]
""",
    "release.yaml": f"""apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: r, namespace: p}}
spec: {{values: {{password: {MARK}, auth: {{existingSecret: plain, token: {MARK}}}}}}}
""",
    "sops.yaml": f"""apiVersion: v1
kind: Secret
metadata: {{name: half, namespace: p}}
stringData: {{a: {MARK}, b: "ENC[AES256_GCM,data:x]"}}
sops: {{mac: x}}
""",
}


@pytest.mark.parametrize("name", ["plain", "charted", "fetched", "generated", "half"])
def test_no_view_holds_the_value(name: str) -> None:
    books = run(FILES, Question(name, "p", fingerprint="1f3a09bc", length=len(MARK)))
    for key in ("", "a", "b", "url", "d", "e"):
        books += run(FILES, Question(name, "p", key))
    for view in (text_view, json_view, markdown_view):
        shown = view(books, explain=True)
        assert name in shown
        assert "kingfisher" not in shown and CODED not in shown
