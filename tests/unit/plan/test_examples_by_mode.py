"""Which examples of clauses each mode allows."""

from __future__ import annotations

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options, Plan
from apicheck.model.target import Identity, Mode, Target
from apicheck.plan import plan
from apicheck.registry import collect

EXAMPLES = "behaviour/example"


def planned(mode: Mode) -> Plan:
    folder = profile_dir("webengage")
    spec = load_spec(folder / "openapi.yaml")
    admin = Identity("admin", "$APICHECK_ADMIN_TOKEN", parameters={"licenseCode": "va1w264d"})
    target = Target("here", "http://127.0.0.1:1", identities={"admin": admin})
    checks = {EXAMPLES: collect(entry_points=False)[EXAMPLES]}
    return plan(spec, load_policy(folder / "policy.yaml", spec), target, checks, Options(mode=mode))


def test_an_example_that_only_reads_is_played_in_read_only_mode() -> None:
    assert {probe.subject.key for probe in planned(Mode.READ_ONLY).probes} == {"WE-1-2", "WE-8-3"}


def test_an_example_that_writes_waits_for_the_full_mode() -> None:
    left = {item.subject: item.why.reason for item in planned(Mode.REFUSALS).skipped}
    assert "changes state" in left["WE-1-1"]
    assert "WE-1-1" in {probe.subject.key for probe in planned(Mode.FULL).probes}
