"""The parts that count: durations, schedules, names, patches, rollouts, stores."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rotation.advice import printable, quoted
from scanner.rotation.charts import new_chart
from scanner.rotation.compose import Question
from scanner.rotation.cron import Window, longest_closed, longest_gap
from scanner.rotation.durations import seconds, spoken
from scanner.rotation.gitops import substituted
from scanner.rotation.helpers import read_helpers
from scanner.rotation.kubelet import kubelet_of
from scanner.rotation.names import Fit, fit, shown, without_hash
from scanner.rotation.patches import apply_operations, merge
from scanner.rotation.producers import Remote, made_by
from scanner.rotation.reader import read_inline, read_values
from scanner.rotation.repository import index_repository
from scanner.rotation.selecting import name_fits, selects_text
from scanner.rotation.stores import Store, write_command
from scanner.rotation.tree import Place, Table, Tree, number, rows, text, walk

from .harness import run

HERE = Place("x.yaml", 1)


def tree(source: str) -> Tree:
    return next(iter(read_inline(source, HERE)))


@pytest.mark.parametrize(
    ("word", "count"),
    [("15m", 900), ("1h0m0s", 3600), ("90s", 90), ("1.5h", 5400), ("0", 0), ("500ms", 1), ("2d", 172800), ("", None), ("soon", None), ("5 m", None), ("-5m", None)],
)  # fmt: skip
def test_durations(word: str, count: int | None) -> None:
    assert seconds(word) == count


@pytest.mark.parametrize(
    ("count", "words"),
    [(5, "5 s"), (119, "119 s"), (1194, "20 min"), (3600, "60 min"), (7200, "2 h"), (7260, "2 h 1 min"), (86400, "24 h"), (259200, "3 days"), (266400, "3 days 2 h")],
)  # fmt: skip
def test_durations_as_people_say_them_never_understate(count: int, words: str) -> None:
    assert spoken(count) == words


@pytest.mark.parametrize(
    ("schedule", "gap"),
    [
        ("0 2 * * *", 86400), ("*/15 * * * *", 900), ("0 0 * * 1-5", 3 * 86400), ("0 9-17 * * mon-fri", 64 * 3600),
        ("0 0 1 * *", 31 * 86400), ("0 0 29 2 *", 1461 * 86400), ("@hourly", 3600), ("@every 90m", 5400), ("0 0 13 * 5", 7 * 86400),
        ("TZ=Europe/Berlin 0 2 * * *", 86400), ("0 0 31 2 *", None), ("61 * * * *", None), ("* * *", None), ("", None), ("*/0 * * * *", None),
    ],
)  # fmt: skip
def test_the_longest_gap_of_a_schedule(schedule: str, gap: int | None) -> None:
    assert longest_gap(schedule) == gap


def test_sync_windows_close_for_as_long_as_they_touch() -> None:
    night = Window("0 22 * * *", 8 * 3600)
    assert longest_closed([night], allow=False) == 8 * 3600
    assert longest_closed([night], allow=True) == 16 * 3600
    assert longest_closed([night, Window("0 5 * * *", 3 * 3600)], allow=False) == 10 * 3600
    assert longest_closed([Window("0 0 * * 1-5", 3600)], allow=True) == 71 * 3600
    assert longest_closed([Window("* * * * *", 3600)], allow=False) is None
    assert longest_closed([Window("nonsense", 3600)], allow=True) is None
    assert longest_closed([Window("nonsense", 3600)], allow=False) == 0


@pytest.mark.parametrize(
    ("one", "other", "same_chart", "how"),
    [
        ("db", "db", False, Fit.EXACT),
        ("db", "dbx", False, Fit.NONE),
        ("", "", False, Fit.NONE),
        ('{{ include "a.name" . }}-db', "prod-db", False, Fit.TEMPLATE),
        ('{{ include "a.name" . }}-db', "prod-cache", False, Fit.NONE),
        ("{{ .Values.x }}", "anything", False, Fit.NONE),
        ('{{ include "a" . }}-db', '{{- include "a" . -}}-db', True, Fit.SAME_TEMPLATE),
        ('{{ include "a" . }}-db', '{{ include "a" . }}-db', False, Fit.NONE),
        ("{{ if .x }}one{{ else }}two{{ end }}", "xonextwox", False, Fit.NONE),
        ("${APP}-db", "plex-db", False, Fit.TEMPLATE),
    ],
)
def test_when_two_names_can_be_one(one: str, other: str, same_chart: bool, how: Fit) -> None:
    assert fit(one, other, same_chart=same_chart) == how
    assert fit(other, one, same_chart=same_chart) == how


def test_names_for_people_and_hashes() -> None:
    assert shown('{{ include "shop.fullname" . }}-db') == "<shop.fullname>-db"
    assert shown("{{ .Release.Name }}-x") == "<.Release.Name>-x"
    assert shown("{{ if .a }}b{{ end }}") == "*"
    assert without_hash("app-env-5hbk9t6f2d") == "app-env"
    assert without_hash("app-env-production") == "app-env-production"


def test_a_strategic_merge_keeps_where_things_were_written() -> None:
    base = tree("spec: {replicas: 1, containers: [{name: a, env: [{name: X, value: '1'}]}, {name: b}]}")
    patch = tree(
        "spec: {replicas: null, containers: [{name: a, env: [{name: Y, value: '2'}]}, {name: b, $patch: delete}], other: [1]}"
    )
    merged = merge(base, patch)
    assert number(merged, "spec", "replicas") is None
    containers = rows(merged, "spec", "containers")
    assert [text(c, "name") for c in containers] == ["a"]
    assert [text(e, "name") for e in rows(containers[0], "env")] == ["X", "Y"]


def test_json_patches() -> None:
    base = tree("a: {b: [x, y], 'c/d': 1}")
    done = apply_operations(
        base,
        tree(
            "[{op: add, path: /a/b/-, value: z}, {op: remove, path: /a/b/0}, {op: replace, path: /a/c~1d, value: 2}, {op: add, path: /q/w, value: 1}, {op: test, path: /a, value: 1}]"
        ),
    )
    assert [text(item) for item in rows(done, "a", "b")] == ["y", "z"]
    assert text(done, "a", "c/d") == "2"


@pytest.mark.parametrize(
    ("nodes", "ttl"), [(1, 0), (100, 0), (101, 15), (1000, 30), (2000, 60), (10_000, 300), (10_001, 600), (None, 600)]
)
def test_the_cache_of_a_node_lives_by_the_size_of_the_cluster(nodes: int | None, ttl: int) -> None:
    kubelet = b"kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nconfigMapAndSecretChangeDetectionStrategy: Cache\n"
    found = kubelet_of(index_repository([("k.yaml", kubelet)]), nodes=nodes)
    assert (found.lag.seconds, found.start_lag.seconds) == (ttl, 0)
    assert bool([note for note in found.assumptions if "--nodes" in note]) == (nodes is None)


@pytest.mark.parametrize(
    ("provider", "settings", "key", "prop", "command"),
    [
        ("vault", "{path: secret}", "prod/db", "password", 'printf %s "$NEW_VALUE" | vault kv patch -mount=secret prod/db password=-'),
        ("gcpsm", "{projectID: p}", "db", "", 'printf %s "$NEW_VALUE" | gcloud secrets versions add db --data-file=- --project=p'),
        ("azurekv", "{vaultUrl: 'https://kv1.vault.azure.net'}", "db", "", "az keyvault secret set --vault-name kv1 --name db --file /dev/stdin"),
        ("aws", "{service: ParameterStore, region: eu-west-1}", "/db", "", 'aws ssm put-parameter --overwrite --type SecureString --name /db --value "$NEW_VALUE" --region eu-west-1'),
        ("unheard-of", "{}", "x", "y", ""),
    ],
)  # fmt: skip
def test_how_a_value_is_put_into_a_store(provider: str, settings: str, key: str, prop: str, command: str) -> None:
    store = Store("s", "SecretStore", provider, "", None, tree(settings))
    assert write_command(store, Remote("s", key, prop), "k") == command


def test_a_store_command_quotes_what_a_shell_would_run() -> None:
    store = Store("s", "SecretStore", "vault", "", None, tree("{path: 'a b'}"))
    command = write_command(store, Remote("s", "x; rm -rf ~", "$(id)"), "k")
    assert "'x; rm -rf ~'" in command and "'$(id)'" in command and "-mount='a b'" in command


@given(st.text(max_size=40))
def test_quoting_and_printing_give_one_safe_word(value: str) -> None:
    import shlex

    assert shlex.split(f"x {quoted(value)}", posix=True) == ["x", printable(value)]
    assert printable(value).isprintable()


def test_helpers_of_a_chart_lead_to_each_other() -> None:
    source = '{{ define "a" }}{{ include "b" . }}{{ end }}{{- define "b" -}}{{ template "c" $ }}{{ end }}{{ define "c" }}x{{ end }}'
    chart = new_chart("c", None, None, read_helpers(source))
    assert chart.can_give("a", "c") and chart.can_give("b", "c")
    assert not chart.can_give("c", "a") and not chart.can_give("a", "a")


def test_a_chart_puts_in_only_what_is_known() -> None:
    values = read_values("c/values.yaml", b"auth: {existingSecret: db, empty: ''}\nport: 5\n")
    chart = new_chart("c", None, values)
    assert chart.fill("{{ .Values.auth.existingSecret | quote }}")[0] == "db"
    assert chart.fill('{{ .Values.auth.empty | default "d" }}')[0] == "d"
    assert chart.fill("{{ .Values.auth.empty }}")[0] == "{{ .Values.auth.empty }}"
    assert chart.fill("{{ tpl .Values.x . }}") == ("{{ tpl .Values.x . }}", ())


def test_flux_variables() -> None:
    assert substituted("${APP}-${B:=x}-${C}", {"APP": "plex"}) == "plex-x-${C}"
    assert substituted("${APP}", {}) == "${APP}"


MAKERS = {
    "ClusterExternalSecret": ("spec: {externalSecretName: n, namespaces: [a, b], externalSecretSpec: {target: {name: t}, data: []}}", [("a", "t"), ("b", "t")]),
    "SecretProviderClass": ("spec: {secretObjects: [{secretName: one}, {secretName: two}]}", [("ns", "one"), ("ns", "two")]),
    "Certificate": ("spec: {secretName: tls}", [("ns", "tls")]),
    "VaultPKISecret": ("spec: {mount: pki, role: r, destination: {name: pki}}", [("ns", "pki")]),
    "OnePasswordItem": ("spec: {itemPath: vaults/x/items/y}", [("ns", "n")]),
    "DopplerSecret": ("spec: {project: p, config: c, managedSecret: {name: d, namespace: other}}", [("other", "d")]),
    "InfisicalSecret": ("spec: {managedSecretReference: {secretName: i, secretNamespace: other}}", [("other", "i")]),
    "SealedSecret": ("spec: {template: {metadata: {name: ignored}}, encryptedData: {k: Ag}}", [("ns", "n")]),
    "Bucket": ("spec: {writeConnectionSecretToRef: {name: c, namespace: x}}", [("x", "c")]),
    "ExternalSecret": ("spec: {target: {creationPolicy: None}}", []),
    "ConfigMap": ("data: {a: b}", []),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_what_makes_a_secret(kind: str) -> None:
    body, wanted = MAKERS[kind]
    source = f"apiVersion: x.example/v1\nkind: {kind}\nmetadata: {{name: n, namespace: ns}}\n{body}\n# Secret\n"
    made = index_repository([("a.yaml", source.encode())]).made
    assert sorted((one.namespace, one.name) for one in made) == sorted(wanted)


def test_cloudnative_pg_makes_two_secrets() -> None:
    source = (
        b"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg, namespace: d}\nspec: {instances: 3}\n"
    )
    assert sorted(one.name for one in index_repository([("a.yaml", source)]).made) == ["pg-app", "pg-superuser"]


def test_an_alias_bomb_is_walked_in_no_time() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    source = f"kind: Secret\nmetadata: {{name: s}}\na0: &a0 [x]\n{levels}\nsecretRef: *a29\n"
    repository = index_repository([("a.yaml", source.encode())])
    assert sum(1 for _ in walk(repository.items[0].tree)) < 5000


def test_a_document_that_holds_itself_is_read() -> None:
    repository = index_repository([("a.yaml", b"kind: Secret\nmetadata: &m {name: s, again: *m}\n")])
    assert repository.items[0].name == "s"


def test_made_by_needs_no_special_shape() -> None:
    for body in ("", "spec: x", "spec: [1]", "spec: {data: {a: b}, target: [1]}", "metadata: []"):
        for kind in MAKERS:
            for item in index_repository([("a.yaml", f"kind: {kind}\n{body}\n# Secret\n".encode())]).items:
                list(made_by(item))
                assert isinstance(item.tree, Table)


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ("", True),
        ("app=web", True),
        ("app==web, tier=front", True),
        ("app!=web", False),
        ("other!=web", True),
        ("app in (web, api),tier", True),
        ("app notin (web)", False),
        ("other notin (web)", True),
        ("!app", False),
        ("! other", True),
        ("app in web", False),
        ("x" * 5000, False),
    ],
)
def test_selectors_in_text_form(selector: str, taken: bool) -> None:
    assert selects_text(selector, {"app": "web", "tier": "front"}) is taken


def test_an_expression_that_never_ends_is_given_up_once() -> None:
    assert name_fits("web-.*", "web-1") and not name_fits("web-.*", "api")
    assert name_fits("[", "[") and not name_fits("[", "x")
    begin = time.process_time()
    assert not any(name_fits("(a|a?)+$", "a" * 200 + f"!{n}") for n in range(200))
    assert time.process_time() - begin < 2


def test_a_store_in_a_chart_shows_what_fills_its_settings() -> None:
    files = {
        "c/Chart.yaml": "name: c\n",
        "c/templates/all.yaml": """apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: keep}
spec: {provider: {kubernetes: {remoteNamespace: "{{ .Release.Namespace }}"}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: s, namespace: "{{ .Release.Namespace }}"}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: keep}
  data: [{secretKey: k, remoteRef: {key: kept, property: p}}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: "{{ .Release.Namespace }}"}
spec: {template: {spec: {containers: [{name: c, image: c, envFrom: [{secretRef: {name: s}}]}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: "{{ .Release.Namespace }}"}
spec: {template: {spec: {containers: [{name: c, image: c, envFrom: [{secretRef: {name: s}}]}]}}}
""",
    }
    (book,) = run(files, Question("s", "prod", "k"))
    steps = {step.number: step for step in book.steps}
    commands = "\n".join(step.command for step in book.steps)
    assert "{{" not in commands and "kubectl -n '<.Release.Namespace>' patch secret kept" in commands
    # The namespace that was asked for is the release's.
    assert "kubectl -n prod annotate es s " in commands and "kubectl -n prod rollout restart deploy/web" in commands
    assert all(step.manual for step in steps.values() if "<.Release" in step.command)
    assert not any("up to its controller" in step.text for step in book.steps)  # a Job is nobody's to ask again
