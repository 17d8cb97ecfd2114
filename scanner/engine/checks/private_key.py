"""Private keys in any writing: are they keys at all, which, and does a passphrase protect them?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from scanner.engine.checks.armour import Armour, crc24_fits, decoded, readings, take_apart
from scanner.engine.checks.keyblob import Blob, is_pkcs12, recognise, recognise_pgp
from scanner.engine.checks.verdict import CheckContext, Outcome, Verdict
from scanner.model.levels import Severity

# SHA-256 of the decoded bytes of keys that are published for testing, whatever armour they stand in.
_PUBLISHED = {
    "56fb5326a1d72a4080d4870034ecac85b4ae1159f84b9bc458d46327083921e0": "Vagrant's insecure key",
    "5882709c242c6f47cef05fb6a601322092635fd40c639d7548e4f488f4fbddf8": "a test key of RFC 9500",
    "152abe484b6f0aa434d0127c2cdc3fba48b95384a6e0f45704598c183fc79397": "a test key of RFC 9500",
    "a8f4c40bb82e320a20b896149384b99dbfe46ac7eb229c0991ab86e9810e9bc5": "a test key of RFC 9500",
    "bc45439de4bb00082492595b8f61e7f5fb8dfc38e846f27f25133d81ebbbc560": "a test key of RFC 9500",
}
_SAMPLES = frozenset(("EXAMPLE", "SAMPLE", "TEST", "TESTING", "DUMMY", "FAKE", "INVALID", "MOCK"))
# An Ed25519 key in PKCS#8 is 48 bytes; nothing shorter is a key.
_SHORTEST = 40
_NO_KEY = Verdict(Outcome.DROP, "no key material between the marks")
# A body that no parser knows has at least one row of letters as a key has them; sentences and addresses have none.
_KEY_ROW = re.compile(rb"[A-Za-z0-9+/]{32}")


def check_private_key(secret: bytes, context: CheckContext) -> Verdict:
    """An armoured key. Marks without a key are dropped; a passphrase lowers it to medium."""
    armour = take_apart(secret)
    if armour is None:
        return _NO_KEY
    if _SAMPLES.intersection(armour.label.split()):
        return Verdict(Outcome.DROP, "the marks say that it is an example")
    data = b""
    for data in readings(armour):
        blob = recognise_pgp(data) if armour.label == "PGP" else recognise(data)
        if blob is not None:
            return _verdict(armour, blob, data)
    longest = max(readings(armour), key=len, default=b"")
    if len(longest) < _SHORTEST:
        return _NO_KEY
    if b"EXAMPLE" in armour.body:
        return Verdict(Outcome.DROP, "an example that says so")
    if armour.elided and len(longest) < 400:
        return Verdict(Outcome.DROP, "the key is left out")
    if _is_text(longest) or not _KEY_ROW.search(armour.body) or _of_one_case(armour.body):
        return Verdict(Outcome.DROP, "the body is text, not a key")
    if armour.label == "OPENSSH":
        return Verdict(Outcome.DROP, "the body is no OpenSSH key")
    if armour.encrypted:
        return _protected({"key": armour.label.title() if armour.label == "ENCRYPTED" else armour.label})
    return Verdict(Outcome.NEUTRAL, detail={"key": armour.label} if armour.label else {})


def _of_one_case(body: bytes) -> bool:
    """True for "privatekeyprivatekey...": no row of a key, and no two of them, has small letters only."""
    letters = re.sub(rb"[\s\\#*/\"'|>-]+", b"", body)
    return letters.isalpha() and (letters.islower() or letters.isupper())


def _verdict(armour: Armour, blob: Blob, data: bytes) -> Verdict:
    if len(data) < _SHORTEST or (blob.cut and (armour.elided or blob.head)):
        return Verdict(Outcome.DROP, "the key is left out")
    detail = {"key": blob.kind}
    published = _PUBLISHED.get(hashlib.sha256(data).hexdigest())
    if published:
        return Verdict(Outcome.PASS, severity=Severity.INFO, detail={**detail, "example": published})
    if blob.encrypted or armour.encrypted:
        return _protected(detail)
    sound = crc24_fits(armour, data) if armour.label == "PGP" else blob.sound
    if sound is False or blob.cut:
        reason = "the key is cut short" if blob.cut else "the key's numbers do not agree"
        return Verdict(Outcome.FAIL, reason, detail=detail)
    return Verdict(Outcome.PASS if sound else Outcome.NEUTRAL, detail=detail)


def _protected(detail: dict[str, str]) -> Verdict:
    return Verdict(Outcome.NEUTRAL, severity=Severity.MEDIUM, detail={**detail, "passphrase": "yes"})


def _is_text(data: bytes) -> bool:
    return all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in data)


def check_private_key_base64(secret: bytes, context: CheckContext) -> Verdict:
    """Base64 around an armoured key, whichever of the three alignments it has."""
    clean = re.sub(rb"(?:\\++[nr]?|[^A-Za-z0-9+/_\\-])++", b"", secret).translate(bytes.maketrans(b"-_", b"+/"))
    for shift in range(4):
        inner = decoded(clean[shift:])
        if b"PRIVATE KEY" in inner:
            return check_private_key(inner, context)
    return _NO_KEY


def check_private_key_der(secret: bytes, context: CheckContext) -> Verdict:
    """Base64 of a bare key or key store, as Java and .NET programs have it in strings."""
    data = decoded(re.sub(rb"(?<!\\)\\++[nr]", b"", secret))
    if is_pkcs12(data):
        return _protected({"key": "PKCS#12"})
    blob = recognise(data)
    if blob is None or blob.head:
        return Verdict(Outcome.DROP, "no key after all")
    return _verdict(Armour("", b"", False, False), blob, data)


# Word by word, each in one way: blanks that may belong to what is before or behind them take the cube of their number.
_PUTTY = re.compile(
    rb"PuTTY-User-Key-File-([23]): (\S++)\s++Encryption: (\S++)\s++Comment: ([^\r\n]{0,1000}?)\s++"
    rb"Public-Lines: \d++\s++"
    rb"((?:[A-Za-z0-9+/=]++\s++)+?)(?:Key-Derivation:.{0,1000}?)?Private-Lines: \d++\s++((?:[A-Za-z0-9+/=]++\s++)+?)"
    rb"Private-MAC: ([0-9a-f]+)",
    re.DOTALL,
)


def check_putty(secret: bytes, context: CheckContext) -> Verdict:
    """PuTTY's own file; without a passphrase its checksum can be computed."""
    text = re.sub(rb"(?m)^[ \t]+", b"", re.sub(rb"(?<!\\)\\++r?\\*n", b"\n", secret))
    found = _PUTTY.search(text)
    if not found:
        protected = b"Encryption: none" not in text
        return _protected({"key": "PuTTY"}) if protected else Verdict(Outcome.FAIL, "the key file is cut short")
    version, algorithm, encryption, comment, public, private, mac = found.groups()
    detail = {"key": f"PuTTY {algorithm.decode('ascii', 'replace')}"}
    if encryption != b"none":
        return _protected(detail)
    parts = (algorithm, encryption, comment, base64.b64decode(public), base64.b64decode(private))
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    if version == b"2":
        key = hashlib.sha1(b"putty-private-key-file-mac-key").digest()  # noqa: S324 - the file format's own choice
        computed = hmac.new(key, message, hashlib.sha1).hexdigest()
    else:
        computed = hmac.new(b"", message, hashlib.sha256).hexdigest()
    if computed != mac.decode():
        return Verdict(Outcome.FAIL, "the file's checksum does not match", detail=detail)
    return Verdict(Outcome.PASS, detail=detail)
