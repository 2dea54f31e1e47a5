"""Lighthouse on one page: scores from 0 to 100, as often as the bound needs."""

import json
import os
import shutil
import statistics
import subprocess

VERSION = "12.8.2"
CATEGORIES = ("accessibility", "best-practices", "seo", "performance")
RUNS = 5


def program() -> list[str] | None:
    """Return the command that starts Lighthouse, or None where it cannot be had."""
    if found := shutil.which("lighthouse"):
        return [found]
    npx = shutil.which("npx")
    return [npx, "--yes", f"lighthouse@{VERSION}"] if npx else None


def audit(command: list[str], url: str, form: str, browser: str) -> dict[str, int]:
    """Run Lighthouse once; return the score of each category."""
    flags = "--headless=new --no-sandbox"
    options = ["--output=json", "--quiet", f"--chrome-flags={flags}"]
    options += ["--disable-full-page-screenshot"]
    options += [f"--only-categories={','.join(CATEGORIES)}"]
    options += ["--preset=desktop"] if form == "desktop" else []
    result = subprocess.run(
        [*command, url, *options],
        env=os.environ | {"CHROME_PATH": browser},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    found = json.loads(result.stdout)["categories"]
    return {name: round(100 * (found[name]["score"] or 0)) for name in CATEGORIES}


def medians(once, bounds: dict[str, int]) -> dict[str, float]:
    """Return the median of five runs; stop when no further run can change the verdict.

    Three runs of five at or above a bound put their median there.
    """
    runs = []
    for _ in range(RUNS):
        runs.append(once())
        passed = [all(run[name] >= bounds[name] for name in bounds) for run in runs]
        if sum(passed) > RUNS // 2:
            break
    return {name: statistics.median(run[name] for run in runs) for name in bounds}
