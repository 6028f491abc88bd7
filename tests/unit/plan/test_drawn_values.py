"""Which values a plan draws."""

from apicheck.load import load_policy, load_spec, profile_dir
from apicheck.model.plan import Options
from apicheck.model.target import Identity, Target
from apicheck.plan import plan
from apicheck.registry import collect

CHECK = "errors/server-error"


def test_a_selected_operation_gets_its_values_and_no_other_gets_any() -> None:
    checks = collect(entry_points=False)
    spec = load_spec(profile_dir("webengage") / "openapi.yaml")
    policy = load_policy(profile_dir("webengage") / "policy.yaml", spec)
    admin = Identity(name="admin", placeholder="$APICHECK_ADMIN_TOKEN")
    target = Target("t", "http://127.0.0.1", identities={"admin": admin})
    options = Options(select=(CHECK,), draws=6)
    whole = plan(spec, policy, target, checks, options).drawn
    chosen, *others = whole
    assert others
    operations = (chosen.removeprefix(f"{CHECK}/"),)
    part = plan(
        spec, policy, target, checks, Options(select=(CHECK,), draws=6, operations=operations)
    ).drawn
    assert part == {chosen: whole[chosen]}
    assert part[chosen]
