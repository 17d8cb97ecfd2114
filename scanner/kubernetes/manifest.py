"""The detector for manifests of every kind."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model.match import Inspect, Match, Stir
from scanner.model.text import Text

# In manifests and hardly anywhere else. "kind: X" alone is in too many files; nearly every manifest says apiVersion.
TRIGGERS = (
    b"apiVersion", b"stringData", b"encryptedData", b"client-key-data", b"secretGenerator", b"ENC[AES256_GCM",
    b"kind: Secret", b"kind: List", b"kind: Config", b"kind: EncryptionConfig", b'"kind":"Secret"', b'"kind": "Secret"',
    b"kind: 'Secret'", b'kind: "Secret"', b"kind: SealedSecret", b"type: Opaque", b'"Opaque"', b"dockerconfigjson",
    b"type: kubernetes.io/", b"configMapGenerator", b"chpasswd", b"/stringData/", b"path: /data/", b'"path": "/data/',
    b'"path":"/data/', b"last-applied-configuration",
    # In the values of charts.
    b"replicaCount", b"existingSecret", b"nameOverride", b"pullPolicy",
)  # fmt: skip


class Manifests:
    """Reads manifests as structure. Without PyYAML imported until it is needed.

    With ``advice`` it also says what is no leak and makes one worse, which takes reading every workload.
    """

    triggers = TRIGGERS
    names: tuple[str, ...] = ("kustomization.yaml", "kustomization.yml", "kustomization")

    def __init__(self, *, advice: bool = False) -> None:
        self._advice = advice

    def detect(self, text: Text, inspect: Inspect) -> Iterable[Match]:
        """What the manifests in ``text`` hold, one match a key."""
        from scanner.kubernetes.interest import advisable, interesting, worth
        from scanner.kubernetes.outline import holds, is_documents, is_loose

        wanted = advisable if self._advice else interesting
        # Islands are found sooner than it is known that a long text is not worth looking for them. Documents are asked
        # one by one: schemas, the longest, are told by how they begin.
        told = self._advice or text.scattered or is_documents(text)
        if not (told or worth(text.data)) or not holds(text, wanted):
            return ()
        from scanner.kubernetes.dispatch import examine
        from scanner.kubernetes.findings import Findings
        from scanner.kubernetes.reading import read

        out = Findings(inspect, advice=self._advice, loose=is_loose(text))
        if self._advice:
            from scanner.kubernetes.sealing import custom

            out.custom = custom(text.data)
        reading = read(text, wanted)
        examine(reading, out)
        if reading.cut:
            inspect.left_out()
        return out.matches

    def stirs(self, lines: bytes, text: Text, base: bytes | None) -> Stir:
        """See ``TellsByLines``."""
        from scanner.kubernetes.interest import stirring

        return Stir.ALWAYS if self._advice else stirring(lines, text, base)
