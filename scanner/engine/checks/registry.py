"""The checks that rules may name."""

from __future__ import annotations

from scanner.engine.checks import crc
from scanner.engine.checks.verdict import Check

CHECKS: dict[str, Check] = {
    "crc62": crc.check_crc62,
    "crc36": crc.check_crc36,
    "crc8hex-le": crc.check_grafana,
    "crc8hex-upper": crc.check_atlassian,
    "crc8hex-body": crc.check_crc8hex_body,
}
