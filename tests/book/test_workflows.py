"""The workflows are well formed, and call what a person calls."""

import re
import subprocess

import pytest
import yaml
from bookfiles import ROOT, address
from jsonschema import Draft202012Validator

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.M))

TEXT, WORDS = {"type": "string"}, {"type": "object", "minProperties": 1}
BRANCHES = {"type": "array", "items": TEXT, "minItems": 1}
STARTS = {
    "push": {"type": ["object", "null"], "properties": {"branches": BRANCHES}},
    "pull_request": {"type": "null"},
    "workflow_dispatch": {"type": "null"},
    "schedule": {
        "type": "array",
        "items": {
            "required": ["cron"],
            "properties": {"cron": TEXT | {"pattern": r"^(\S+ ){4}\S+$"}},
            "additionalProperties": False,
        },
    },
}
STEP = {
    "type": "object",
    "oneOf": [{"required": ["run"]}, {"required": ["uses"]}],
    "properties": {
        "name": TEXT,
        "id": TEXT,
        "if": TEXT,
        "run": TEXT,
        "uses": TEXT | {"pattern": r"^[\w-]+/[\w-]+@v\d+$"},
        "with": WORDS,
        "env": WORDS,
    },
    "additionalProperties": False,
}
JOB = {
    "type": "object",
    "required": ["runs-on", "timeout-minutes", "steps"],
    "properties": {
        "runs-on": TEXT | {"pattern": r"^ubuntu-\d\d\.\d\d$"},
        "timeout-minutes": {"type": "integer", "maximum": 180},
        "environment": WORDS,
        "strategy": {"type": "object", "required": ["matrix"]},
        "needs": {"type": ["string", "array"]},
        "if": TEXT,
        "env": WORDS,
        "steps": {"type": "array", "items": STEP, "minItems": 1},
    },
    "additionalProperties": False,
}
# The part of GitHub's schema for workflows that this book uses, and nothing beyond.
SCHEMA = {
    "type": "object",
    "required": ["name", "on", "permissions", "jobs"],
    "properties": {
        "name": TEXT,
        "on": {
            "type": "object",
            "minProperties": 1,
            "properties": STARTS,
            "additionalProperties": False,
        },
        "permissions": {
            "type": "object",
            "propertyNames": {"enum": ["contents", "pages", "id-token", "issues"]},
            "additionalProperties": {"enum": ["read", "write"]},
        },
        "concurrency": {"type": "object", "required": ["group"]},
        "jobs": {"type": "object", "minProperties": 1, "additionalProperties": JOB},
    },
    "additionalProperties": False,
}
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def steps(path):
    """Return the steps of all jobs of a workflow."""
    workflow = yaml.safe_load(path.read_text("utf-8"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def faults(text):
    """Return what the schema has against a workflow."""
    workflow = yaml.safe_load(text)
    workflow["on"] = workflow.pop(True)  # YAML reads the key `on` as true
    return [e.message for e in Draft202012Validator(SCHEMA).iter_errors(workflow)]


@every_workflow
def test_a_workflow_follows_the_schema(path):
    assert not faults(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("runs-on:", "run-on:"),
        ("timeout-minutes: 60", "timeout-minutes: hour"),
        ("contents: read", "contents: all"),
        ("uses: actions/checkout@v4", "use: actions/checkout@v4"),
        ("branches: [main]", "branches: main"),
        ("push:", "pushed:"),
    ],
)
def test_the_schema_notices_a_slip(right, wrong):
    text = (ROOT / ".github/workflows/publish.yml").read_text("utf-8")
    assert right in text
    assert faults(text.replace(right, wrong, 1))


def test_a_failed_weekly_build_opens_an_issue():
    weekly = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text("utf-8"))
    assert weekly["permissions"]["issues"] == "write"
    for job in weekly["jobs"].values():
        *_, last = job["steps"]
        assert last["if"] == "failure()"
        assert last["run"].startswith("gh issue create")


def test_links_elsewhere_are_tried_once_a_week():
    weekly = steps(ROOT / ".github/workflows/weekly.yml")
    (check,) = [s["with"] for s in weekly if "lychee" in s.get("uses", "")]
    assert '"_build/html/**/*.html"' in check["args"]
    assert check["fail"] is True


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
