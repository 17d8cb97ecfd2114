"""JSON web tokens: header, claims, expiry, and the issuers whose tokens mean something special."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.engine.checks.expiry import day
from scanner.engine.checks.identifiers import decode_base64, json_object
from scanner.engine.checks.verdict import CheckContext, Outcome, Verdict
from scanner.model.levels import Severity

# Bytes of signature that each algorithm gives; RSA depends on the key's size.
_SIGNATURES: dict[str, frozenset[int]] = {
    "HS256": frozenset({32}),
    "HS384": frozenset({48}),
    "HS512": frozenset({64}),
    "ES256": frozenset({64}),
    "ES384": frozenset({96}),
    "ES512": frozenset({132}),
    "EDDSA": frozenset({64, 114}),
}
_RSA_SIGNATURES = frozenset({128, 256, 384, 512, 1024})
# Longer than this, signed so that everybody can check it, and without a claim that says who may do what and until
# when, it is a document that is handed around.
_LONG = 2000
_BY_KEY_PAIR = frozenset(("RS", "PS", "ES", "ED"))
_BEARERS = frozenset("iss sub aud exp nbf jti azp sid scope scp scopes role roles user userId user_id uid".split())
_SA = "kubernetes.io/serviceaccount/"
_YEAR_9999 = 253402300799.0


@dataclass(frozen=True, slots=True)
class Token:
    """A decoded token; ``signature`` is in bytes and may be empty."""

    header: Mapping[str, object]
    claims: Mapping[str, object]
    signature: bytes

    @property
    def expires(self) -> float | None:
        """Seconds since the epoch, where the token says."""
        value = self.claims.get("exp")
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if 0 < value < _YEAR_9999 else None

    def text(self, claim: str) -> str:
        """A claim that is a text, else nothing."""
        value = self.claims.get(claim)
        return value if isinstance(value, str) else ""


def decode(secret: bytes) -> Token | None:
    """The token in ``secret``; None when header or claims are not JSON objects."""
    head, _, rest = secret.partition(b".")
    body, _, signature = rest.partition(b".")
    header, claims = json_object(decode_base64(head)), json_object(decode_base64(body))
    if header is None or claims is None:
        return None
    return Token(header, claims, decode_base64(signature) or b"")


def check_jwt(secret: bytes, context: CheckContext) -> Verdict:
    """Any token: samples are info, encrypted and public ones dropped, expired and unsigned ones low."""
    token = decode(secret)
    if token is None:
        if _documented(decode_base64(secret.rpartition(b".")[2]) or b""):  # tests spoil the one that they know
            return Verdict(Outcome.FAIL, severity=Severity.INFO, detail={"example": _DOCUMENTED})
        return Verdict(Outcome.FAIL, "header or claims are not JSON")
    algorithm = str(token.header.get("alg", ""))
    if "enc" in token.header:
        return Verdict(Outcome.DROP, "an encrypted token")
    if not algorithm:
        return Verdict(Outcome.FAIL, "the header names no algorithm")
    # Shows that its sender holds a key, once, and opens nothing.
    if token.header.get("typ") == "dpop+jwt":
        return Verdict(Outcome.DROP, "a proof of possession")
    if token.text("iss") == "supabase" and token.text("role") == "anon":
        return Verdict(Outcome.DROP, "a Supabase anon key, public by design")
    sample = _sample(token)
    if sample:
        return Verdict(Outcome.PASS, severity=Severity.INFO, detail={"example": sample})
    detail = {"algorithm": algorithm, "issuer": token.text("iss"), "expires": day(token.expires or 0)}
    detail = {name: value for name, value in detail.items() if value and (name != "expires" or token.expires)}
    outcome = Outcome.PASS if _signature_fits(token, algorithm) else Outcome.NEUTRAL
    return Verdict(outcome, severity=_severity(token, algorithm, context.now, len(secret)), detail=detail)


def _signature_fits(token: Token, algorithm: str) -> bool:
    known = _SIGNATURES.get(algorithm.upper())
    if known is None and algorithm.upper().startswith(("RS", "PS")):
        known = _RSA_SIGNATURES
    return known is not None and len(token.signature) in known


def _severity(token: Token, algorithm: str, now: float, size: int) -> Severity | None:
    if token.expires is not None and token.expires < now:
        return Severity.LOW
    if size > _LONG and algorithm[:2].upper() in _BY_KEY_PAIR and _BEARERS.isdisjoint(token.claims):
        return Severity.LOW
    return Severity.LOW if algorithm.lower() == "none" or not token.signature else None


# How the signature begins that the format's documentation shows; tests put it behind claims of their own.
_SAMPLE_SIGNATURE = bytes.fromhex("49f94ac70449")
_DOCUMENTED = "sample token of the format's documentation"


def _documented(signature: bytes) -> bool:
    return signature.startswith(_SAMPLE_SIGNATURE)


def _sample(token: Token) -> str:
    """Which documented sample a token is, by its claims: the signature depends on who made it. Empty for all others."""
    if str(token.claims.get("sub")) == "1234567890" and token.text("name").lower() in ("john doe", "jane doe"):
        return _DOCUMENTED
    if _documented(token.signature):
        return _DOCUMENTED
    if token.text("iss") == "joe" and token.claims.get("exp") == 1300819380:
        return "sample token of RFC 7519"
    if token.text("iss") == "supabase-demo":
        return "demo token of Supabase's local stack"
    return ""


def check_jwt_supabase(secret: bytes, context: CheckContext) -> Verdict:
    """A legacy key of the service role, which passes every row policy."""
    token = decode(secret)
    if token is None:
        return Verdict(Outcome.FAIL, "header or claims are not JSON")
    if token.text("role") != "service_role":
        return Verdict(Outcome.DROP, "no key of the service role")
    verdict = check_jwt(secret, context)
    project = token.text("ref")
    detail = {**verdict.detail, **({"project": project} if project else {})}
    return Verdict(verdict.outcome, verdict.reason, verdict.severity, detail)


def check_jwt_kubernetes(secret: bytes, context: CheckContext) -> Verdict:
    """A service account's token: the legacy one never ends, the bound one tells what it is bound to."""
    token = decode(secret)
    if token is None:
        return Verdict(Outcome.FAIL, "header or claims are not JSON")
    account = _service_account(token)
    if not account:
        return Verdict(Outcome.DROP, "no token of a service account")
    expired = token.expires is not None and token.expires < context.now
    severity = Severity.LOW if expired else Severity.HIGH if token.expires is not None else Severity.CRITICAL
    expires = {"expires": day(token.expires)} if token.expires is not None else {"expires": "never"}
    fits = _signature_fits(token, str(token.header.get("alg", "")))
    return Verdict(Outcome.PASS if fits else Outcome.NEUTRAL, severity=severity, detail={**account, **expires})


def _service_account(token: Token) -> dict[str, str]:
    """Namespace, account and what the token is bound to; empty for other tokens."""
    if token.text("iss") == "kubernetes/serviceaccount":
        found = {
            "namespace": token.text(f"{_SA}namespace"),
            "service account": token.text(f"{_SA}service-account.name"),
            "secret": token.text(f"{_SA}secret.name"),
        }
        return {name: value for name, value in found.items() if value}
    parts = token.text("sub").split(":")
    if parts[:2] != ["system", "serviceaccount"] or len(parts) != 4:
        return {}
    found = {"namespace": parts[2], "service account": parts[3]}
    bound = token.claims.get("kubernetes.io")
    for kind in ("pod", "secret", "node"):
        named = bound.get(kind) if isinstance(bound, dict) else None
        if isinstance(named, dict) and isinstance(named.get("name"), str):
            found[kind] = named["name"]
    return found
