"""A policy as a test file, in a project that knows nothing else of apicheck."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apicheck import testing
from apicheck.pytest_plugin.items import PolicyFile
from apicheck.registry import collect

pytest_plugins = ["pytester"]

POLICY = """\
policy: mini
version: "1"
title: A part of the canonical policy
spec: openapi.yaml
facts:
  authentication: {refusal: 401}
  responses: {all: {headers: {X-Request-Id: {unique: true}}}}
clauses:
  AUTH-1: {section: "1", quote: "No token, no answer", checks: auth/missing-credentials, ops: reads}
  AUTH-2:
    section: "1"
    quote: "Better so"
    level: should
    checks: auth/missing-credentials
    ops: getAccount
  HDR-1: {section: "2", quote: "Every answer has an id", checks: headers/request-id}
  TERMS-1: {section: "3", quote: "Be good", actors: [client]}
"""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Import here what an inner pytest would import: it forgets that at its end, and it is slow."""
    assert PolicyFile
    assert collect()


@pytest.fixture(scope="module")
def honest() -> Iterator[testing.Server]:
    with testing.server() as server:
        yield server


@pytest.fixture(scope="module")
def open_door() -> Iterator[testing.Server]:
    with testing.server(faults=("auth/skips-authentication",)) as server:
        yield server


@pytest.fixture
def policy(pytester: pytest.Pytester) -> Path:
    document = Path(testing.profile_dir("canonical")) / "openapi.yaml"
    (pytester.path / "openapi.yaml").write_bytes(document.read_bytes())
    path = pytester.path / "policy.yaml"
    path.write_text(POLICY)
    return path


Pytest = Callable[..., pytest.RunResult]


@pytest.fixture
def run_pytest(pytester: pytest.Pytester) -> Pytest:
    def run(server: testing.Server, *arguments: str | Path) -> pytest.RunResult:
        target = ("--apicheck-target", server.target_file, "-p", "no:cacheprovider", "-rA")
        return pytester.runpytest_inprocess(*target, *arguments)

    return run


class TestPolicyAsTests:
    def test_a_policy_that_is_not_named_is_not_collected(
        self, pytester: pytest.Pytester, policy: Path
    ) -> None:
        assert policy.exists()
        assert pytester.runpytest_subprocess().ret is pytest.ExitCode.NO_TESTS_COLLECTED

    def test_another_yaml_file_is_left_alone(self, pytester: pytest.Pytester, policy: Path) -> None:
        result = pytester.runpytest_subprocess(policy.with_name("openapi.yaml"))
        assert result.ret is pytest.ExitCode.USAGE_ERROR
        assert "not found" in result.stderr.str()

    def test_kept_promises_pass_and_others_clauses_are_skipped(
        self, honest: testing.Server, run_pytest: Pytest, policy: Path
    ) -> None:
        result = run_pytest(honest, policy)
        outcomes = result.parseoutcomes()
        assert set(outcomes) == {"passed", "skipped"}, result.stdout.str()
        result.stdout.fnmatch_lines(
            ["PASSED policy.yaml::AUTH-1::auth/missing-credentials[[]listContacts[]]"]
        )
        result.stdout.fnmatch_lines(["SKIPPED*not-tested: it binds the partner's client*"])

    def test_a_promise_that_one_operation_could_not_show_is_skipped_as_partial(
        self, honest: testing.Server, run_pytest: Pytest, policy: Path
    ) -> None:
        result = run_pytest(honest, policy, "-k", "HDR-1")
        assert result.parseoutcomes()["skipped"] == 1
        result.stdout.fnmatch_lines(
            ["SKIPPED*partial: * subjects pass; 1 not tested: revokeToken*"]
        )

    def test_a_broken_promise_fails_with_its_clause_and_a_reproduction(
        self, open_door: testing.Server, run_pytest: Pytest, policy: Path
    ) -> None:
        result = run_pytest(open_door, policy)
        assert result.ret is pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(
            [
                "*auth/missing-credentials: accepted*",
                "*clause*AUTH-1: “No token, no answer”",
                "*expected*401*",
                "*actual*200*",
                "*curl*",
            ]
        )
        result.stdout.fnmatch_lines(["XFAIL policy.yaml::AUTH-2::*"])

    def test_a_selection_asks_for_no_more_than_it_needs(
        self, honest: testing.Server, run_pytest: Pytest, policy: Path, pytester: pytest.Pytester
    ) -> None:
        run_pytest(honest, policy, "-k", "HDR-1")
        (results,) = pytester.path.glob("reports/*/results.json")
        checks = json.loads(results.read_text())["results"]
        assert {item["check"] for item in checks} == {"headers/request-id"}

    def test_a_wrong_policy_is_a_collection_error_in_words(
        self, honest: testing.Server, run_pytest: Pytest, policy: Path
    ) -> None:
        policy.write_text(POLICY.replace("auth/missing", "auth/mising"))
        result = run_pytest(honest, policy)
        assert result.ret is pytest.ExitCode.INTERRUPTED
        result.stdout.fnmatch_lines(["*policy.yaml:9*auth/mising-credentials*"])
        result.stdout.no_fnmatch_line("*Traceback*")

    def test_what_cannot_be_reached_is_an_error_of_each_item(
        self, honest: testing.Server, run_pytest: Pytest, policy: Path, tmp_path: Path
    ) -> None:
        elsewhere = tmp_path / "apicheck.toml"
        elsewhere.write_text('base_url = "http://127.0.0.1:9"\n')
        result = run_pytest(honest, policy, "--apicheck-target", elsewhere, "-k", "HDR-1")
        assert result.parseoutcomes() == {"errors": 1, "deselected": pytest.approx(100, abs=100)}
        result.stdout.fnmatch_lines(["*http://127.0.0.1:9*"])


def test_the_plugin_costs_nothing_when_it_is_not_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_else_is_imported():
            ours = {name for name in sys.modules if name.startswith("apicheck")}
            assert ours == {"apicheck", "apicheck.pytest_plugin"}
        """
    )
    assert pytester.runpytest_subprocess().ret is pytest.ExitCode.OK
