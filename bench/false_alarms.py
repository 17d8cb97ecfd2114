"""What a scan of code that nobody leaked anything in says: findings of medium severity and above, per million lines.

    python bench/false_alarms.py FOLDER... [--list] [--json FILE]

Each folder is one corpus: a library's source, documentation, an unpacked package. Whether a finding is wrong, a sample
or a leak has to be judged by reading it; --list prints where each one lies, without its value. docs/false-alarms.md
has the judgements.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent


def lines_in(folder: Path) -> int:
    """Lines of all files below ``folder`` that hold no zero byte at their start, those of single gzip files too."""
    total = 0
    for path in files_in(folder):
        try:
            data = path.read_bytes()
            if path.suffix == ".gz":
                data = gzip.decompress(data)
        except (OSError, EOFError):
            continue
        if b"\0" not in data[:8192]:
            total += data.count(b"\n")
    return total


def files_in(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names if not Path(root, name).is_symlink())


def scanned(folder: Path) -> tuple[list[Mapping[str, Any]], float]:
    """The findings in ``folder``, and the processor's seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch, "report.json")
        command = [sys.executable, "-m", "scanner", "scan", str(folder), "--no-ignore", "--severity", "medium"]
        command += ["--exit-zero", "--workers", "1", "-q", "-f", "json", "-o", str(report)]
        subprocess.run(command, cwd=SOURCE, check=False)
        findings: list[Mapping[str, Any]] = json.loads(report.read_bytes())["findings"]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return findings, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured(folder: Path, *, listed: bool) -> Mapping[str, Any]:
    findings, seconds = scanned(folder)
    lines = lines_in(folder)
    rules = Counter(finding["rule"] for finding in findings)
    rate = len(findings) / max(lines, 1) * 1e6
    said = f"{lines:>10,} lines {len(findings):>4} findings {rate:>7.1f} per million"
    print(f"{folder.name:32} {said} {seconds:>6.1f} s CPU")
    for finding in findings if listed else ():
        where = os.path.relpath(finding["path"], folder)
        print(f"    {finding['severity']:8} {finding['rule']:32} {where}:{finding['line']}")
    return {"corpus": folder.name, "lines": lines, "findings": len(findings), "rules": rules, "seconds": seconds}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures each folder, then all of them; 0 always."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--list", action="store_true", help="print where each finding lies")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(arguments)
    rows = [measured(folder.resolve(), listed=args.list) for folder in args.folders]
    lines, findings = sum(row["lines"] for row in rows), sum(row["findings"] for row in rows)
    print(f"{'all':32} {lines:>10,} lines {findings:>4} findings {findings / max(lines, 1) * 1e6:>7.1f} per million")
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
