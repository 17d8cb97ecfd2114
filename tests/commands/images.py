"""Container images written by hand, as ``docker save`` and as OCI layouts: no engine is needed to test with."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.sources.samples import tarred

Layer = Mapping[str, bytes]


@dataclass
class Image:
    """One image to be written. Layers are names and contents; whiteouts are files called ``.wh.…``."""

    layers: Sequence[Layer]
    history: Sequence[dict[str, Any]] = ()
    config: dict[str, Any] = field(default_factory=dict)
    platform: dict[str, str] = field(default_factory=dict)
    attestation: dict[str, Any] | None = None
    annotations: dict[str, str] = field(default_factory=dict)
    packed: bool = True

    def layer_blobs(self) -> list[bytes]:
        return [gzip.compress(tarred(layer)) if self.packed else tarred(layer) for layer in self.layers]

    def config_blob(self) -> bytes:
        told = {"architecture": "amd64", "os": "linux", "config": self.config, "history": list(self.history)}
        return json.dumps({**told, "rootfs": {"type": "layers", "diff_ids": []}}).encode()


def docker_save(image: Image, mode: str = "w") -> bytes:
    """The older form: ``manifest.json`` comes last, after the layers."""
    files = {f"{number}/layer.tar": blob for number, blob in enumerate(image.layer_blobs())}
    names = list(files)
    files["config.json"] = image.config_blob()
    files["manifest.json"] = json.dumps([{"Config": "config.json", "RepoTags": ["app:1"], "Layers": names}]).encode()
    return tarred(files, mode)


def oci(*images: Image) -> dict[str, bytes]:
    """The files of an OCI layout."""
    files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def add(data: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        files[f"blobs/sha256/{digest}"] = data
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}

    listed = []
    for image in images:
        layers = [add(blob, "application/vnd.oci.image.layer.v1.tar+gzip") for blob in image.layer_blobs()]
        config = add(image.config_blob(), "application/vnd.oci.image.config.v1+json")
        manifest = add(
            json.dumps({"config": config, "layers": layers, "annotations": image.annotations}).encode(),
            "application/vnd.oci.image.manifest.v1+json",
        )
        listed.append({**manifest, "platform": image.platform})
        if image.attestation is not None:
            statement = add(json.dumps(image.attestation).encode(), "application/vnd.in-toto+json")
            inner = add(
                json.dumps({"config": config, "layers": [statement]}).encode(),
                "application/vnd.oci.image.manifest.v1+json",
            )
            listed.append({**inner, "annotations": {"vnd.docker.reference.type": "attestation-manifest"}})
    nested = add(json.dumps({"manifests": listed}).encode(), "application/vnd.oci.image.index.v1+json")
    files["index.json"] = json.dumps({"manifests": [nested]}).encode()
    return files


def with_links(files: Mapping[str, bytes], links: Mapping[str, str]) -> bytes:
    """A tar in which some names are symbolic links."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for name, target in links.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return out.getvalue()
