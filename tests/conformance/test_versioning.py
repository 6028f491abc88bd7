"""Versions are served and refused as promised, and what is deprecated says so, and ends then."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from apicheck.model.verdict import Verdict
from apicheck.testing import Run, Server

few = settings(max_examples=2, deadline=None, phases=[Phase.generate])  # a seed has no shorter form


@few
@given(seed=st.integers(0, 2**32 - 1))
def test_a_deprecated_operation_says_so(
    honest: Server, apicheck_run: Callable[..., Run], seed: int
) -> None:
    run = apicheck_run(honest.target_file, select=("versioning/*",), seed=seed)
    run.assert_conformant()
    assert run.verdicts("versioning/deprecation")["listContactsV1"] is Verdict.PASS
    assert set(run.verdicts("versioning/retired").values()) == {Verdict.PASS}


@pytest.mark.parametrize(
    ("fault", "noticed"),
    [
        ("versioning/omits-deprecation", ("versioning/deprecation", "absent")),
        ("versioning/sunset-iso", ("versioning/sunset", "malformed")),
        ("versioning/served-after-its-sunset", ("versioning/sunset-day", "served")),
        ("versioning/serves-unknown-version-as-current", ("versioning/unknown", "accepted")),
        ("versioning/fails-on-malformed-version", ("versioning/malformed", "server-error")),
        ("versioning/echoes-newest-version", ("versioning/echo", "differs")),
    ],
)
def test_a_broken_promise_of_versions_or_deprecations_is_noticed(
    run_with: Callable[..., Run], fault: str, noticed: tuple[str, str]
) -> None:
    assert noticed in run_with(fault, select=("versioning/*",)).outcomes()
