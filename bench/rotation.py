"""A runbook against the clock: 5,000 manifest files, from the command line to the last line, in less than 5 s.

    python bench/rotation.py [--repository FOLDER --secret NAMESPACE/NAME] [--runs N]

Without a repository one is made: Deployments, Services, ExternalSecrets and roles in 500 namespaces. Processor seconds
of the whole process are counted; the best of N runs is taken.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT = 5.0

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
    """5,000 files: path and content."""
    files = [(f"clusters/es-{n}.yaml", EXTERNAL.format(n=n)) for n in range(500)]
    for n in range(2000):
        files.append((f"apps/{n % 500}/app-{n}.yaml", DEPLOYMENT.format(n=n, space=n % 500)))
        files.append((f"apps/{n % 500}/svc-{n}.yaml", SERVICE.format(n=n, space=n % 500)))
    files += [(f"rbac/{n}.yaml", ROLE.format(n=n, space=n)) for n in range(500)]
    return [(path, text.encode()) for path, text in files]


def write(folder: Path) -> None:
    """The made repository as files, tracked by git."""
    for path, data in repository():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "add", "-A"], check=True)


def measure(folder: Path, secret: str) -> tuple[float, list[str]]:
    """CPU seconds of one run, and the names of the consumers it found."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "scanner", "rotate", "--repository", str(folder), "--secret", secret, "-f", "json"]
    done = subprocess.run(command, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr.decode("utf-8", "replace"))
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, sorted(one["name"] for one in json.loads(done.stdout)["consumers"])


def main() -> int:
    """1 when the limit is missed or the runbook is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=Path)
    parser.add_argument("--secret", default="ns-7/db-7#password")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = args.repository or Path(made)
        if args.repository is None:
            write(folder)
        runs = [measure(folder, args.secret) for _ in range(args.runs)]
    best = min(spent for spent, _ in runs)
    names = runs[0][1]
    print(f"{best:.2f} CPU s (limit {LIMIT:.0f}), {len(names)} consumers: {', '.join(names[:6])}")
    if args.repository is None and names != ["app-1007", "app-1507", "app-507", "app-7"]:
        print("the runbook is wrong")
        return 1
    return int(best >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
