"""Five thousand manifests are read, and their runbook computed, in less than five seconds."""

from __future__ import annotations

import time

from scanner.rotation.compose import Question, runbooks_for
from scanner.rotation.repository import index_repository

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{n}
  namespace: ns-{space}
  labels: {{app.kubernetes.io/name: app-{n}, team: t{space}}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: app-{n}}}}}
  template:
    metadata:
      labels: {{app: app-{n}}}
    spec:
      serviceAccountName: app-{n}
      containers:
        - name: app
          image: registry.example.com/app-{n}:1.{n}
          ports:
            - {{name: http, containerPort: 8080}}
          readinessProbe: {{httpGet: {{path: /ready, port: http}}, initialDelaySeconds: 5}}
          env:
            - name: PASSWORD
              valueFrom: {{secretKeyRef: {{name: db-{space}, key: password}}}}
            - name: MODE
              value: production
          envFrom:
            - secretRef: {{name: app-{n}}}
          volumeMounts:
            - {{name: tls, mountPath: /tls, readOnly: true}}
      volumes:
        - name: tls
          secret: {{secretName: tls-{n}}}
"""
EXTERNAL = """apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: db-{n}, namespace: ns-{n}}}
spec:
  refreshInterval: 15m
  secretStoreRef: {{kind: ClusterSecretStore, name: vault}}
  data:
    - secretKey: password
      remoteRef: {{key: team/{n}, property: password}}
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {{name: app-{n}, namespace: ns-{space}}}
spec: {{selector: {{app: app-{n}}}, ports: [{{port: 80, targetPort: http}}]}}
"""
ROLE = """apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: r-{n}, namespace: ns-{space}}}
rules: [{{apiGroups: [""], resources: [secrets], verbs: [get, list]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: r-{n}, namespace: ns-{space}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: r-{n}}}
subjects: [{{kind: ServiceAccount, name: app-{n}, namespace: ns-{space}}}]
"""


def repository() -> list[tuple[str, bytes]]:
    files = [(f"clusters/es-{n}.yaml", EXTERNAL.format(n=n)) for n in range(500)]
    for n in range(2000):
        files.append((f"apps/{n % 500}/app-{n}.yaml", DEPLOYMENT.format(n=n, space=n % 500)))
        files.append((f"apps/{n % 500}/svc-{n}.yaml", SERVICE.format(n=n, space=n % 500)))
    files += [(f"rbac/{n}.yaml", ROLE.format(n=n, space=n)) for n in range(500)]
    return [(path, text.encode()) for path, text in files]


def test_five_thousand_manifests_in_five_seconds() -> None:
    files = repository()
    assert len(files) == 5000
    started = time.process_time()
    (book,) = runbooks_for(index_repository(files), Question("db-7", "ns-7", "password"))
    taken = time.process_time() - started
    assert sorted(one.name for one in book.consumers) == ["app-1007", "app-1507", "app-507", "app-7"]
    assert [one.subject for one in book.readers] == ["SA ns-7/app-7"]
    # Processor time, because the machine may be busy with other things. Measured: 2.5 s.
    assert taken < 5, f"{taken:.1f} s"
