"""The workflows are well formed, and call what a person calls."""

import re
import subprocess

import pytest
import yaml
from bookfiles import ROOT, address

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.M))

every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def steps(path):
    """Return the steps of all jobs of a workflow."""
    workflow = yaml.safe_load(path.read_text("utf-8"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@every_workflow
def test_every_job_has_a_limit_and_every_step_does_something(path):
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert True in workflow  # YAML reads the key `on` as true
    assert workflow["permissions"]
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 180
        assert job["runs-on"].startswith("ubuntu-")
    assert all(("run" in step) != ("uses" in step) for step in steps(path))


@every_workflow
def test_actions_are_pinned_and_make_targets_exist(path):
    for step in steps(path):
        assert re.search(r"@v\d+$", step.get("uses", "@v1"))
        called = re.findall(r"(?:^|\s)make ([a-z-]+)$", step.get("run", ""), re.M)
        assert set(called) <= TARGETS
        assert subprocess.run(["bash", "-n", "-c", step.get("run", "")]).returncode == 0


def test_publishing_stops_in_another_repository():
    (step,) = [s for s in steps(ROOT / ".github/workflows/publish.yml") if "name" in s]
    here = {"env": {"GITHUB_REPOSITORY": address.current()}}
    there = {"env": {"GITHUB_REPOSITORY": "someone/else"}}
    bash = {"args": ["bash", "-c", step["run"]], "cwd": ROOT, "capture_output": True}
    assert subprocess.run(**bash, **here, text=True).returncode == 0
    stopped = subprocess.run(**bash, **there, text=True)
    assert stopped.returncode == 1
    assert "make address REPO=someone/else" in stopped.stdout


def test_continuous_integration_runs_the_readmes_command():
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_help_lists_what_the_readme_names():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert set(re.findall(r"make ([a-z-]+)", readme)) - {"every"} <= TARGETS
