"""Reports at scale: findings a second and peak memory of every format, and the HTML page in a real browser.

    python bench/reports.py [--findings 100000] [--browser] [--json FILE]

Each format runs in a process of its own, so that the peak is its own: findings included.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scanner.model.finding import Finding, Occurrence, Origin
from scanner.model.levels import Confidence, Severity
from scanner.model.result import ScanResult, ScanSummary
from scanner.model.span import Position
from scanner.report import FORMATS
from scanner.report.interface import ReportOptions
from scanner.report.output import parse_targets, write_reports

LEAST_A_SECOND = 5_000
MOST_MEMORY = 600e6
_RULES = [
    ("github-pat-classic", "GitHub personal access token", "github"),
    ("aws-access-key", "AWS access key with its secret", "aws"),
    ("kubernetes-secret", "Unsealed Kubernetes Secret", "kubernetes"),
    ("gcp-api-key", "Google API key", "gcp"),
    ("stripe-live", "Stripe live secret key", "stripe"),
    ("generic-assignment", "Value assigned to a secret's name", "generic"),
    ("private-key", "Private key", "private-key"),
    ("slack-webhook", "Slack webhook", "slack"),
    ("url-credentials", "Credentials in a URL", "generic"),
    ("vault-token", "Vault token", "vault"),
    ("npm-token", "npm access token", "npm"),
]
_STEPS = [
    "Find out who uses the value: `kubectl get pods -A -o yaml | grep NAME` and the provider's last-used page.",
    "Make a new one with the same rights and no more.",
    "Put it into the secret store and roll the workloads that read it.",
    "Revoke the old one at the provider.",
    "Look through the provider's audit log for uses you do not know.",
]


def made_up(count: int, seed: int = 1) -> ScanResult:
    """``count`` findings as a large sweep gives them: several places each, authors, dates, odd names."""
    chance = random.Random(seed)
    people = [f"Person {number} <person{number}@example.org>" for number in range(200)]
    findings = tuple(_finding(chance, number, people) for number in range(count))
    return ScanResult(findings, ScanSummary("acme/platform", 812_345, 9_876_543_210, 66_724, 31.7))


def _finding(chance: random.Random, number: int, people: list[str]) -> Finding:
    rule, title, guide = chance.choice(_RULES)
    folder = chance.choice(("services", "deploy", "charts", "infra", "tools", "docs"))
    name = chance.choice(("config", "values", "main", "secret"))
    path = f"{folder}/team-{chance.randrange(40)}/{name}-{number % 977}.yaml"
    commits = [f"{chance.getrandbits(160):040x}" for _ in range(chance.choice((1, 1, 2, 3, 6)))]
    line = chance.randrange(1, 400)
    date = f"20{chance.randrange(15, 26)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T10:00:00+02:00"
    redacted = f"{chance.choice(('ghp_', 'AKIA', 'sk_l', ''))}***({chance.randrange(16, 90)} chars)"
    return Finding(
        fingerprint=f"{chance.getrandbits(128):032x}",
        rule=rule,
        title=title,
        severity=chance.choice(list(Severity)),
        confidence=chance.choice(list(Confidence)),
        path=path,
        position=Position(line, 12, line, 52),
        redacted=redacted,
        excerpt=f"    token-{number}: {redacted}  # rotated by hand",
        origin=Origin(commits[0], chance.choice(people), date),
        in_head=chance.random() < 0.3,
        refs=("refs/heads/main",),
        occurrences=tuple(Occurrence(commit, path, line + extra) for extra, commit in enumerate(commits)),
        detail={"kind": "Secret", "name": f"app-{number % 311}", "key": "token"} if rule.startswith("kube") else {},
        guide=guide,
        repository=f"https://github.com/acme/service-{number % 60}",
    )


def options() -> ReportOptions:
    """As a command passes them: guidance for each finding, a description for each rule."""
    return ReportOptions(
        setting="history",
        version="bench",
        limit=0,
        advice=lambda finding: {
            "guide": finding.guide, "summary": f"Rotate {finding.title}", "steps": _STEPS,
            "links": [f"https://docs.example.org/{finding.guide}"],
        },
        describe=lambda rule: {"description": f"What {rule} opens.", "references": ["https://docs.example.org/"]},
    )  # fmt: skip


def one_format(name: str, count: int) -> dict[str, float]:
    """Writes one report; findings a second, peak bytes of the process, bytes of the file."""
    result = made_up(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        started = time.perf_counter()
        write_reports(result, parse_targets([f"{name}={path}"]), options())
        seconds = time.perf_counter() - started
        size = path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"per_second": count / seconds, "peak": peak, "bytes": size}


def every_format(count: int) -> dict[str, dict[str, float]]:
    """``one_format`` for all, each in a fresh process."""
    figures = {}
    for name in FORMATS:
        command = [sys.executable, __file__, "--one", name, "--findings", str(count)]
        figures[name] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return figures


def in_browser(count: int = 10_000) -> dict[str, float]:
    """First paint, and the time from typing into the search field to the drawn list, in milliseconds."""
    from selenium import webdriver
    from selenium.webdriver.common.by import By

    settings = webdriver.ChromeOptions()
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking"):
        settings.add_argument(f"--{argument}")
    settings.binary_location = "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        write_reports(made_up(count), parse_targets([f"html={page}"]), options())
        os.environ.setdefault("SE_OFFLINE", "true")
        browser = webdriver.Chrome(options=settings, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        try:
            browser.get(page.as_uri())
            browser.find_element(By.CSS_SELECTOR, "#body tr")
            paint = browser.execute_script("return performance.getEntriesByName('first-contentful-paint')[0].startTime")
            ready = browser.execute_script("return performance.getEntriesByType('navigation')[0].loadEventEnd")
            words = ("team-7/config", "stripe", "person 42", "")
            filtered = [browser.execute_async_script(_TYPE, word) for word in words]
        finally:
            browser.quit()
    return {"first_paint_ms": paint, "loaded_ms": ready, "slowest_filter_ms": max(filtered)}


# From the key press to the second frame after the list changed: what a person waits for.
_TYPE = """
const [word, done] = arguments, search = document.getElementById('search'), count = document.getElementById('body');
const started = performance.now();
new MutationObserver((changes, observer) => {
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - started)));
}).observe(count, {childList: true});
search.value = word;
search.dispatchEvent(new Event('input'));
"""


def main() -> int:
    """Prints a table; exit code 1 when a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--browser", action="store_true", help="measure the HTML page in Chromium as well")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one_format(args.one, args.findings)))
        return 0
    figures = every_format(args.findings)
    missed = []
    print(f"{'format':<10}{'findings/s':>12}{'peak MB':>10}{'file MB':>10}")
    for name, figure in figures.items():
        print(f"{name:<10}{figure['per_second']:>12,.0f}{figure['peak'] / 1e6:>10.0f}{figure['bytes'] / 1e6:>10.1f}")
        if figure["per_second"] < LEAST_A_SECOND or figure["peak"] > MOST_MEMORY:
            missed.append(name)
    everything: dict[str, object] = {"findings": args.findings, "formats": figures}
    if args.browser:
        everything["browser"] = page = in_browser()
        print("page of 10,000:", ", ".join(f"{name} {value:.0f}" for name, value in page.items()))
        if page["first_paint_ms"] > 2000 or page["slowest_filter_ms"] > 200:
            missed.append("html in the browser")
    if args.json:
        Path(args.json).write_text(json.dumps(everything, indent=1))
    print("missed: " + ", ".join(missed) if missed else "every figure is met")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
