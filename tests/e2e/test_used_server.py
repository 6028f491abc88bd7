"""A server on which apicheck ran before: what that run left behind is no fail of the next."""

from pathlib import Path

import pytest

from apicheck.load import profile_dir
from apicheck.model.plan import Options
from apicheck.model.verdict import Verdict
from apicheck.run import RunConfig, reference_server, run_pipeline

pytestmark = pytest.mark.long


@pytest.mark.parametrize("profile", ["canonical", "dahimail", "webengage"])
def test_each_of_three_runs_on_one_server_is_without_a_fail(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with reference_server(profile_dir(profile), faults=(), seed=1) as server:
        for number in range(3):
            config = RunConfig(
                profile=profile,
                target=server.target_file,
                options=Options(seed=1 + number),
                out=tmp_path / str(number),
                argv=("apicheck", "run"),
            )
            results = run_pipeline(config).results
            failed = [one for one in results.checks if one.verdict is Verdict.FAIL]
            assert not failed, f"in run {number + 1}"
