"""What must hold of every runbook: unrelated manifests change nothing, a consumer that goes takes its line along."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.rotation.compose import Question
from scanner.rotation.view_json import json_view

from .harness import Scenario, run, scenarios

# Scenarios whose runbook names what is missing would be changed by the missing thing; these are complete.
COMPLETE = [one for one in scenarios() if not one.wanted("unresolved")]

NAMES = st.from_regex(r"[a-z][a-z0-9]{2,8}", fullmatch=True).map(lambda word: f"unrelated-{word}")
NAMESPACES = st.from_regex(r"[a-z]{3,8}", fullmatch=True).map(lambda word: f"zz-{word}")


@st.composite
def unrelated(draw: st.DrawFn) -> dict[str, str]:
    """Files that have nothing to do with any scenario's Secret: other names, another namespace, another folder."""
    name, namespace = draw(NAMES), draw(NAMESPACES)
    kind = draw(st.sampled_from(sorted(_UNRELATED)))
    return {f"zz/{draw(NAMES)}.yaml": _UNRELATED[kind].format(name=name, namespace=namespace)}


_UNRELATED = {
    "Deployment": """apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  template:
    spec:
      containers: [{{name: c, image: c, envFrom: [{{secretRef: {{name: {name}}}}}]}}]
""",
    "Secret": """apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: {namespace}}}
""",
    "ExternalSecret": """apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  secretStoreRef: {{name: {name}}}
  data: [{{secretKey: password, remoteRef: {{key: {name}, property: password}}}}]
""",
    "RoleBinding": """apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: {name}, namespace: {namespace}}}
roleRef: {{kind: ClusterRole, name: admin, apiGroup: rbac.authorization.k8s.io}}
subjects: [{{kind: User, name: {name}}}]
""",
    "Ingress": """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{tls: [{{secretName: {name}}}]}}
""",
    "CronJob": """apiVersion: batch/v1
kind: CronJob
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{schedule: "* * * * *", jobTemplate: {{spec: {{template: {{spec: {{containers: []}}}}}}}}}}
""",
    "ConfigMap": """apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {namespace}}}
data: {{a: "secret: {name}"}}
""",
    "Broken": "kind: [{name}\n\t- secretName: {name}\n",
    "Templated": """apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{containers: [{{name: c, envFrom: [{{secretRef: {{name: "{{{{ .Values.{name} }}}}"}}}}]}}]}}
""",
    "Application": """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{source: {{path: zz/{name}}}, destination: {{namespace: {namespace}}}}}
""",
}


@pytest.mark.parametrize("scenario", COMPLETE, ids=lambda scenario: scenario.name)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(extra=unrelated())
def test_an_unrelated_manifest_changes_nothing(scenario: Scenario, extra: dict[str, str]) -> None:
    assert json_view(scenario.runbooks(extra), explain=True) == json_view(scenario.runbooks(), explain=True)


POD = """apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: prod}}
spec:
  containers: [{{name: c, image: c, {how}}}]
  volumes: [{{name: v, secret: {{secretName: {volume}}}}}]
"""
HOWS = {
    "env": "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]",
    "envFrom": "envFrom: [{secretRef: {name: s}}]",
    "volume": "volumeMounts: [{name: v, mountPath: /v}]",
    "subPath": "volumeMounts: [{name: v, mountPath: /v, subPath: k}]",
    "none": "args: [x]",
}
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: prod}\nstringData: {k: ''}\n"


@settings(max_examples=60, deadline=None)
@given(
    pods=st.dictionaries(
        st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.sampled_from(sorted(HOWS)), min_size=1, max_size=6
    ),
    data=st.data(),
)
def test_removing_a_consumer_removes_its_line_and_no_other(pods: dict[str, str], data: st.DataObject) -> None:
    files = {f"pods/{name}.yaml": _pod(name, how) for name, how in pods.items()}
    files["secret.yaml"] = SECRET
    gone = data.draw(st.sampled_from(sorted(pods)))
    before = json.loads(json_view(run(files, Question("s", "prod", "k"))))["consumers"]
    del files[f"pods/{gone}.yaml"]
    after = json.loads(json_view(run(files, Question("s", "prod", "k"))))["consumers"]
    assert after == [one for one in before if one["name"] != gone]
    assert {one["name"] for one in before} == {name for name, how in pods.items() if how != "none"}


def _pod(name: str, how: str) -> str:
    mounted = how in ("volume", "subPath")
    return POD.format(name=name, how=HOWS[how], volume="s" if mounted else "another")


@settings(max_examples=40, deadline=None)
@given(order=st.permutations([f"pods/{name}.yaml" for name in "abcd"] + ["secret.yaml"]))
def test_the_order_of_files_changes_nothing(order: list[str]) -> None:
    files = {f"pods/{name}.yaml": _pod(name, "env") for name in "abcd"} | {"secret.yaml": SECRET}
    shuffled = {path: files[path] for path in order}
    assert json_view(run(shuffled, Question("s", "prod"))) == json_view(run(files, Question("s", "prod")))


@settings(max_examples=60, deadline=None)
@given(
    noise=st.lists(
        st.sampled_from(
            [
                "{",
                "}",
                "- ",
                "kind: Secret\n",
                "metadata:\n",
                "  name: s\n",
                "\t",
                "{{ x }}",
                "&a [*a]\n",
                "---\n",
                "'",
                ": ",
                "é",
                "\x00",
            ]
        ),
        max_size=30,
    )
)
def test_no_content_makes_it_fail(noise: list[str]) -> None:
    files = {
        "a.yaml": "".join(noise),
        "k/kustomization.yaml": "".join(noise),
        "secret.yaml": SECRET,
        "c/Chart.yaml": "".join(noise),
    }
    assert json_view(run(files, Question("s", "prod")))
