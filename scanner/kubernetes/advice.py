"""Advice: what is no leak and makes one worse, or its repair slower. Only with ``--advice``, always of severity info.

Each piece says in its detail why it matters and what to do; its rule holds the link.
"""

from __future__ import annotations

import re

from scanner.kubernetes import sealing
from scanner.kubernetes.case import Case
from scanner.manifest.node import Mapping, Node, Scalar, Sequence, walk

_READING = frozenset({"get", "list", "watch", "*"})
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
# A rotation that takes longer than a day to arrive is none in an emergency.
_SLOW_HOURS = 24
_SCOPES = ("sealedsecrets.bitnami.com/cluster-wide", "sealedsecrets.bitnami.com/namespace-wide")


def role(case: Case) -> None:
    """Rules that let their subjects read every Secret of a namespace, or of the cluster."""
    rules = case.root.child("rules")
    for rule in rules.items() if rules is not None else ():
        groups, resources, verbs = (_words(rule.child(key)) for key in ("apiGroups", "resources", "verbs"))
        if not (groups & {"", "*"} and resources & {"secrets", "*"} and verbs & _READING):
            continue
        if rule.child("resourceNames") is not None:
            continue
        scope = "every namespace" if case.manifest.kind == "ClusterRole" else "its namespace"
        case.out.tip(
            "advice-rbac-reads-secrets", rule, case.document, about=_about(case, "rbac"),
            detail=case.told(
                verbs=" ".join(sorted(verbs)),
                why=f"reads the values of all Secrets of {scope}; list and watch return them whole",
                do="name the Secrets under resourceNames and allow only get",
            ),
        )  # fmt: skip


def workload(case: Case) -> None:
    """Everything there is to say about an object that runs pods."""
    environment(case)
    if case.manifest.kind == "DaemonSet":
        csi_driver(case)


def encryption(case: Case) -> None:
    """``identity`` first: what is written is not encrypted. aescbc and aesgcm have better successors."""
    resources = case.root.child("resources")
    for resource in resources.items() if resources is not None else ():
        covered = _words(resource.child("resources"))
        listed = resource.child("providers")
        providers = list(listed.items()) if listed is not None else []
        if not providers or not covered & {"secrets", "*", "*.*", "*."}:
            continue
        names = [next((key.value for key, _ in provider.pairs()), "") for provider in providers]
        if names[0] == "identity":
            why, do = "new Secrets are stored in clear", "put the encrypting provider first, then rewrite all Secrets"
        elif names[0] in ("aescbc", "aesgcm"):
            why = (
                "aescbc is open to padding attacks, aesgcm must be rekeyed every 200,000 writes; the key lies in a file"
            )
            do = "use kms v2, or secretbox where there is no key service"
        else:
            continue
        case.out.tip(
            "advice-encryption-at-rest", providers[0], case.document, about=_about(case, names[0]),
            detail=case.told(provider=names[0], why=why, do=do),
        )  # fmt: skip


def refresh(case: Case, spec: Node) -> None:
    """An ExternalSecret that never, or hardly ever, asks its store again."""
    policy, interval = _text(spec, "refreshPolicy"), spec.child("refreshInterval")
    if policy in ("CreatedOnce", "OnChange"):
        place, why = spec.child("refreshPolicy"), f"refreshPolicy {policy} does not fetch a rotated value"
    elif isinstance(interval, Scalar) and _hours(interval.value) == 0:
        place, why = interval, "refreshInterval 0 fetches once: a rotated value never arrives"
    elif isinstance(interval, Scalar) and (_hours(interval.value) or 0) > _SLOW_HOURS:
        place, why = interval, f"a rotated value arrives after up to {interval.value.strip()}"
    elif spec.child("syncWindows") is not None:
        place, why = spec.child("syncWindows"), "sync windows can hold a rotated value back"
    else:
        return
    if place is not None:
        case.out.tip(
            "advice-external-secret-refresh", place, case.document, about=_about(case, "refresh"),
            detail=case.told(why=why, do="set refreshInterval to an hour or less, or force a sync by annotation"),
        )  # fmt: skip


def target_manifest(case: Case, spec: Node) -> None:
    """An ExternalSecret that renders into something else than a Secret."""
    target = spec.get("target", "manifest")
    if isinstance(target, Mapping) and _text(target, "kind") not in ("", "Secret"):
        case.out.tip(
            "advice-external-secret-target", target, case.document, about=_about(case, "target"),
            detail=case.told(
                target=_text(target, "kind"),
                why="the fetched secret is written to an object that is not protected like a Secret",
                do="render it into a Secret and refer to that",
            ),
        )  # fmt: skip


def wide_scope(case: Case) -> None:
    """A SealedSecret that may be unsealed under another name or in another namespace."""
    annotations = case.root.get("metadata", "annotations")
    for scope in _SCOPES:
        found = annotations.child(scope) if annotations is not None else None
        if found is not None and found.text.strip().lower() == "true":
            case.out.tip(
                "advice-sealed-secret-scope", found, case.document, about=_about(case, scope),
                detail=case.told(
                    why="whoever may create Secrets elsewhere can have this one unsealed there and read it",
                    do="seal it with the strict scope, kubeseal's default",
                ),
            )  # fmt: skip


def service_account_token(case: Case, type_name: str, *, empty: bool) -> None:
    """A Secret that the controller fills with a token which never expires."""
    if type_name != "kubernetes.io/service-account-token" or not empty:
        return
    case.out.tip(
        "advice-non-expiring-token", case.root, case.document, about=_about(case, "token"),
        detail=case.told(
            why="the controller puts a service-account token here that never expires",
            do="use a projected token, or kubectl create token with a duration",
        ),
    )  # fmt: skip


def unsealed(case: Case) -> None:
    """A Secret in clear beside others that are sealed."""
    place = case.root.child("kind") or case.root
    if case.out.custom:
        about = sealing.about(case.manifest.namespace, case.manifest.name)
        detail = case.told(**sealing.reasons(case.out.custom))
        case.out.tip(sealing.RULE, place, case.document, about=about, detail=detail)


def environment(case: Case) -> None:
    """Secrets bound as environment variables: a rotated value needs new pods."""
    for path, node in walk(case.root):
        if not path or path[-1] not in ("secretKeyRef", "secretRef") or not isinstance(node, Mapping):
            continue
        if "env" not in path and "envFrom" not in path:
            continue
        name = _text(node, "name")
        case.out.tip(
            "advice-secret-in-environment", node, case.document, about=_about(case, f"env/{name}/{_text(node, 'key')}"),
            detail=case.told(
                secret_name=name,
                why="the value is fixed when the container starts: after a rotation the pods must be restarted",
                do="mount the Secret as a volume and read it again, or restart on change (Reloader, a checksum)",
            ),
        )  # fmt: skip


def csi_driver(case: Case) -> None:
    """The Secrets Store CSI driver with its rotation switched off (the default)."""
    for path, node in walk(case.root):
        if not isinstance(node, Sequence) or not path or path[-1] != "args":
            continue
        options = [item for item in node.items() if isinstance(item, Scalar)]
        words = " ".join(item.value for item in options)
        if "secrets-store" not in words and "--enable-secret-rotation" not in words:
            continue
        if "--enable-secret-rotation=true" in words or not options:
            continue
        case.out.tip(
            "advice-csi-rotation-off", case.root, case.document, about=_about(case, "csi"),
            detail=case.told(
                why="the driver never mounts a rotated value again",
                do="set --enable-secret-rotation=true and a --rotation-poll-interval",
            ),
        )  # fmt: skip


def _about(case: Case, what: str) -> str:
    return f"{case.manifest.kind}/{case.manifest.namespace}/{case.manifest.name} {what}"


def _words(node: Node | None) -> set[str]:
    return {item.text for item in node.items()} if node is not None else set()


def _text(node: Node, key: str) -> str:
    found = node.child(key)
    return found.text.strip() if found is not None else ""


def _hours(text: str) -> float | None:
    """A Go duration in hours; None when it is none."""
    bare = text.strip().strip("'\"")
    found = _DURATION.fullmatch(bare)
    if bare == "0":
        return 0
    if not bare or found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours + minutes / 60 + seconds / 3600
