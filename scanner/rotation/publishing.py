"""The step that puts the new value where the Secret is made from."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.rotation import ksops
from scanner.rotation.advice import printable, quoted
from scanner.rotation.items import folder
from scanner.rotation.kustomize import generator_files
from scanner.rotation.made import Made, Remote
from scanner.rotation.names import has_hole, holes, shown
from scanner.rotation.repository import Repository
from scanner.rotation.stores import find_store, patch_secret, write_command
from scanner.rotation.subjects import Subject
from scanner.rotation.tree import at, table, text

_NEW = '"$NEW_VALUE"'


@dataclass(frozen=True, slots=True)
class Publication:
    """What to do, and a command where one can be written down."""

    text: str
    command: str = ""


def publication(repository: Repository, subject: Subject, made: Made | None, key: str) -> Publication:
    """How the new value of ``key`` gets to where ``made`` takes it from."""
    if made is None:
        sentence = f"Nothing in this repository makes {subject.label}; change it where it is made, or in the cluster."
        return Publication(sentence, patch_secret(subject.namespace, subject.name, key))
    if made.kind in ("ExternalSecret", "ClusterExternalSecret", "SecretProviderClass"):
        return _to_store(repository, made, key)
    maker = {
        "SealedSecret": _sealed,
        "Secret": _plain,
        "secretGenerator": _generator,
        "Certificate": _certificate,
        "VaultStaticSecret": _vault,
        "VaultDynamicSecret": _dynamic,
        "VaultPKISecret": _dynamic,
    }.get(made.kind)
    if maker is not None:
        return maker(made, key)
    field = quoted(key) if key else "<KEY>"
    commands = {
        "OnePasswordItem": f"op item edit {quoted(text(made.item.tree, 'spec', 'itemPath'))} {field}={_NEW}",
        "DopplerSecret": f"doppler secrets set {field}={_NEW}",
        "InfisicalSecret": f"infisical secrets set {field}={_NEW}",
    }
    sentence = f"Put the new value where {made.item.label} reads it ({made.item.place})."
    return Publication(sentence, commands.get(made.kind, ""))


def remote_words(made: Made, key: str) -> str:
    """``remoteRef prod/db#password``; empty where the Secret comes from no store."""
    remotes = list(dict.fromkeys(str(remote) for remote in made.remotes(key) if remote.key))
    return f"remoteRef {', '.join(remotes[:4])}{' ...' if len(remotes) > 4 else ''}" if remotes else ""


def _to_store(repository: Repository, made: Made, key: str) -> Publication:
    remotes = [remote for remote in dict.fromkeys(made.remotes(key)) if remote.key]
    if not remotes:
        return Publication(f"Put the new value into the store that {made.item.label} reads ({made.item.place}).")
    commands, words = [], []
    for remote in _certain(remotes):
        store = find_store(repository, remote.store)
        if made.kind == "SecretProviderClass":
            words.append(f"{remote} at the provider of SecretProviderClass {made.item.name}")
            continue
        words.append(f"{printable(str(remote))} in {store.label if store else 'its store'}")
        command = write_command(store, remote, key)
        commands += [command] if command else []
    doubtful = [printable(str(remote)) for remote in remotes if remote.maybe]
    if len(doubtful) > 1:
        words.append(f"whichever of these has the property in {_store_label(repository, made)}: {', '.join(doubtful)}")
    sentence = f"Write the new value to {', and to '.join(words) if doubtful else ', '.join(words)}."
    if any("vault kv patch" in command for command in commands):
        sentence += (
            " On version 1 of the KV engine use `vault kv put` with every field of the entry, because it replaces all."
        )
    return Publication(sentence, "\n".join(commands))


def _certain(remotes: list[Remote]) -> list[Remote]:
    """Without those of which only one is meant, unless there is just one."""
    doubtful = sum(remote.maybe for remote in remotes)
    return [remote for remote in remotes if not remote.maybe or doubtful == 1]


def _store_label(repository: Repository, made: Made) -> str:
    store = find_store(repository, made.store)
    return store.label if store else "its store"


def _sealed(made: Made, key: str) -> Publication:
    annotations = made.item.annotations()
    scope = ""
    if annotations.get("sealedsecrets.bitnami.com/cluster-wide") == "true":
        scope = " --scope cluster-wide"
    elif annotations.get("sealedsecrets.bitnami.com/namespace-wide") == "true":
        scope = " --scope namespace-wide"
    command = (
        f"printf %s {_NEW} | kubeseal --raw --namespace {quoted(shown(made.namespace)) or '<NAMESPACE>'} "
        f"--name {quoted(shown(made.name))}{scope} --from-file=/dev/stdin"
    )
    where = made.key_place(key)
    return Publication(f"Seal the new value, put the output at {where} ({key or 'its key'}), commit and push.", command)


def _plain(made: Made, key: str) -> Publication:
    file = made.item.place.file
    if at(made.item.tree, "sops") is not None:
        field = "stringData" if key in table(made.item.tree, "stringData") else "data"
        path = f'["{field}"]["{printable(key)}"]' if key else ""
        command = (
            f'sops set {quoted(file)} {quoted(path)} "$NEW_VALUE_AS_JSON"' if path else f"sops edit {quoted(file)}"
        )
        return Publication(f"Set the new value in the encrypted file {file}, commit and push.", command)
    where = made.key_place(key)
    value = text(made.item.tree, "stringData", key) or text(made.item.tree, "data", key) if key else ""
    if has_hole(value) or (made.item.chart and not key):
        # Only the templates themselves: what stands between them can be the secret.
        filled = ", ".join(dict.fromkeys(holes(value)))
        source = f" from {printable(filled)}" if filled else ""
        return Publication(
            f"The value at {where} is filled in{source} when the manifest is rendered: give the new one there, outside "
            "of git, and apply it."
        )
    sentence = (
        f"The manifest at {where} holds the value itself. Do not commit the new one: make the Secret from a store or "
        "seal it (`unsealed seal` shows the replacement), and remove the literal."
    )
    if made.immutable:
        return Publication(f"{sentence} It is immutable, so a change by hand is refused.")
    if made.item.delivery is not None:
        sentence += f" {made.item.delivery.what} may undo a change by hand, so commit the replacement first."
    return Publication(sentence, patch_secret(made.namespace, shown(made.name), key))


def _generator(made: Made, key: str) -> Publication:
    files = sorted({path for _, path in generator_files(made.item.tree, folder(made.item.place.file))})
    listed = ", ".join(files)
    if files and at(made.item.tree, ksops.KIND) is not None:
        command = "\n".join(f"sops edit {quoted(path)}" for path in files)
        return Publication(f"Set the new value in the encrypted {listed}, commit and push.", command)
    if files:
        return Publication(
            f"Put the new value into {listed}, which must stay out of git, then build and apply the overlay "
            f"{made.item.overlay}."
        )
    return Publication(
        f"The generator at {made.place} holds the value itself: move it to a file outside of git or to a store, then "
        "apply the overlay."
    )


def _certificate(made: Made, key: str) -> Publication:
    where = f" -n {quoted(shown(made.namespace))}" if made.namespace else ""
    policy = text(made.item.tree, "spec", "privateKey", "rotationPolicy")
    name = quoted(shown(made.item.name))
    always = """'{"spec":{"privateKey":{"rotationPolicy":"Always"}}}'"""
    patch = f"kubectl{where} patch certificate {name} --type merge -p {always}"
    renew = f"cmctl renew {name}{where}"
    if policy == "Always":
        return Publication("Ask cert-manager for a new key and certificate.", renew)
    return Publication(
        "Let renewals make a new key, then ask for one. With the old policy the leaked key would stay.",
        f"{patch}\n{renew}",
    )


def _vault(made: Made, key: str) -> Publication:
    mount, path = text(made.item.tree, "spec", "mount"), text(made.item.tree, "spec", "path")
    field = quoted(key) if key else "<KEY>"
    sentence = f"Write the new value to {shown(path)} in Vault."
    return Publication(sentence, f"printf %s {_NEW} | vault kv patch -mount={quoted(mount)} {quoted(path)} {field}=-")


def _dynamic(made: Made, key: str) -> Publication:
    mount, role = (
        text(made.item.tree, "spec", "mount"),
        text(made.item.tree, "spec", "path") or text(made.item.tree, "spec", "role"),
    )
    return Publication(
        f"Nothing has to be published: Vault makes a new credential when {made.item.label} asks for one. The old one "
        "ends with its lease.",
        f"vault list sys/leases/lookup/{quoted(mount)}/{quoted(role)}",
    )
