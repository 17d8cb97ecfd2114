"""What restarts pods by itself when a Secret changes, and the command where nothing does.

Reloader's annotations are those of stakater/Reloader (README, internal/pkg/options/flags.go): ``auto`` wins over
``search``; an explicit ``"false"`` switches off; ``ignore`` on the Secret outweighs all.
"""

from __future__ import annotations

from scanner.rotation.advice import quoted
from scanner.rotation.items import Item, strings
from scanner.rotation.made import Made
from scanner.rotation.names import shown
from scanner.rotation.rollouts import kept_back, on_delete
from scanner.rotation.selecting import name_fits
from scanner.rotation.tree import Table, at, number, rows, text, truth

RELOADER = "Reloader"
_RELOADER = "reloader.stakater.com"
# Of a StatefulSet's partition so many pods are named one by one.
_NAMED_PODS = 20
_SHORT = {"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds"}


def pod_annotations(item: Item, path: tuple[str, ...]) -> dict[str, str]:
    """The annotations of the pods that the PodSpec at ``path`` makes."""
    if len(path) < 2 or "[]" in path:
        return {}
    return strings(at(item.tree, *path[:-1], "metadata", "annotations"))


def automatic_restart(item: Item, pods: dict[str, str], secret: str, made: tuple[Made, ...]) -> str:
    """What restarts ``item`` when the Secret called ``secret`` changes; empty where nothing is known to.

    ``pods`` are the annotations of its pod template, ``made`` what makes the Secret. With ``OnDelete`` a changed
    template alone restarts no pod.
    """
    if on_delete(item):
        return ""
    own = {**pods, **item.annotations()}
    secrets = {key: value for one in made for key, value in one.annotations}
    reloader = _reloader(own, secrets, secret)
    if reloader:
        return reloader
    if own.get("wave.pusher.com/update-on-config-change") == "true":
        return "Wave"
    for one in made:
        for target in rows(one.item.tree, "spec", "rolloutRestartTargets"):
            if text(target, "kind") == item.kind and text(target, "name") == item.name:
                return f"{one.item.kind} rolloutRestartTargets"
        if one.item.hashed and one.item.overlay == item.overlay:
            return "kustomize name hash"
        if one.item.chart and one.item.chart == item.chart and one.kind == "Secret" and _has_checksum(pods):
            return "Helm checksum annotation"
    return ""


def _reloader(own: dict[str, str], secrets: dict[str, str], secret: str) -> str:
    if secrets.get(f"{_RELOADER}/ignore") == "true" or own.get(f"{_RELOADER}/ignore") == "true":
        return ""
    named = own.get(f"secret.{_RELOADER}/reload", "")
    # Reloader takes each name of its list as an expression too.
    if any(name_fits(word.strip(), secret) for word in named.split(",") if word.strip()):
        return RELOADER
    excluded = own.get(f"secrets.exclude.{_RELOADER}/reload", "")
    if secret in [word.strip() for word in excluded.split(",")]:
        return ""
    everything, only_secrets = own.get(f"{_RELOADER}/auto", ""), own.get(f"secret.{_RELOADER}/auto", "")
    if "true" in (everything, only_secrets):
        return RELOADER
    if "false" not in (everything, only_secrets) and own.get(f"{_RELOADER}/search") == "true":
        return RELOADER if secrets.get(f"{_RELOADER}/match") == "true" else ""
    return ""


def csi_restart(item: Item, pods: dict[str, str], provider: str) -> str:
    """What restarts ``item`` when the driver has fetched new values of the SecretProviderClass called ``provider``."""
    if on_delete(item):
        return ""
    own = {**pods, **item.annotations()}
    named = [word.strip() for word in own.get(f"secretproviderclass.{_RELOADER}/reload", "").split(",")]
    automatic = own.get(f"secretproviderclass.{_RELOADER}/auto"), own.get(f"{_RELOADER}/auto")
    return RELOADER if provider in named or "true" in automatic else ""


def _has_checksum(pods: dict[str, str]) -> bool:
    return any(key.startswith("checksum/") and ("ecret" in key or "ecret" in value) for key, value in pods.items())


def restart_command(item: Item) -> str:
    """The command that makes ``item``'s containers start anew; empty where there is none worth naming."""
    where = f"-n {quoted(item.namespace)} " if item.namespace else ""
    name = quoted(shown(item.name))
    if on_delete(item):
        selector = _selector(item)
        return f"kubectl {where}delete pods -l {selector}" if selector else ""
    if item.kind in _SHORT:
        restart = f"kubectl {where}rollout restart {_SHORT[item.kind]}/{name}"
        if item.kind == "Deployment" and truth(item.tree, "spec", "paused"):
            return f"kubectl {where}rollout resume {_SHORT[item.kind]}/{name}\n{restart}"
        kept = kept_back(item)
        pods = " ".join(quoted(f"{shown(item.name)}-{ordinal}") for ordinal in range(min(kept, _NAMED_PODS)))
        return f"{restart}\nkubectl {where}delete pod {pods}" if kept else restart
    if item.kind == "Service" and pinned_revisions(item):
        return f"kubectl {where}delete pods -l {quoted('serving.knative.dev/service=' + shown(item.name))}"
    if item.kind == "CronJob":
        return f"kubectl {where}create job --from=cronjob/{name} {name}-$(date +%s)"
    commands = {
        "Rollout": f"kubectl argo rollouts {where}restart {name}",
        "DeploymentConfig": f"oc {where}rollout latest dc/{name}",
        "Service": f"kn {where}service update {name} --annotation-template rotated=$(date +%s)",
        "Configuration": f"kubectl {where}patch configuration.serving.knative.dev {name} --type merge"
        ' -p "{\\"spec\\":{\\"template\\":{\\"metadata\\":{\\"annotations\\":{\\"rotated\\":\\"$(date +%s)\\"}}}}}"',
        "CloneSet": f"kubectl {where}patch cloneset {name} --type merge"
        ' -p "{\\"spec\\":{\\"template\\":{\\"metadata\\":{\\"annotations\\":{\\"rotated\\":\\"$(date +%s)\\"}}}}}"',
        "CronWorkflow": f"argo {where}submit --from cronwf/{name}",
        "Pod": f"kubectl {where}delete pod {name}",
    }
    if item.kind in ("ReplicaSet", "ReplicationController"):
        selector = _selector(item)
        return f"kubectl {where}delete pods -l {selector}" if selector else ""
    return commands.get(item.kind, "")


def pinned_revisions(item: Item) -> tuple[str, ...]:
    """The revisions that a Knative Service sends traffic to by their names, whatever revision is the latest."""
    if item.kind != "Service":
        return ()
    routes = rows(item.tree, "spec", "traffic")
    return tuple(text(one, "revisionName") for one in routes if text(one, "revisionName") and number(one, "percent"))


def sync_command(item: Item, path: tuple[str, ...]) -> str:
    """The command that makes the kubelet look at once: any change of a pod's annotations does."""
    labels = strings(at(item.tree, *path[:-1], "metadata", "labels")) if len(path) > 1 else item.labels()
    chosen = strings(at(item.tree, "spec", "selector", "matchLabels")) or labels
    if not chosen or any("{{" in f"{key}{value}" for key, value in chosen.items()):
        return ""
    where = f"-n {quoted(item.namespace)} " if item.namespace else ""
    words = ",".join(f"{key}={value}" for key, value in chosen.items())
    return f"kubectl {where}annotate pods -l {quoted(words)} rotated=$(date +%s) --overwrite"


def _selector(item: Item) -> str:
    node = at(item.tree, "spec", "selector", "matchLabels") or at(item.tree, "spec", "selector")
    labels = strings(node) if isinstance(node, Table) else {}
    return quoted(",".join(f"{key}={value}" for key, value in labels.items())) if labels else ""
