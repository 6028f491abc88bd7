"""What docs/ci.md shows, and what it names, is valid and runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from apicheck.cli import COMMANDS
from apicheck.load.source import parse
from apicheck.model.errors import ApicheckError

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {
        "/orders": {
            "get": {
                "operationId": "listOrders",
                "responses": {
                    "200": {
                        "description": "a list",
                        "content": {"application/json": {"schema": {"type": "array"}}},
                    }
                },
            }
        }
    },
}
POLICY = """\
policy: orders
version: "1"
clauses:
  DOC:
    quote: Responses are as documented
    checks: [conformance/response]
"""

APPLICATION = """\
async def app(scope, receive, send):
    if scope["type"] == "http":
        fields = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": b'{"no": "list"}'})
"""


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(PAGE) if name == language]


def read(text: str) -> Mapping[str, Any]:
    value: Mapping[str, Any] = parse(text, "page.yaml", ApicheckError).value
    return value


def read_file(name: str) -> Mapping[str, Any]:
    return read((ROOT / name).read_text())


def validate(schema: str, value: Any) -> None:
    folder = files("check_jsonschema") / "builtin_schemas" / "vendor"
    jsonschema_rs.validator_for(json.loads((folder / f"{schema}.json").read_text())).validate(value)


def script_of(step: Mapping[str, Any]) -> str:
    found: str = step["run"]
    return found


class Orders(BaseHTTPRequestHandler):
    """The API of the page."""

    def do_GET(self) -> None:
        found = self.path.partition("?")[0] == "/orders"
        body = b"[]" if found else b"{}"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Orders)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def environment(tmp_path: Path, url: str) -> dict[str, str]:
    """Of a job in an empty checkout with a policy, where apicheck and pytest are installed."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "openapi.yaml").write_text(json.dumps(DOCUMENT))
    (tmp_path / "bin").mkdir()
    for module in ("apicheck", "pytest"):
        shim = tmp_path / "bin" / module
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
        shim.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "API_URL": url,
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }


def run(script: str, environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a script as GitHub's runner does."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_each_configuration_follows_the_schema_of_its_tool() -> None:
    *configurations, line = blocks("yaml")
    workflow, with_pytest, template, hooks = map(read, configurations)
    validate("github-workflows", workflow)
    validate("github-workflows", with_pytest)
    validate("gitlab-ci", template)
    validate("github-actions", read_file("action.yml"))
    validate("gitlab-ci", read_file("integrations/gitlab.yml"))
    (repository,) = hooks["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == ["apicheck-lint"]
    assert line == "# yaml-language-server: $schema=policy.schema.json\n"


def test_a_configuration_with_a_mistake_is_refused() -> None:
    action = read_file("action.yml")
    with pytest.raises(jsonschema_rs.ValidationError):
        validate("github-actions", {**action, "runs": {"using": "composite"}})


def test_the_workflow_gives_inputs_that_the_action_has() -> None:
    action = read_file("action.yml")
    steps = read(blocks("yaml")[0])["jobs"]["policy"]["steps"]
    (step,) = [one for one in steps if one.get("uses", "").startswith("OWNER/")]
    assert set(step["with"]) <= set(action["inputs"])
    named = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert named == list(action["inputs"])
    for name in action["outputs"]:
        assert f"`{name}`" in PAGE


def test_no_input_of_the_action_is_part_of_a_script() -> None:
    for step in read_file("action.yml")["runs"]["steps"]:
        assert "${{" not in script_of(step)


def test_the_variables_of_gitlab_are_those_of_the_template() -> None:
    (job,) = [one for one in read_file("integrations/gitlab.yml").values() if "script" in one]
    given = read(blocks("yaml")[2])["variables"]
    assert set(given) == set(job["variables"])
    assert given["APICHECK_PACKAGE"].startswith("git+")
    assert "slim" not in job["image"]  # it has no git


def test_the_hook_runs_a_command_that_exists() -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    (hook,) = read(f"hooks:\n{text}")["hooks"]
    program, command = hook["entry"].split()
    assert (program, hook["language"]) == ("apicheck", "python")
    assert command in COMMANDS


@pytest.mark.long
def test_the_commands_of_the_page_run(environment: dict[str, str], tmp_path: Path) -> None:
    """The run of the main branch stands for another one: it is the run of the page itself."""
    scripts = [t.replace("main-run", "apicheck-run") for t in blocks("sh") if "podman" not in t]
    assert len(scripts) == 4
    code, said = run("\n".join(scripts), environment, tmp_path)
    assert code == 0, said
    assert "✓ conformant" in (tmp_path / "summary").read_text()
    assert json.loads((tmp_path / "apicheck.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "baseline.yaml").exists()
    assert json.loads((tmp_path / "policy.schema.json").read_text())["title"] == "a policy"


def test_the_workflow_with_pytest_reports_a_violation(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The tests fail; alerts and summary are there all the same."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "main.py").write_text(APPLICATION)
    steps = read(blocks("yaml")[1])["jobs"]["policy"]["steps"]
    install, test, report = [step for step in steps if "run" in step]
    assert script_of(install).startswith("pip install")
    code, said = run(script_of(test), environment, tmp_path)
    assert code == 1, said
    assert "FAILED policy.yaml::DOC::conformance/response" in said
    code, said = run(script_of(report), environment, tmp_path)
    assert code == 0, said
    assert (tmp_path / "summary").read_text().startswith("## ✗ not-conformant")
    (alert,) = json.loads((tmp_path / steps[-1]["with"]["sarif_file"]).read_text())["runs"][0][
        "results"
    ]
    assert alert["ruleId"].startswith("conformance/response")


def test_the_action_runs_apicheck_and_summarizes(
    environment: dict[str, str], url: str, tmp_path: Path
) -> None:
    install, step = read_file("action.yml")["runs"]["steps"]
    assert "pip" in script_of(install)
    (tmp_path / "known.yaml").write_text("known: []\n")
    given = {
        "APICHECK_ARGUMENTS": f"--policy policy.yaml\n--base-url {url} --only 'GET /orders'"
        " --baseline known.yaml --fail-on new",
        "APICHECK_DIRECTORY": "apicheck-run",
    }
    code, said = run(script_of(step), environment | given, tmp_path)
    assert code == 0, said
    assert "findings beside the baseline: 0 new, 0 known" in said
    assert (tmp_path / "output").read_text() == "exit-code=0\n"
    assert (tmp_path / "summary").read_text().startswith("## ✓ conformant")
    written = {path.name for path in (tmp_path / "apicheck-run").iterdir()}
    assert written >= {"report.html", "junit.xml", "results.sarif", "results.json"}


def test_the_action_fails_as_apicheck_does(environment: dict[str, str], tmp_path: Path) -> None:
    step = read_file("action.yml")["runs"]["steps"][1]
    given = {"APICHECK_ARGUMENTS": "--policy missing.yaml", "APICHECK_DIRECTORY": "apicheck-run"}
    code, said = run(script_of(step), environment | given, tmp_path)
    assert code == 2
    assert "missing.yaml" in said
    assert (tmp_path / "output").read_text() == "exit-code=2\n"


def test_the_job_of_gitlab_runs_apicheck(
    environment: dict[str, str], url: str, tmp_path: Path
) -> None:
    job = read_file("integrations/gitlab.yml")["apicheck"]
    install, *script = job["script"]
    assert install.startswith("pip install")
    given = {"APICHECK_ARGUMENTS": f"--policy policy.yaml --base-url '{url}'"}
    code, said = run("\n".join(script), environment | given, tmp_path)
    assert code == 0, said
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).exists()


def test_the_container_has_what_the_build_needs() -> None:
    text = (ROOT / "integrations" / "Containerfile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    copied = {
        name for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for name in line.split()
    }
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        project["project"]["readme"],
        *project["project"]["license-files"],
        *(name.partition("/")[0] for name in (*wheel["packages"], *wheel["force-include"])),
        "pyproject.toml",
    }
    assert needed <= copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    versions = set(re.findall(r"python:(3\.\d+)", text))
    assert versions <= set(re.findall(r":: (3\.\d+)", "\n".join(project["project"]["classifiers"])))
    assert "--file integrations/Containerfile ." in PAGE
