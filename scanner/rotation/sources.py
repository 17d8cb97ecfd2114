"""How long it takes until the Secret object in the cluster holds the new value, by what makes it.

Numbers and where they come from:

- External Secrets: ``refreshInterval`` defaults to 1 h, 0 means once; ``CreatedOnce`` never fetches again,
  ``OnChange`` only when metadata or spec change, and changing an annotation is such a change; windows hold back
  periodic fetches (external-secrets apis/externalsecrets/v1/externalsecret_types.go and shouldRefresh in
  pkg/controllers/externalsecret/externalsecret_controller.go). A Secret that was deleted is made again with a
  fresh value under every policy (isSecretValid, same file).
- Sealed Secrets and plain manifests: a controller or the API server acts on the change itself; 5 s is our allowance.
- Secrets Store CSI: rotation is off by default, ``--rotation-poll-interval`` is 2 min; since v1.6.0 it is the least age
  of the cached value, looked at whenever the kubelet republishes the volume (docs topics/secret-auto-rotation).
- Vault Secrets Operator: ``refreshAfter``, else every 60 s while ``hmacSecretData`` is on, which is the default
  (vault-secrets-operator controllers/vaultstaticsecret_controller.go); a changed annotation is acted on at once
  (syncableSecretPredicate in controllers/predicates.go).
- cert-manager: ``duration`` 90 d, renewed at two thirds of it unless ``renewBefore`` says otherwise
  (cert-manager docs usage/certificate); ``cmctl renew`` asks for one now.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.rotation.advice import quoted
from scanner.rotation.cron import Window, longest_closed
from scanner.rotation.durations import seconds
from scanner.rotation.items import Item
from scanner.rotation.kubelet import Kubelet
from scanner.rotation.made import Made
from scanner.rotation.names import shown
from scanner.rotation.repository import Repository
from scanner.rotation.runbook import Term, Time
from scanner.rotation.tree import Tree, at, place, rows, text, truth, walk

CONTROLLER = 5
ESO_DEFAULT = 3600
VSO_DEFAULT = 60
CSI_POLL = 120
CERT_DURATION = 90 * 86400
CERT_ISSUE = 60


@dataclass(frozen=True, slots=True)
class SourceTime:
    """From the new value's publication to the Secret that holds it.

    ``most`` is left to itself, ``forced`` after ``command``. ``must_force`` says that without the command it
    would never, or not in any useful time, arrive. ``assumptions`` are sentences.
    """

    most: Time
    forced: Time
    command: str = ""
    must_force: bool = False
    assumptions: tuple[str, ...] = ()


def source_time(repository: Repository, made: Made | None, kubelet: Kubelet) -> SourceTime:
    """The time for what ``made`` makes; None stands for a Secret that nothing in the repository makes."""
    if made is None:
        known = Time((Term(CONTROLLER, "the API server passes the change on", "allowance"),))
        note = "nothing in this repository makes the Secret; times count from its change in the cluster"
        return SourceTime(known, known, assumptions=(note,))
    if made.kind in ("ExternalSecret", "ClusterExternalSecret"):
        return _external(made)
    if made.kind == "SecretProviderClass":
        return csi_time(repository, kubelet)
    if made.kind.startswith("Vault"):
        return _vault(made)
    if made.kind == "Certificate":
        return _certificate(made)
    if made.kind in ("Secret", "SealedSecret", "secretGenerator"):
        return _from_git(made)
    reason = f"how often {made.kind} reads its source is not written in this repository"
    return SourceTime(Time(never=reason), Time((Term(CONTROLLER, f"{made.kind} reacts", "allowance"),)))


def _external(made: Made) -> SourceTime:
    outer = made.item.get("spec")
    spec = at(outer, "externalSecretSpec") or outer
    kind, name = "externalsecret", quoted(shown(made.item.name))
    where = f"-n {quoted(shown(made.namespace))} " if made.namespace else ""
    if made.kind == "ClusterExternalSecret":
        name = quoted(shown(text(outer, "externalSecretName") or made.item.name))
    force = f"kubectl {where}annotate es {name} force-sync=$(date +%s) --overwrite"
    forced = Time((Term(CONTROLLER, f"{kind} fetches after the annotation", "allowance"),))
    policy = text(spec, "refreshPolicy")
    interval = text(spec, "refreshInterval")
    where_written = place(spec, "refreshInterval") or made.item.place
    if policy == "OnChange":
        where_policy = place(spec, "refreshPolicy")
        reason = f"refreshPolicy OnChange ({where_policy}): it fetches only when its metadata or spec change"
        return SourceTime(Time(never=reason), forced, force, True)
    recreate = f"kubectl {where}delete secret {quoted(shown(made.name))}"
    if policy == "CreatedOnce":
        where_policy = place(spec, "refreshPolicy")
        reason = f"refreshPolicy CreatedOnce ({where_policy}): it never fetches again while the Secret is there"
        return SourceTime(Time(never=reason), forced, recreate, True, (_GAP,))
    count = ESO_DEFAULT if not interval else seconds(interval)
    if count is None:
        reason = f"the refreshInterval ({where_written}) cannot be read"
        return SourceTime(Time(never=reason), forced, force)
    if count == 0:
        reason = f"refreshInterval 0 ({where_written}): it never fetches again while the Secret is there"
        return SourceTime(Time(never=reason), forced, recreate, True, (_GAP,))
    said = (
        f"refreshInterval {interval}, {where_written}" if interval else "refreshInterval is not set; its default is 1h"
    )
    most = Time((Term(count, "External Secrets fetches", said),))
    return SourceTime(_windows(spec, most), forced, force)


_GAP = (
    "the Secret is missing for some seconds between its deletion and the next fetch; running containers do not notice"
)


def _windows(spec: Tree | None, most: Time) -> Time:
    windows = at(spec, "syncWindows")
    if windows is None:
        return most
    listed = [
        Window(text(one, "schedule"), seconds(text(one, "duration")) or 0) for one in rows(windows, "windows")
    ]  # fmt: skip
    if not listed:
        return most
    allow = text(windows, "kind") == "allow"
    closed = longest_closed(listed, allow=allow)
    if closed is None:
        return Time(most.terms, f"syncWindows ({windows.place}) never let a fetch through")
    word = "outside of its allow windows" if allow else "inside its deny windows"
    return most.plus(Term(closed, f"no fetch {word}", f"syncWindows, {windows.place}"))


def csi_time(repository: Repository, kubelet: Kubelet) -> SourceTime:
    """The time until the CSI driver has fetched again, for its volumes and for the Secrets it makes of them.

    The driver looks at the age of its value whenever the kubelet publishes the volume again; that this has the rhythm
    of the kubelet's other rounds is inferred, its documentation only says "the kubelet's cadence".
    """
    poll, where, enabled = csi_rotation(repository)
    force = Time((Term(CONTROLLER, "a new pod mounts the fresh value", "allowance"),))
    order = "the Secret follows when a pod mounts the class anew: restart pods that mount it before those that do not"
    if enabled is None:
        never = "CSI rotation is not switched on in this repository; its default is off"
        note = "the CSI driver is not configured in this repository, so its default counts: no rotation"
        return SourceTime(Time(never=never), force, "", True, (note, order))
    if not enabled:
        return SourceTime(Time(never=f"CSI rotation is switched off ({where})"), force, "", True, (order,))
    terms = (Term(poll, "the CSI driver's rotation poll interval", where), kubelet.resync)
    return SourceTime(Time(terms), force)


def csi_rotation(repository: Repository) -> tuple[int, str, bool | None]:
    """Poll interval in seconds, where it was read, and whether rotation is on; None where nothing says."""
    for item in repository.of_kind("DaemonSet", "HelmRelease", "Application"):
        found = _csi_settings(item)
        if found is not None:
            return found
    for values in repository.values.values():
        for path, node in walk(values):
            if path and path[-1] == "enableSecretRotation":
                poll = text(at(values, *path[:-1]), "rotationPollInterval")
                return seconds(poll) or CSI_POLL, f"enableSecretRotation, {node.place}", truth(node)
    return CSI_POLL, "", None


def _csi_settings(item: Item) -> tuple[int, str, bool] | None:
    enabled: tuple[str, bool] | None = None
    poll = CSI_POLL
    for path, node in walk(item.tree):
        word = text(node)
        if path and path[-1] == "enableSecretRotation":
            enabled = (f"enableSecretRotation, {node.place}", word.lower() == "true")
        elif path and path[-1] == "rotationPollInterval":
            poll = seconds(word) or poll
        elif word.startswith("--enable-secret-rotation"):
            enabled = (f"--enable-secret-rotation, {node.place}", not word.endswith("=false"))
        elif word.startswith("--rotation-poll-interval="):
            poll = seconds(word.partition("=")[2]) or poll
    return (poll, *enabled) if enabled is not None else None


def _vault(made: Made) -> SourceTime:
    spec = made.item.get("spec")
    where = f"-n {quoted(shown(made.namespace))} " if made.namespace else ""
    kind, name = made.item.kind.lower(), quoted(shown(made.item.name))
    force = f"kubectl {where}annotate {kind} {name} force-sync=$(date +%s) --overwrite"
    forced = Time((Term(CONTROLLER, f"{made.item.kind} reconciles after the annotation", "allowance"),))
    if made.kind == "VaultStaticSecret":
        return _static(spec, forced, force)
    reason = "the lease decides when Vault Secrets Operator asks for a new credential, and it is not in this repository"
    return SourceTime(Time(never=reason), forced, force, True)


def _static(spec: Tree | None, forced: Time, force: str) -> SourceTime:
    after = text(spec, "refreshAfter")
    count = seconds(after) if after else None
    if count:
        said = f"refreshAfter {after}, {place(spec, 'refreshAfter')}"
        return SourceTime(Time((Term(count, "Vault Secrets Operator reads", said),)), forced, force)
    switch = place(spec, "hmacSecretData")
    if text(spec, "hmacSecretData").lower() == "false":
        reason = f"no refreshAfter, and hmacSecretData is off ({switch}): it does not read again by itself"
        return SourceTime(Time(never=reason), forced, force, True)
    said = "refreshAfter is not set; 60 s while hmacSecretData is on"
    return SourceTime(Time((Term(VSO_DEFAULT, "Vault Secrets Operator checks for drift", said),)), forced, force)


def _certificate(made: Made) -> SourceTime:
    spec = made.item.get("spec")
    duration = seconds(text(spec, "duration")) or CERT_DURATION
    before = seconds(text(spec, "renewBefore"))
    renewed = duration - before if before is not None else duration * 2 // 3
    where = f" -n {quoted(shown(made.namespace))}" if made.namespace else ""
    said = f"duration and renewBefore, {made.item.place}" if text(spec, "duration") else "default duration of 90 days"
    forced = Time((Term(CERT_ISSUE, "the issuer signs after cmctl renew", "allowance; ACME can take longer"),))
    most = Time((Term(renewed, "cert-manager renews by itself", said),))
    notes: tuple[str, ...] = ()
    if text(spec, "privateKey", "rotationPolicy") == "Never":
        policy = place(spec, "privateKey", "rotationPolicy")
        notes = (f"rotationPolicy is Never ({policy}): a renewal keeps the leaked key; set it to Always first",)
    return SourceTime(most, forced, f"cmctl renew {quoted(shown(made.item.name))}{where}", True, notes)


def _from_git(made: Made) -> SourceTime:
    """Plain Secrets, SealedSecrets and kustomize's: a commit, carried to the cluster by whoever applies it."""
    delivery = made.item.delivery
    react = Term(
        CONTROLLER,
        "the controller unseals" if made.kind == "SealedSecret" else "the API server passes the change on",
        "allowance",
    )
    if delivery is None:
        file = made.item.place.file
        note = f"nothing in this repository says who applies {file}; times count from the moment it is applied"
        return SourceTime(Time((react,)), Time((react,)), assumptions=(note,))
    command = _reconcile(delivery.what)
    forced = Time((react,))
    if delivery.interval is None:
        return SourceTime(Time(never=f"{delivery.what}: {delivery.source}"), forced, command, True)
    most = Time((Term(delivery.interval, f"{delivery.what} applies a commit", delivery.source), react))
    return SourceTime(most, forced, command)


def _reconcile(what: str) -> str:
    kind, _, name = what.rpartition(" ")
    if kind.startswith("Argo CD"):
        return f"argocd app sync {quoted(name)}"
    return f"flux reconcile kustomization {quoted(name)} --with-source"
