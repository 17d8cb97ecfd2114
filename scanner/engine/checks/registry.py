"""The checks that rules may name. A family's module is imported when one of its checks is first asked."""

from __future__ import annotations

from importlib import import_module

from scanner.engine.checks.verdict import Check, CheckContext, Verdict

# Name in rules -> module below this package, function in it.
_WHERE = {
    "crc62": ("crc", "check_crc62"),
    "crc36": ("crc", "check_crc36"),
    "crc8hex-le": ("crc", "check_grafana"),
    "crc8hex-upper": ("crc", "check_atlassian"),
    "crc8hex-body": ("crc", "check_crc8hex_body"),
    "marvin": ("marvin", "check_marvin"),
    "cask": ("marvin", "check_cask"),
    "age": ("bech32", "check_age"),
    "pypi": ("macaroon", "check_pypi"),
    "aws-key-id": ("identifiers", "check_aws_key_id"),
    "discord": ("identifiers", "check_discord"),
    "nkey": ("identifiers", "check_nkey"),
    "json-payload": ("identifiers", "check_json_payload"),
    "jfrog-reference": ("identifiers", "check_jfrog_reference"),
    "expiry": ("expiry", "check_expiry"),
    "jwt": ("jwt", "check_jwt"),
    "jwt-kubernetes": ("jwt", "check_jwt_kubernetes"),
    "jwt-supabase": ("jwt", "check_jwt_supabase"),
    "private-key": ("private_key", "check_private_key"),
    "private-key-base64": ("private_key", "check_private_key_base64"),
    "private-key-der": ("private_key", "check_private_key_der"),
    "putty": ("private_key", "check_putty"),
    "recovery-phrase": ("wallet", "check_recovery_phrase"),
    "base58check": ("wallet", "check_base58"),
    "key-pair": ("wallet", "check_key_pair"),
    "sanctum": ("crc", "check_sanctum"),
    "password": ("userinfo", "check_password"),
    "basic-auth": ("userinfo", "check_basic"),
}


def _later(module: str, function: str) -> Check:
    """A check that imports its module on its first call: a hook with nothing to report imports none."""

    def check(secret: bytes, context: CheckContext) -> Verdict:
        found: Verdict = getattr(import_module(f"{__package__}.{module}"), function)(secret, context)
        return found

    return check


CHECKS: dict[str, Check] = {name: _later(*where) for name, where in _WHERE.items()}
