"""The outside stores behind Secrets: what they are, how two names of one are told, and how to put a value in."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.rotation.advice import quoted
from scanner.rotation.items import Item
from scanner.rotation.made import Remote
from scanner.rotation.names import shown
from scanner.rotation.repository import Repository
from scanner.rotation.tree import Table, Tree, at, table, text

# Fields of an ESO provider that say *which* store it is; the rest says how to log in.
_WHICH = (
    "server", "path", "namespace", "region", "service", "projectID", "vaultUrl", "project", "config", "vaultURL",
    "organizationID", "account", "endpoint", "remoteNamespace", "prefix", "connectHost", "vaults",
)  # fmt: skip

# One field of these stores' entries can be written while the others stay.
_NEW = '"$NEW_VALUE"'


@dataclass(frozen=True, slots=True)
class Store:
    """A store as the repository describes it. ``provider`` is empty where it does not."""

    name: str
    kind: str
    provider: str
    identity: str
    item: Item | None = None
    settings: Tree | None = None

    @property
    def label(self) -> str:
        """``vault-prod``, with the provider where it is known."""
        return f"{self.name} ({self.provider})" if self.provider else self.name


def find_store(repository: Repository, reference: str) -> Store | None:
    """The store that a producer's reference (``SecretStore/prod/vault``) names; None for an empty one."""
    if not reference:
        return None
    kind, _, rest = reference.partition("/")
    namespace, _, name = rest.rpartition("/")
    for item in repository.of_kind(kind):
        if (item.name == name and namespace in ("", item.namespace)) or (item.name == name and not item.namespace):
            provider = table(item.tree, "spec", "provider")
            if provider:
                which, settings = next(iter(provider.items()))
                return Store(name, kind, which, _identity(which, settings), item, settings)
    return Store(name or rest, kind, "", reference)


def _identity(provider: str, settings: Tree) -> str:
    parts = [provider]
    flat = settings.items if isinstance(settings, Table) else {}
    parts += [f"{key}={text(value)}" for key, value in sorted(flat.items()) if key in _WHICH and text(value)]
    # Doppler, Bitwarden and the like keep the choice one level down; without any choice the login decides.
    return "|".join(parts)


def write_command(store: Store | None, remote: Remote, key: str) -> str:
    """A command that writes ``$NEW_VALUE`` to ``remote``; empty where the provider is not known.

    Only one property is written: replacing the whole entry would lose its neighbours.
    """
    if store is None:
        return ""
    name, prop = quoted(shown(remote.key)), remote.prop or key
    field = quoted(prop) if prop else "<FIELD>"
    path, project = shown(text(store.settings, "path").strip("/")), shown(text(store.settings, "projectID"))
    mount = f"-mount={quoted(path)} " if path else ""
    writers = {
        "vault": f"printf %s {_NEW} | vault kv patch {mount}{name} {field}=-",
        "aws": _aws(store, name, field, whole=not remote.prop),
        "gcpsm": f"printf %s {_NEW} | gcloud secrets versions add {name} --data-file=-"
        + (f" --project={quoted(project)}" if project else ""),
        "azurekv": f"az keyvault secret set --vault-name {quoted(_vault_name(store))} --name {name} --file /dev/stdin",
        "onepassword": f"op item edit {name} {field}={_NEW}",
        "onepasswordSDK": f"op item edit {name} {field}={_NEW}",
        "doppler": f"doppler secrets set {name}={_NEW}",
        "gitlab": f"glab variable update {name} {_NEW}",
        "kubernetes": patch_secret(text(store.settings, "remoteNamespace") or "default", remote.key, prop),
    }
    return writers.get(store.provider, "")


def _aws(store: Store, name: str, field: str, *, whole: bool) -> str:
    region = shown(text(store.settings, "region"))
    where = f" --region {quoted(region)}" if region else ""
    if text(store.settings, "service") == "ParameterStore":
        return f"aws ssm put-parameter --overwrite --type SecureString --name {name} --value {_NEW}{where}"
    if whole:
        return f"aws secretsmanager put-secret-value --secret-id {name} --secret-string {_NEW}{where}"
    return (
        f"aws secretsmanager get-secret-value --secret-id {name} --query SecretString --output text{where}"
        f" | jq --arg k {field} --arg v {_NEW} '.[$k]=$v' | aws secretsmanager put-secret-value --secret-id {name}"
        f" --secret-string file:///dev/stdin{where}"
    )


def patch_secret(namespace: str, name: str, key: str) -> str:
    """A command that changes one key of a Secret in the cluster and leaves the others."""
    where = f"-n {quoted(shown(namespace))} " if namespace else ""
    return (
        f"jq -n --arg k {quoted(key) if key else '<KEY>'} --arg v {_NEW} '{{stringData:{{($k):$v}}}}'"
        f" | kubectl {where}patch secret {quoted(shown(name))} --type merge --patch-file /dev/stdin"
    )


def _vault_name(store: Store) -> str:
    url = shown(text(at(store.settings, "vaultUrl")))
    return url.removeprefix("https://").partition(".")[0] or "<VAULT>"
