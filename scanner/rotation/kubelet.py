"""How long a node takes to bring a changed Secret into a running pod.

- ``syncFrequency`` is 1 min by default (KubeletConfiguration v1beta1); each pod is looked at again after that
  time plus up to half of it (``workerResyncIntervalJitterFactor = 0.5`` in pkg/kubelet/kubelet.go), hence 60-90 s.
- ``configMapAndSecretChangeDetectionStrategy``: ``Watch`` (default) sees a change within seconds; ``Cache`` keeps a
  value for the node's ``node.alpha.kubernetes.io/ttl``, which the control plane sets by cluster size: 0 s up to 100
  nodes, then 15, 30, 60, 300 and 600 s (pkg/controller/ttl/ttl_controller.go); ``Get`` asks each time.
- A pod that starts asks anew under ``Cache`` and ``Get``; under ``Watch`` it may meet the watch's lag.
- A change of any of the pod's annotations makes the kubelet look at once (Kubernetes docs, configure-pod-configmap).
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.rotation.durations import seconds
from scanner.rotation.repository import Repository
from scanner.rotation.runbook import Term
from scanner.rotation.tree import place, text

SYNC = 60
JITTER = 1.5
WATCH_LAG = 5

# Nodes up to -> seconds.
_TTL_BY_NODES = ((100, 0), (500, 15), (1000, 30), (2000, 60), (10_000, 300))
_TTL_LARGEST = 600


@dataclass(frozen=True, slots=True)
class Kubelet:
    """``resync`` until a mounted file follows the Secret, ``lag`` until the node itself knows of the change.

    ``start_lag`` is the same for a container that starts. ``assumptions`` are sentences.
    """

    resync: Term
    lag: Term
    start_lag: Term
    assumptions: tuple[str, ...] = ()


def kubelet_of(repository: Repository, *, nodes: int | None = None) -> Kubelet:
    """The settings in the repository's KubeletConfiguration, else the defaults. ``nodes`` is the cluster's size."""
    configurations = repository.of_kind("KubeletConfiguration")
    tree = configurations[0].tree if configurations else None
    sync = seconds(text(tree, "syncFrequency")) or SYNC
    said = (
        f"syncFrequency, {place(tree, 'syncFrequency')}"
        if text(tree, "syncFrequency")
        else "syncFrequency's default of 1 min"
    )
    resync = Term(round(sync * JITTER), f"1.5 x {sync} s until the kubelet looks at the pod again", said)
    strategy = text(tree, "configMapAndSecretChangeDetectionStrategy") or "Watch"
    where = place(tree, "configMapAndSecretChangeDetectionStrategy")
    source = f"strategy {strategy}, {where}" if where else "strategy Watch, the default"
    notes = (
        () if configurations else ("no KubeletConfiguration in this repository; the kubelet's defaults are counted",)
    )
    if strategy == "Get":
        none = Term(0, "the kubelet asks the API server each time", source)
        return Kubelet(resync, none, none, notes)
    if strategy == "Cache":
        ttl, assumed = _ttl(nodes)
        notes = (*notes, *assumed)
        return Kubelet(
            resync,
            Term(ttl, "the node's cache keeps the old value", source),
            Term(0, "a new pod asks anew", source),
            notes,
        )
    watch = Term(WATCH_LAG, "the watch tells the node", f"{source}; allowance")
    return Kubelet(resync, watch, watch, notes)


def _ttl(nodes: int | None) -> tuple[int, tuple[str, ...]]:
    if nodes is None:
        note = (
            "the cluster's size is not known; the node's cache is counted with its longest life of 600 s "
            "(--nodes N narrows it)"
        )
        return _TTL_LARGEST, (note,)
    return next((ttl for limit, ttl in _TTL_BY_NODES if nodes <= limit), _TTL_LARGEST), ()
