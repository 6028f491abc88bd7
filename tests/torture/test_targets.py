"""Whatever a target sends, a run ends in time, and says nothing that it cannot show."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.torture.api import DOCUMENT, POLICY, TARGET, serve
from tests.torture.launcher import Launcher, write_files
from tests.torture.targets import TARGETS, Case

VERDICTS = tomllib.loads((Path(__file__).parent / "verdicts.toml").read_text())


QUICK = (
    "content-length-too-short",
    "a-chunk-size-that-is-none",
    "a-header-of-a-megabyte",
    "a-body-without-end",
    "resets-in-the-middle",
    "a-size-of-5000-digits",
    "spaces-in-cache-control",
    "a-second-response-in-the-same-segment",
    "an-id-of-a-lone-surrogate",
    "echoes-the-token",
)
"""Those that every run of the tests has."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=() if case.name in QUICK else pytest.mark.long)
        for case in TARGETS
    ],
)
def test_a_hostile_target_gets_an_honest_verdict(
    case: Case, apicheck: Launcher, tmp_path: Path
) -> None:
    write_files(tmp_path, {"openapi.yaml": DOCUMENT, "policy.yaml": POLICY})
    with serve(case.behave) as target:
        write_files(tmp_path, {"apicheck.toml": TARGET.replace("{url}", target.url)})
        ended = apicheck(tmp_path, "run", "--out", "run", "--timeout", str(case.timeout_s), "-v")
    ended.look_at_run()
    words, _, may_fail = VERDICTS[case.name].partition(":")
    assert ended.word in words.split(), ended.out
    assert ended.failed <= set(may_fail.split())


def test_every_target_has_a_verdict_and_every_verdict_a_target() -> None:
    names = [case.name for case in TARGETS]
    assert len(set(names)) == len(names)
    assert set(names) == set(VERDICTS)
