"""Measure every chapter on the stand-in for Colab; write book/colab.json.

python tools/colab_table.py         needs the built book; takes a quarter of an hour
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from ast import literal_eval
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "book" / "colab.json"


def run_chapters(report: Path) -> int:
    """Run all chapters in the stand-in, one after the other."""
    command = [sys.executable, "-m", "pytest", "tests/colab", "-k", "installs_only"]
    every = os.environ | {"RNNLM_TEST_ALL": "1"}
    options = ["-q", "-n", "0", f"--junitxml={report}", "-o", "junit_family=xunit1"]
    return subprocess.run([*command, *options], cwd=ROOT, env=every).returncode


def rows(report: Path) -> dict:
    """What happened to each chapter, by its name."""
    found = {}
    for case in ET.parse(report).iter("testcase"):
        name = case.get("name").partition("[")[2].rstrip("]")
        for entry in case.iter("property"):
            happened = literal_eval(entry.get("value"))
            kept = ("seconds", "peak_mb", "python", "installed")
            found[name] = {key: happened[key] for key in kept}
    return dict(sorted(found.items()))


def main() -> int:
    """Measure, write; a chapter that fails leaves the old table."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        if code := run_chapters(report):
            return code
        table = {"date": datetime.date.today().isoformat(), "pages": rows(report)}
    TABLE.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(f"wrote {TABLE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
