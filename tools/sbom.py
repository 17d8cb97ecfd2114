#!/usr/bin/env python3
"""What an installation of unsealed consists of, as CycloneDX JSON: the package and all it depends on at run time.

    python tools/sbom.py [--output FILE]

Needs ``cyclonedx-bom``. A fresh environment is made and only the package is installed into it, so that nothing of the
machine gets in.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the list; 0 when that went well."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", default="sbom.cdx.json")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unsealed-sbom-") as folder:
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", str(SOURCE)], check=True)
        subprocess.run([python, "-m", "pip", "uninstall", "-q", "-y", "pip", "setuptools"], check=True)
        command = [sys.executable, "-m", "cyclonedx_py", "environment", str(python), "--output-reproducible"]
        pyproject = ["--pyproject", str(SOURCE / "pyproject.toml"), "--output-file", args.output]
        return subprocess.run([*command, *pyproject]).returncode


if __name__ == "__main__":
    sys.exit(main())
